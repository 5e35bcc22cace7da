using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Tests.Latency.Probes;

public sealed class ServerFingerprintTests
{
    // As seen from xrdp 0.9.21, and from the shadow server and a peer of libfreerdp 3.10.3; Windows after the example of MS-RDPBCGR 4.1.12.
    [Theory]
    [InlineData("os=1/3 caps=9.1.2.14.3.29.10.8.13.6.26.30.28 flags=1025 refresh=1 suppress=1", ServerKind.Xrdp)]
    [InlineData("os=0/0 caps=1.2.3.8.13.20.9.14.26.27.25.28.29.30 flags=1045 refresh=1 suppress=1", ServerKind.FreeRdp)]
    [InlineData("os=4/7 caps=1.2.3.8.13.20.9.14.26.27.25.28.29.30 flags=1045 refresh=1 suppress=1", ServerKind.FreeRdp)]
    [InlineData("os=1/3 caps=9.1.20.22.14.2.3.10.18.8.13.23.24 flags=1053 refresh=1 suppress=1", ServerKind.Windows)]
    [InlineData("os=4/3 caps=9.1.20.22.14.2.3.10.18.8.13.23.24 flags=1053 refresh=1 suppress=1", ServerKind.Unknown)]
    [InlineData("os=1/3 caps=2.1.9 flags=0 refresh=0 suppress=0", ServerKind.Unknown)]
    [InlineData("os=1/3 flags=0", ServerKind.Unknown)]
    [InlineData("caps=9.1.2.14.3 new=word", ServerKind.Xrdp)]
    public void TryRead_Fingerprint_KnowsTheServerByItsHabits(string text, ServerKind kind)
    {
        Assert.True(ServerFingerprint.TryRead(text, out var fingerprint));
        Assert.Equal(kind, fingerprint.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("xrdp")]
    [InlineData("os=1")]
    [InlineData("os=1/x")]
    [InlineData("os=-1/3")]
    [InlineData("caps=")]
    [InlineData("caps=1..2")]
    [InlineData("caps=99999")]
    [InlineData("caps=1.2\u0661")]
    public void TryRead_NoFingerprint_IsRefused(string text) => Assert.False(ServerFingerprint.TryRead(text, out _));

    [Fact]
    public void TryRead_TooMuch_IsRefused()
    {
        Assert.False(ServerFingerprint.TryRead("caps=" + string.Join('.', Enumerable.Repeat(1, 65)), out _));
        Assert.False(ServerFingerprint.TryRead("os=1/3 " + new string('x', ServerFingerprint.TextCharsMax) + "=1", out _));
    }

    // A Shutdown Request ends the session of every server made of libfreerdp: this table is what stands between.
    [Theory]
    [InlineData(ServerKind.Xrdp, false, true)]
    [InlineData(ServerKind.Xrdp, true, true)]
    [InlineData(ServerKind.Windows, false, false)]
    [InlineData(ServerKind.Windows, true, true)]
    [InlineData(ServerKind.FreeRdp, false, false)]
    [InlineData(ServerKind.FreeRdp, true, false)]
    [InlineData(ServerKind.Unknown, false, false)]
    [InlineData(ServerKind.Unknown, true, false)]
    public void RefusesShutdown_EachKind_OnlyWhereItIsCertain(ServerKind kind, bool logonSeen, bool certain) =>
        Assert.Equal(certain, (ServerFingerprint.None with { Kind = kind }).RefusesShutdown(logonSeen));
}
