namespace FreeRdp.Net.Tests;

public sealed class FreeRdpLibraryTests
{
    [Theory]
    [InlineData("2.11.7", "version 2.11.7")]
    [InlineData("4.0.0", "version 4.0.0")]
    [InlineData("3.5.1", "needs FreeRDP 3.10.0 or newer")]
    public void Version_NotOneThatTheLayoutsDescribe_IsRefusedWithASentence(string version, string sentence) =>
        Assert.Contains(sentence, FreeRdpLibrary.WhyRefused(Version.Parse(version)));

    [Theory]
    [InlineData("3.10.0")]
    [InlineData("3.16.0")]
    public void Version_ThreeTenOrNewer_IsTaken(string version) => Assert.Null(FreeRdpLibrary.WhyRefused(Version.Parse(version)));

    [NativeFact]
    public void Version_OfInstalledLibrary_IsRead() => Assert.Equal(3, FreeRdpLibrary.Version.Major);
}

/// <summary>Skips where FreeRDP 3 is not installed.</summary>
public class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute() => Skip = FreeRdpLibrary.WhyUnavailable();
}
