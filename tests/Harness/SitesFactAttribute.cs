namespace RemoteChain.Harness;

/// <summary>A test that needs the lab's sites; skipped, with the reason, where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SitesFactAttribute : FactAttribute
{
    public SitesFactAttribute() => Skip = Lab.SitesMissing;
}

/// <summary>A theory that needs the lab's sites.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SitesTheoryAttribute : TheoryAttribute
{
    public SitesTheoryAttribute() => Skip = Lab.SitesMissing;
}
