namespace FreeRdp.Net.Tests.Peer;

/// <summary>What was sent is what a real client shows.</summary>
[Collection("screens")]
public sealed class PeerPictureTests
{
    [XfreerdpTheory]
    [InlineData("/sec:tls /gfx", "gfx-progressive", 0)]
    [InlineData("/sec:nla /gfx:progressive", "gfx-progressive", 0)]
    [InlineData("/sec:tls /gfx:AVC444", "gfx-progressive", 0)]
    [InlineData("/sec:tls /rfx", "surface-bits", 24)]
    [InlineData("/sec:tls /bpp:32", "bitmap", 0)]
    [InlineData("/sec:tls /bpp:32 /nsc", "bitmap", 0)]
    [InlineData("/sec:tls /bpp:24", "bitmap", 9)]
    [InlineData("/sec:nla /bpp:16", "bitmap", 9)]
    public void Send_WholePicture_ClientShowsIt(string arguments, string encoding, int tolerance)
    {
        using var host = new PeerHost();
        using var client = new XfreerdpClient(host.Port, arguments);
        var connection = Eventually.Settled(host, client);
        Assert.Equal(encoding, connection.Display.Encoding);
        Eventually.Shows(client, connection, tolerance);
    }

    [XfreerdpTheory]
    [InlineData("/sec:tls /gfx")]
    [InlineData("/sec:tls /rfx")]
    [InlineData("/sec:tls /bpp:32")]
    public void Resize_WhileActive_ClientShowsNewSize(string arguments)
    {
        using var host = new PeerHost(new() { Size = (640, 480) });
        using var client = new XfreerdpClient(host.Port, arguments + " /dynamic-resolution");
        var connection = Eventually.Settled(host, client);
        connection.Post(c => c.Resize(802, 599));
        Eventually.True(() => connection.Display.Width == 802 && connection.IsSettled, client, host);
        Eventually.Shows(client, connection, arguments.Contains("rfx") ? 24 : 0);
    }
}

/// <summary>Waiting for what has to happen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static void True(Func<bool> condition, XfreerdpClient? client = null, PeerHost? host = null)
    {
        var start = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            if (start.Elapsed > s_patience)
                Assert.Fail($"It did not happen.\nClient: {client?.Output}\nPeer: {host?.Fault} {host?.Current?.Failure} {string.Join(", ", host?.Failures ?? [])}");
            Thread.Sleep(5);
        }
    }

    public static PeerHostConnection Settled(PeerHost host, XfreerdpClient client)
    {
        True(() => host.Current is { IsSettled: true }, client, host);
        return host.Current!;
    }

    /// <summary>The client's screen shows the host's picture.</summary>
    public static void Shows(XfreerdpClient client, PeerHostConnection connection, int tolerance)
    {
        var worst = "";
        var start = System.Diagnostics.Stopwatch.StartNew();
        while (start.Elapsed < s_patience)
        {
            worst = Compare(client, connection.Picture, tolerance);
            if (worst.Length == 0) return;
            Thread.Sleep(50);
        }

        Assert.Fail($"{worst}\n{client.Output}");
    }

    private static string Compare(XfreerdpClient client, TestPicture expected, int tolerance)
    {
        var screen = client.Screenshot(out var width, out var height);
        if (width != expected.Width || height != expected.Height) return $"The window has {width}×{height}, not {expected.Width}×{expected.Height}.";
        var (wrong, worst, where) = (0, 0, (0, 0));
        for (var y = 0; y < height; y++)
        {
            var row = expected.Row(y);
            for (var x = 0; x < width; x++)
            {
                var difference = Difference(screen[(y * width) + x], row[x]);
                if (difference > worst) (worst, where) = (difference, (x, y));
                if (difference > tolerance) wrong++;
            }
        }

        return wrong == 0 ? "" : $"{wrong} pixels differ, worst {worst} at {where}: "
            + $"{screen[(where.Item2 * width) + where.Item1]:X6} instead of {expected.Row(where.Item2)[where.Item1]:X6}";
    }

    private static int Difference(uint a, uint b) => Math.Max(Math.Abs((byte)a - (byte)b),
        Math.Max(Math.Abs((byte)(a >> 8) - (byte)(b >> 8)), Math.Abs((byte)(a >> 16) - (byte)(b >> 16))));
}
