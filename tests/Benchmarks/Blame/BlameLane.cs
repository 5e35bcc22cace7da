using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>
/// One session on a host of its own, with a client that presses keys into the program `slow` and times the pictures itself. Lanes run side by
/// side; what one slows down, no other feels.
/// </summary>
public sealed class BlameLane : IDisposable
{
    private const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    private const int WarmUpPresses = 8, WarmUpRoundsMax = 15, PressEveryMillis = 110, PressEveryMillisSlow = 220, PressSpreadMillis = 50;

    // A key waits for the answer to the one before it when that takes long; what queues up then is not the fault alone.
    private const double DelayMillisSlow = 20;
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromMilliseconds(1500);

    private static readonly TimeSpan s_signInTimeout = TimeSpan.FromSeconds(40);

    // An answer is decided two seconds after its key at the latest, and then written down.
    private static readonly TimeSpan s_decided = TimeSpan.FromSeconds(3);

    // Estimates of a way look back over some seconds.
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(700), s_settleNetwork = TimeSpan.FromSeconds(6);

    private readonly NodeProcess _node;
    private readonly Lab _lab;
    private readonly BlameRoad _road;
    private readonly Viewer _viewer;
    private readonly string _session, _load;
    private readonly Random _random;
    private string _machine = "";
    private int _presses;

    private BlameLane(NodeProcess node, Lab lab, BlameRoad road, Viewer viewer, string session, string load, int seed)
    {
        (_node, _lab, _road, _viewer, _session, _load) = (node, lab, road, viewer, session, load);
        _random = new Random(seed);
    }

    /// <summary>Opens the session and starts the program. On the thread that will run it.</summary>
    public static async Task<BlameLane> OpenAsync(NodeProcess node, Lab lab, BlameRoad road, bool sitsAtSeat, string load, int seed)
    {
        string chain = $"blame-{road.Name}-{road.Far}", host = road.Far, user = road.User;
        if (road.Host is not null) await SiteLayers.SaveLoginAsync(node, $"{host}-{user}", user, lab.Password(host, user));
        await node.SaveChainAsync(chain, [.. road.Layers]);
        RdpClientOptions SignIn(RdpClientOptions options) =>
            options with { User = $"{NodeProcess.Admin}#{chain}", Password = node.AdminPassword, Security = RdpSecurity.Tls };
        var (viewer, failure) = sitsAtSeat
            ? Viewer.Connect(Seat.Dial(lab.SeatProcess, lab.SeatGateway, node.RdpPort), lab.SeatGateway, SignIn)
            : Viewer.Connect("127.0.0.1", node.RdpPort, SignIn);
        if (viewer is null) throw new InvalidOperationException($"{chain}: {failure}");
        if (!viewer.Pump(s_signInTimeout, () => viewer.Paints > 0 && !NoticePixel.Is(viewer.PixelAt(2, 2))))
            throw new InvalidOperationException($"{chain}: no picture came; {viewer.Ended}");
        viewer.Settle(TimeSpan.FromSeconds(2), s_signInTimeout);
        if (road.Host is not null && !road.StartsProgram) await lab.CommandAsync("run", host, user, "slow");
        else if (road.StartsProgram && !viewer.Pump(s_signInTimeout, () => IsRunning(lab, host))) throw new InvalidOperationException($"{chain}: its program did not start; the desktop is {Keep(viewer, chain)}");
        viewer.Pump(TimeSpan.FromSeconds(3), () => false);
        // Last: the window manager puts it where nothing is yet. Were it there first, the terminal could lie over it, and no key's picture would be alone.
        if (load == "busy")
        {
            await lab.CommandAsync("run", host, user, "env", "SIZE=160x120", "FRAMES_PER_SECOND=8", "video");
            viewer.Pump(TimeSpan.FromSeconds(2), () => false);
        }

        viewer.Click(200, 200);
        viewer.Pump(TimeSpan.FromSeconds(1), () => false);
        string session = (await node.SessionOfAsync(chain))!.Value.GetProperty("id").GetString()!;
        var lane = new BlameLane(node, lab, road, viewer, session, load, seed) { _machine = $"{chain}~{session}" };
        await lane.WarmUpAsync();
        return lane;
    }

    /// <summary>Carries a run out: both sides, in random order.</summary>
    public async Task<MeasuredRun> RunAsync(PlannedRun run, int samples)
    {
        bool faultFirst = _random.Next(2) == 0;
        MeasuredSide? baseline = faultFirst ? null : await MeasureAsync(samples, run);
        var (ids, commands) = await BeginAsync(run);
        var faulty = await MeasureAsync(samples, run);
        string account = await EndAsync(ids, commands);
        if (run.Faults.Any(fault => fault.Place == BlamePlace.MachineApplication)) await LetMachineWaitAsync(0);
        return new MeasuredRun(run, baseline ?? await MeasureAsync(samples, run), faulty, account);
    }

    /// <inheritdoc/>
    public void Dispose() => _viewer.Dispose();

