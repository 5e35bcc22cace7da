using System.Diagnostics;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Benchmarks;

/// <summary>The other process of <see cref="SurfaceBenchmark"/>: this program again, told by an environment variable where to connect.</summary>
internal sealed class SurfaceBenchmarkPeer : IDisposable
{
    private const string Variable = "REMOTECHAIN_BENCHMARK_PEER";
    private const int QuietMillis = 500;

    private readonly Process _process;

    private SurfaceBenchmarkPeer(Process process, ControlSocket control)
    {
        _process = process;
        Control = control;
    }

    /// <summary>Whether this process is the peer.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) is not null;

    public ControlSocket Control { get; }

    public static async Task<SurfaceBenchmarkPeer> StartAsync()
    {
        string path = Path.Combine(Path.GetTempPath(), $"rc-bench-{Environment.ProcessId}");
        using var listener = new ControlListener(path);
        var start = new ProcessStartInfo(Environment.ProcessPath!, Environment.GetCommandLineArgs()[1..]) { RedirectStandardOutput = true };
        start.Environment[Variable] = path;
        var process = Process.Start(start)!;
        return new SurfaceBenchmarkPeer(process, await listener.AcceptAsync(CancellationToken.None));
    }

    public async Task<ControlMessage> ReadAsync() =>
        (await Control.ReceiveAsync(CancellationToken.None)).Message ?? throw new InvalidOperationException("the benchmark's other process ended");

    /// <summary>Its measurements, each a message of its own, until it closes.</summary>
    public async Task<List<long>> LatenciesAsync()
    {
        var nanos = new List<long>();
        while (await Control.ReceiveAsync(CancellationToken.None) is (ControlReceive.Message, FirstPicture latency))
        {
            nanos.Add(latency.SinceStartNanos);
        }

        return nanos;
    }

    public void Dispose()
    {
        Control.Dispose();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The peer's side: wakes, reads the clock, drains; and tells every latency when nothing has come for a while.</summary>
    public static object Run()
    {
        using var control = ControlSocket.Connect(Environment.GetEnvironmentVariable(Variable)!);
        control.Receive(out var message, -1);
        using var join = (Join)message!;
        SurfaceReader.TryOpen(join.Surface, out var opened);
        using var reader = opened!;
        using var bell = new Bell(join.DamageBell.Duplicate());
        var region = new DamageRegion();
        var nanos = new List<long>(100_000);
        control.Send(new Ready(""));
        while (bell.Wait(nanos.Count == 0 ? -1 : QuietMillis))
        {
            region.Clear();
            if (reader.Drain(region) == DamageRead.Entry && region.Entries == 1)
            {
                nanos.Add(MonotonicClock.NowNanos() - region.Newest.PublishedNanos);
            }
        }

        foreach (long latency in nanos)
        {
            while (control.Send(new FirstPicture(latency)) == ControlSend.Full)
            {
                Thread.Sleep(1);
            }
        }

        return nanos.Count;
    }
}
