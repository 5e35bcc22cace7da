namespace RemoteChain.Harness;

/// <summary>A test that needs a browser and the lab's real hosts; skipped, with the reason, where one of them is missing.</summary>
public sealed class DesktopFactAttribute : FactAttribute
{
    public DesktopFactAttribute() => Skip = Browser.Missing ?? Lab.Missing;
}
