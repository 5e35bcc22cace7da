using System.Text;
using RemoteChain.Tunnels.OpenVpn;

namespace RemoteChain.Tunnels.Tests;

public sealed class OpenVpnTextTests
{
    [Theory]
    [InlineData("client\ncipher AES-256-GCM\n# up x\n; down y\n<ca>\nup is a word here\n</ca>\n")]
    [InlineData("\tping 3\r\n")]
    public void IsHarmless_KnownOptions_Yes(string profile) => Assert.True(OpenVpnText.IsHarmless(Encoding.UTF8.GetBytes(profile), out _));

    [Theory]
    [InlineData("up /bin/sh", "line 1")]
    [InlineData("client\n--up /bin/sh", "line 2")]
    [InlineData("\"up\" /bin/sh", "line 1")]
    [InlineData("plugin x.so", "line 1")]
    [InlineData("ca /etc/shadow", "line 1")]
    [InlineData("log /etc/passwd", "line 1")]
    [InlineData("management 127.0.0.1 1", "line 1")]
    [InlineData("config other", "line 1")]
    [InlineData("<connection>\nup x\n</connection>", "line 1")]
    [InlineData("<ca> # x\nup /bin/sh", "line 1")]
    [InlineData("<ca>\nx\n  </ca> y\nup /bin/sh", "line 4")]
    [InlineData("<ca>\nx", "no end")]
    [InlineData("client\u0001", "line 1")]
    public void IsHarmless_EverythingElse_SaysWhich(string profile, string where)
    {
        Assert.False(OpenVpnText.IsHarmless(Encoding.UTF8.GetBytes(profile), out var why));
        Assert.Contains(where, why);
    }

    // The program reads in pieces: the end of the block would be the beginning of the second piece, and what follows options.
    [Fact]
    public void IsHarmless_LineThatWouldBeCut_No() =>
        Assert.False(OpenVpnText.IsHarmless(Encoding.UTF8.GetBytes($"<ca>\n{new string('x', 256)}</ca>\nup /bin/sh\n</ca>\n"), out _));
}
