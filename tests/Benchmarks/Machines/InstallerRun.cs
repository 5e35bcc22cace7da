using System.Diagnostics;
using FreeRdp;
using RemoteChain.Emulator.Tests.Guests;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>Debian's graphical installer as somebody sees it who opens a chain to it with an RDP client: through its first three pages, by mouse and
/// by keyboard.</summary>
internal static class InstallerRun
{
    private const byte Down = 0x50, Enter = 0x1C;

    /// <summary>Of all pixels, how many answer at least when a page follows another.</summary>
    private const double PageShare = 0.01;

    private static readonly TimeSpan s_boot = TimeSpan.FromMinutes(8), s_page = TimeSpan.FromMinutes(2), s_quiet = TimeSpan.FromSeconds(4), s_key = TimeSpan.FromSeconds(1);

    private static readonly (ushort X, ushort Y) s_continue = (968, 744);

    // What is done on each page, and how the page is called on its picture.
    private static readonly (string Name, Action<Viewer> Leave)[] s_pages =
    [
        ("language", viewer => viewer.Click(s_continue.X, s_continue.Y)),
        ("location", viewer => Tap(viewer, Down, Down, Enter)),
        ("keyboard", viewer =>
        {
            viewer.Click(200, 300);
            viewer.Settle(s_key, s_page);
            viewer.Click(s_continue.X, s_continue.Y);
        }),
    ];

    /// <summary>Runs it.</summary>
    public static async Task<object> RunAsync()
    {
        await using var node = await NodeProcess.StartAsync(null, "--guests", GuestFolder.Place);
        await node.SaveChainAsync("installer", "kind: machine\ntemplate: debian-installer");
        var watch = Stopwatch.StartNew();
        var (connected, failure) = Viewer.Connect("127.0.0.1", node.RdpPort, options => options with
        {
            User = $"{NodeProcess.Admin}#installer", Password = node.AdminPassword, Security = RdpSecurity.Tls,
        });
        using var viewer = connected ?? throw new InvalidOperationException($"no viewer: {failure}");
        if (!viewer.Pump(s_boot, () => IsPage(viewer)))
        {
            Keep(viewer, "installer-0-stuck");
            throw new InvalidOperationException($"the installer shows no page; the node says {node.Output}");
        }

        viewer.Settle(s_quiet, s_page);
        double firstPageSeconds = Seconds(watch);
        var pages = new List<object>();
        for (int n = 0; n < s_pages.Length; n++)
        {
            var (name, leave) = s_pages[n];
            Keep(viewer, $"installer-{n + 1}-{name}");
            var before = viewer.Capture();
            watch.Restart();
            leave(viewer);
            bool isLast = n == s_pages.Length - 1;
            bool left = viewer.Pump(s_page, () => (isLast || IsPage(viewer)) && viewer.Capture().DifferenceTo(before) > PageShare);
            viewer.Settle(s_quiet, s_page);
            pages.Add(new { name, left, seconds = Seconds(watch) });
        }

        Keep(viewer, $"installer-{s_pages.Length + 1}-behind");
        using var machines = await node.GetAsync("machines");
        return new
        {
            firstPageSeconds, pages, millionInstructions = machines.RootElement.EnumerateArray().Select(machine => machine.GetProperty("instructions").GetInt64() / 1_000_000).Sum(),
        };
    }

    private static double Seconds(Stopwatch watch) => Math.Round(watch.Elapsed.TotalSeconds, 1);

    private static void Tap(Viewer viewer, params byte[] keys)
    {
        foreach (byte key in keys)
        {
            viewer.Tap(key);
            viewer.Settle(s_key, s_page);
        }
    }

    /// <summary>The dark banner of Debian 12 above, and a white list to choose from below; neither a console nor a notice of the gateway has both, nor
    /// the installer while it works.</summary>
    private static bool IsPage(Viewer viewer)
    {
        if (viewer.Size != (1024, 768))
        {
            return false;
        }

        int banner = viewer.PixelAt(60, 30), list = viewer.PixelAt(600, 600);
        return (banner >> 16) < 0x20 && (banner >> 8 & 255) is > 0x30 and < 0x60 && (banner & 255) > 0x40
            && (list >> 16) > 0xF0 && (list >> 8 & 255) > 0xF0 && (list & 255) > 0xF0;
    }

    private static void Keep(Viewer viewer, string name) => viewer.Capture().Save(Path.Combine(BootsBenchmark.Pictures, name + ".png"));
}
