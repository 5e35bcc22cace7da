namespace RemoteChain.Harness;

/// <summary>A test that needs the lab's hosts; skipped, with the reason, where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute() => Skip = Lab.Missing;
}

/// <summary>A theory that needs the lab's hosts.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LabTheoryAttribute : TheoryAttribute
{
    public LabTheoryAttribute() => Skip = Lab.Missing;
}
