using System.Diagnostics;
using Microsoft.Playwright;
using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Harness;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks.Web;

/// <summary>
/// What a picture that moves all the time costs at 1920 × 1080: bytes, processor time of node and workers, and how much of it is seen. <c>fps</c>
/// counts pictures, not messages: how often a small place that is another one in each picture of the host has changed on the canvas, as a screen
/// with 60 pictures a second shows it. A host's picture that was replaced before it could be seen does not count, nor does a part of one elsewhere.
/// <c>nativeFps</c> is the same of an RDP client that is connected to the host without us: what the host gives.
/// </summary>
internal sealed class MovingPictures(Lab lab, IBrowser browser, TimeSpan time)
{
    private const string Host = "desk-1";
    private const int Width = 1920, Height = 1080;

    /// <summary>The runtime has compiled by then what is used, and the program has its window.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(12);

    /// <summary>In the page that scrolls, the whole number of a line is always in it; in the film, every pixel is another one in each frame.</summary>
    private static readonly SurfaceRectangle s_watched = new(16, 390, 56, 26);

    private static readonly TimeSpan s_screen = TimeSpan.FromSeconds(1.0 / 60);

    /// <summary>One session in one browser, with a program of the lab at the size of the desktop; before it, another user's without us.</summary>
    public async Task<object> MeasureAsync(string program, string user, string nativeUser)
    {
        BenchmarkOptions.Say($"{program} …");
        double nativeFps = await NativeFpsAsync(program, nativeUser);
        await using var node = await NodeProcess.StartPortalAsync();
        string session = await PortalBenchmark.OpenSessionAsync(node, lab, program, user, Width, Height);
        await using var page = await BrowserDesktop.OpenAsync(browser, node, session, Width, Height);
        await page.WaitUntilLiveAsync();
        await RunAsync(user, program);
        await Task.Delay(s_calm);

        var (node0, workers0, browser0) = (NodeSeconds(node), WorkerSeconds(node), BrowserSeconds());
        await page.WatchAsync(s_watched);
        var (updates0, bytes0) = await page.CountsAsync();
        long changes0 = await page.ChangesAsync();
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(time);
        var (updates1, bytes1) = await page.CountsAsync();
        long changes1 = await page.ChangesAsync();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double nodeCores = (NodeSeconds(node) - node0) / seconds;
        double workerCores = (WorkerSeconds(node) - workers0) / seconds;
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"bench-{program}.png") });
        await EndAsync(user, program);
        return new
        {
            fps = Math.Round((changes1 - changes0) / seconds, 1), nativeFps, cores = Math.Round(nodeCores + workerCores, 3),
            kBps = Math.Round((bytes1 - bytes0) / seconds / 1000, 1), updatesPerSecond = Math.Round((updates1 - updates0) / seconds, 1),
            nodeCores = Math.Round(nodeCores, 3), workerCores = Math.Round(workerCores, 3),
            browserCores = Math.Round((BrowserSeconds() - browser0) / seconds, 3),
        };
    }

    private async Task<double> NativeFpsAsync(string program, string user)
    {
        var host = lab.Hosts[Host];
        using var viewer = PortalBenchmark.Connect(host.Address, host.Port, user, lab.Password(Host, user), Width, Height);
        viewer.Pump(s_calm, () => viewer.Paints > 0);
        await RunAsync(user, program);
        viewer.Pump(s_calm, () => false);
        var (seen, changes) = (Print(viewer), 0);
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            viewer.Pump(s_screen, () => false);
            int before = seen;
            seen = Print(viewer);
            changes += seen == before ? 0 : 1;
        }

        double fps = Math.Round(changes / Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
        await EndAsync(user, program);
        return fps;
    }

    private static int Print(Viewer viewer)
    {
        var print = new HashCode();
        for (int y = s_watched.Y; y < s_watched.Y + s_watched.Height; y++)
        {
            for (int x = s_watched.X; x < s_watched.X + s_watched.Width; x++)
            {
                print.Add(viewer.PixelAt(x, y));
            }
        }

        return print.ToHashCode();
    }

    /// <summary>Viewers of one session, without browsers, each with its own picture: what each more of them costs the node.</summary>
    public async Task<object> ManyAsync(string program, string user, int count)
    {
        BenchmarkOptions.Say($"{count} viewers of {program} …");
        await using var node = await NodeProcess.StartPortalAsync();
        string session = await PortalBenchmark.OpenSessionAsync(node, lab, $"many-{count}", user, Width, Height);
        var viewers = new List<WebViewer>();
        for (int i = 0; i < count; i++)
        {
            viewers.Add(await WebViewer.OpenAsync(node.Api, await WebViewer.TicketAsync(node.Api, session, viewOnly: i > 0)));
            viewers[i].Watched = s_watched;
        }

        await RunAsync(user, program);
        await Task.Delay(s_calm);
        var (node0, workers0) = (NodeSeconds(node), WorkerSeconds(node));
        long updates0 = viewers.Sum(v => v.Paints), bytes0 = viewers.Sum(v => v.Bytes);
        long[] changes0 = [.. viewers.Select(v => v.Changes)];
        var (parts0, bytesOf0) = (new Dictionary<WebTile, int>(viewers[0].Picture.Parts), new Dictionary<WebTile, long>(viewers[0].Picture.PartBytes));
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(time);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double[] fps = [.. viewers.Select((v, i) => Math.Round((v.Changes - changes0[i]) / seconds, 1))];
        var result = new
        {
            count, fpsEach = Math.Round(fps.Average(), 1), fpsLeast = fps.Min(),
            updatesPerSecondEach = Math.Round((viewers.Sum(v => v.Paints) - updates0) / seconds / count, 1),
            parts = viewers[0].Picture.PartBytes.ToDictionary(part => part.Key.ToString().ToLowerInvariant(), part => new
            {
                perSecond = Math.Round((viewers[0].Picture.Parts[part.Key] - parts0.GetValueOrDefault(part.Key)) / seconds, 1),
                kBps = Math.Round((part.Value - bytesOf0.GetValueOrDefault(part.Key)) / seconds / 1000, 1),
            }),
            kBpsEach = Math.Round((viewers.Sum(v => v.Bytes) - bytes0) / seconds / count / 1000, 1),
            nodeCores = Math.Round((NodeSeconds(node) - node0) / seconds, 3), workerCores = Math.Round((WorkerSeconds(node) - workers0) / seconds, 3),
        };
        foreach (var viewer in viewers)
        {
            await viewer.DisposeAsync();
        }

        await EndAsync(user, program);
        return result;
    }

    private static string Pictures => Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "portal")).FullName;

    private Task RunAsync(string user, string program) => program == "video"
        ? lab.CommandAsync("run", Host, user, "env", $"SIZE={Width}x{Height}", "video")
        : lab.CommandAsync("run", Host, user, "env", "GEOMETRY=210x58+0+0", "LINES_PER_SECOND=36", program);

    /// <summary>A session lives on when nobody looks, and what runs in it would slow what is measured next.</summary>
    private Task EndAsync(string user, string program) =>
        lab.CommandAsync("run", Host, user, "pkill", "-u", user, "-f", program == "video" ? "videotestsrc" : "title scroll");

    private static double NodeSeconds(NodeProcess node) => ProcessTree.ProcessorTime(node.ProcessId).TotalSeconds;

    private static double WorkerSeconds(NodeProcess node) =>
        ProcessTree.Descendants(node.ProcessId).Sum(process => ProcessTree.ProcessorTime(process).TotalSeconds);

    private static double BrowserSeconds() =>
        ProcessTree.Descendants(Environment.ProcessId, "chromium").Sum(process => ProcessTree.ProcessorTime(process).TotalSeconds);
}