    /// <summary>Presses keys until the recorder knows what on this desktop moves by itself: in the first half minute, when everything was drawn for
    /// the first time, it finds few answers.</summary>
    private async Task WarmUpAsync()
    {
        for (int round = 0; round < WarmUpRoundsMax; round++)
        {
            var side = await MeasureAsync(WarmUpPresses, new PlannedRun(RunKind.Sham, [], _load));
            if (side.Samples.Count >= WarmUpPresses - 1) return;
        }

        BenchmarkOptions.Say($"{_road.Name} {_road.Far}: keys are still not matched with their pictures; its runs will have few samples");
    }

    private async Task<(List<string> Ids, List<InjectedFault> Commands)> BeginAsync(PlannedRun run)
    {
        List<string> ids = [];
        List<InjectedFault> commands = [];
        foreach (var fault in run.Faults)
        {
            if (fault.IsOfGateway)
            {
                var order = new { layer = "gateway", stage = fault.Place["gateway/".Length..], delayMillis = fault.DelayMillis, shape = fault.Shape,
                    sharePercent = 10, session = _session, seed = (uint)_random.Next() };
                string answer = await _node.SendAsync(HttpMethod.Post, "faults", JsonContent.Create(order));
                ids.Add(System.Text.Json.JsonDocument.Parse(answer).RootElement.GetProperty("id").GetString()!);
            }
            else if (fault.Place == BlamePlace.MachineApplication)
            {
                await LetMachineWaitAsync(fault.DelayMillis);
            }
            else
            {
                commands.Add(InjectedFault.Begin(fault.Place == "relay/inside" ? _road.Relay! : _node, [.. _road.Words(fault.Place, run.Kind, _node.RdpPort),
                    "--delay", string.Create(CultureInfo.InvariantCulture, $"{fault.DelayMillis}ms"), "--shape", fault.Shape, "--seed", $"{_random.Next()}",
                    "--lab", _lab.File]));
            }
        }

        return (ids, commands);
    }

    private async Task<string> EndAsync(List<string> ids, List<InjectedFault> commands)
    {
        var said = new List<string>();
        foreach (string id in ids)
        {
            said.Add(await _node.SendAsync(HttpMethod.Delete, $"faults/{id}"));
        }

        foreach (var command in commands)
        {
            said.Add(command.End().Trim());
            command.Dispose();
        }

        return string.Join("; ", said);
    }

    // The small desktop takes it from its serial port, and waits by its own timer.
    private Task LetMachineWaitAsync(double millis) =>
        _node.SendAsync(HttpMethod.Post, $"machines/{Uri.EscapeDataString(_machine)}/console", JsonContent.Create(new { text = $"{(char)millis}" }));

    /// <summary>Keeps what is to be seen, for people. Where.</summary>
    private static string Keep(Viewer viewer, string name)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "blame")).FullName, name + ".png");
        viewer.Capture().Save(path);
        return path;
    }

    // On that host: its processes have files of their own.
    private static bool IsRunning(Lab lab, string host)
    {
        string? files = FilesOf(lab.ProcessOf(host));
        return Process.GetProcessesByName("slow").Any(process => FilesOf(process.Id) == files);
    }

    private static string? FilesOf(int process) => new FileInfo($"/proc/{process}/ns/mnt").LinkTarget;

    private async Task<MeasuredSide> MeasureAsync(int samples, PlannedRun run)
    {
        int every = run.Faults.Any(fault => fault.DelayMillis > DelayMillisSlow) ? PressEveryMillisSlow : PressEveryMillis;
        _viewer.Pump(run.IsOfNetwork ? s_settleNetwork : s_settle, () => false);
        var since = DateTimeOffset.UtcNow;
        var totals = new List<OutsideTotal>(samples);
        for (int i = 0; i < samples; i++)
        {
            byte key = _presses++ % 2 == 0 ? KeyX : KeyBackspace;
            var pause = TimeSpan.FromMilliseconds(every + _random.Next(PressSpreadMillis));
            var next = DateTimeOffset.UtcNow + pause;
            long paints = _viewer.Paints;
            var at = DateTimeOffset.UtcNow;
            long pressed = _viewer.Press(key);
            if (_viewer.Pump(s_answerTimeout, () => _viewer.Paints != paints)) totals.Add(new(at, _viewer.PaintedNanos - pressed));
            _viewer.Release(key);
            if (_viewer.Ended is { } ended) throw new InvalidOperationException($"{_road.Name} {_road.Far}: the session was lost: {ended}");
            _viewer.Pump(next - DateTimeOffset.UtcNow, () => false);
        }

        _viewer.Pump(TimeSpan.FromMilliseconds(300), () => false);
        var until = DateTimeOffset.UtcNow;
        _viewer.Pump(s_decided, () => false);
        return new MeasuredSide(since, until, totals, await RecordedSamples.ReadAsync(_node, _session, since, until));
    }
}
