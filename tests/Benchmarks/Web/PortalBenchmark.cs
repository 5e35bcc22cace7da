using FreeRdp;
using Microsoft.Playwright;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Web;

/// <summary>
/// From a key press in an xterm on an xrdp host to the first changed picture: a native client direct, the gateway's pixel socket without a
/// browser, and the portal in headless Chromium, each with a session of its own on the same host, interleaved in random order. Then what a
/// scrolling page and a film cost at 1920 × 1080, and whether many browsers at once stay usable.
/// </summary>
public static class PortalBenchmark
{
    private const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    private const string Host = "desk-1";
    private const int WarmUp = 20;
    private static readonly TimeSpan s_probeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Runs it. <c>--probes</c> per path (default 300), <c>--viewers</c> (default 25), <c>--seconds</c> of moving pictures (default 8),
    /// <c>--only</c> keys, moving, many or viewers; <c>--program</c> scroll or video, of those that move.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        var lab = Lab.Open();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Browser.LaunchAsync(playwright);
        string only = options.Word("only") ?? "";
        var keys = only is "" or "keys" ? await KeysAsync(options.Number("probes", 300), lab, browser) : null;
        var moving = new MovingPictures(lab, browser, TimeSpan.FromSeconds(options.Number("seconds", 8)));
        string program = options.Word("program") ?? "";
        var scroll = (only is "" or "moving") && program is not "video" ? await moving.MeasureAsync("scroll", "u04", "u08") : null;
        var video = (only is "" or "moving") && program is not "scroll" ? await moving.MeasureAsync("video", "u05", "u09") : null;
        var (one, many) = only is "" or "many" ? (await ViewersAsync(moving, 1, program), await ViewersAsync(moving, 10, program)) : (null, null);
        var viewers = only is "" or "viewers" ? await CrowdBenchmark.RunAsync(lab, browser, options.Number("viewers", 25)) : null;
        return new
        {
            native = keys?[0], socket = keys?[1], browser = keys?[2],
            addedMs = keys is null ? null : new { socket = keys[1].Over(keys[0]), browser = keys[2].Over(keys[0]) },
            scroll, video, oneViewer = one, tenViewers = many, viewers,
        };
    }

    private static async Task<object> ViewersAsync(MovingPictures moving, int count, string program) => new
    {
        scroll = program is "video" ? null : await moving.ManyAsync("scroll", "u06", count),
        video = program is "scroll" ? null : await moving.ManyAsync("video", "u07", count),
    };

    private static async Task<Quantiles[]> KeysAsync(int probes, Lab lab, IBrowser browser)
    {
        var host = lab.Hosts[Host];
        await using var node = await NodeProcess.StartPortalAsync();
        using var native = Connect(host.Address, host.Port, "u01", lab.Password(Host, "u01"));
        await using var socket = await OpenSocketAsync(node, lab, "socket", "u02");
        await using var page = await BrowserDesktop.OpenAsync(browser, node, await OpenSessionAsync(node, lab, "browser", "u03"));
        await PrepareAsync(native, socket, page);

        List<long>[] nanos = [[], [], []];
        var random = new Random(1);
        int[] order = [0, 1, 2];
        for (int i = 0; i < probes + WarmUp; i++)
        {
            bool isX = i % 2 == 0;
            random.Shuffle(order);
            foreach (int path in order)
            {
                long took = path switch
                {
                    0 => ProbeNative(native, isX ? KeyX : KeyBackspace),
                    1 => await ProbeSocketAsync(socket, isX ? KeyX : KeyBackspace),
                    _ => await ProbePageAsync(page, isX ? "KeyX" : "Backspace"),
                };
                if (i >= WarmUp && took >= 0)
                {
                    nanos[path].Add(took);
                }

                // Quiet between probes: the host paces frames, and a probe must not wait for the frame of the one before.
                native.Pump(TimeSpan.FromMilliseconds(45 + random.Next(30)), () => false);
            }

            if (i % 100 == 0)
            {
                BenchmarkOptions.Say($"{i}/{probes}: " + string.Join("  ", nanos.Select(n => Quantiles.Of(n).P50)));
            }
        }

        return [.. nanos.Select(Quantiles.Of)];
    }

    /// <summary>Opens a session of a user of the host and returns its id; it is live then.</summary>
    internal static async Task<string> OpenSessionAsync(NodeProcess node, Lab lab, string chain, string user, int width = 1024, int height = 768)
    {
        await node.AddHostAsync(chain, lab, Host, user, $"    size: {width}x{height}\n");
        await node.OpenAsync(chain);
        return (await node.WaitForStateAsync(chain, "live")).GetProperty("id").GetString()!;
    }

    private static async Task<WebViewer> OpenSocketAsync(NodeProcess node, Lab lab, string chain, string user)
    {
        string session = await OpenSessionAsync(node, lab, chain, user);
        return await WebViewer.OpenAsync(node.Api, await WebViewer.TicketAsync(node.Api, session));
    }

    internal static Viewer Connect(string address, int port, string user, string password, int width = 1280, int height = 800)
    {
        var (viewer, failure) = Viewer.Connect(address, port, o => o with { User = user, Password = password, Security = RdpSecurity.Tls, Width = width, Height = height });
        return viewer ?? throw new InvalidOperationException($"{user} at {address}:{port}: {failure}");
    }

    /// <summary>Waits until every desktop stands still, gives its xterm the focus, and makes it wait at a bare prompt.</summary>
    private static async Task PrepareAsync(Viewer native, WebViewer socket, BrowserDesktop page)
    {
        const string bare = "PS1='$ '; clear\n";
        var (quiet, limit) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        native.Settle(quiet, limit);
        native.Click(200, 200);
        native.Type(bare.Replace('\n', '\r'));
        native.Settle(quiet, limit);
        await socket.WaitAsync(() => socket.IsLive, limit);
        await socket.SettleAsync(quiet, limit);
        await socket.ClickAsync(200, 200);
        await socket.TypeAsync(bare.Replace('\n', '\r'));
        await socket.SettleAsync(quiet, limit);
        await page.WaitUntilLiveAsync();
        await page.SettleAsync(quiet, limit);
        await page.ClickAsync(200, 200);
        await page.TypeAsync(bare);
        await page.SettleAsync(quiet, limit);
    }

    private static long ProbeNative(Viewer viewer, byte key)
    {
        long paints = viewer.Paints;
        long pressed = viewer.Press(key);
        bool came = viewer.Pump(s_probeTimeout, () => viewer.Paints != paints);
        viewer.Release(key);
        return came ? viewer.PaintedNanos - pressed : -1;
    }

    private static async Task<long> ProbeSocketAsync(WebViewer viewer, byte key)
    {
        long paints = viewer.Paints;
        long pressed = await viewer.PressAsync(key);
        bool came = await viewer.WaitAsync(() => viewer.Paints != paints, s_probeTimeout);
        await viewer.ReleaseAsync(key);
        return came ? viewer.PaintedNanos - pressed : -1;
    }

    private static async Task<long> ProbePageAsync(BrowserDesktop page, string code)
    {
        double took = await page.PressAsync(code);
        await page.ReleaseAsync(code);
        return took < 0 ? -1 : (long)(took * 1e6);
    }
}
