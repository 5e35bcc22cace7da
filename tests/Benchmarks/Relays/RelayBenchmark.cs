using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks.Relays;

/// <summary>
/// Relays in a row against a plain TCP connection through the same network segments and against HAProxy in TCP mode at the same places, taken in
/// turns: what each adds to a small question and its answer, and how much of a long fat path they leave.
/// </summary>
public static class RelayBenchmark
{
    private const int MessageBytes = 64, BlockEchoes = 20, BlockPauseMillis = 2;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(3), s_measured = TimeSpan.FromSeconds(4);

    /// <summary>Runs it. <c>--relays</c> (8), <c>--delay</c> round trip in ms (50), <c>--mbit</c> of the path (230), <c>--echoes</c> of each
    /// way (6000), <c>--rounds</c> of bulk (3).</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        if (RelayHost.IsWanted)
        {
            return RelayHost.Run();
        }

        int relays = options.Number("relays", 8), delay = options.Number("delay", 50), megabits = options.Number("mbit", 230);
        using var row = await RelayRow.CreateAsync(relays);
        await using var processes = await RelayProcesses.StartAsync(row, relays);
        await using var dialer = await processes.ThroughAsync(relays);
        var ways = new Dictionary<string, Func<Task<SocketStream>>>
        {
            ["direct"] = () => ConnectAsync(new IPEndPoint(IPAddress.Parse(row.Host), RelayHost.Port)),
            ["relays"] = () => DialAsync(dialer, row.Host),
            ["haproxy"] = () => ConnectAsync(RelayProcesses.FirstProxy),
        };

        object? inside = null;
        var nanos = await EchoAsync(ways, options.Number("echoes", 6000), async () =>
        {
            using var last = await processes.ListAsync(relays - 1);
            var stream = last.RootElement.GetProperty("streams")[0];
            inside = new
            {
                up = stream.GetProperty("up").GetProperty("insideMicros").GetDouble(), down = stream.GetProperty("down").GetProperty("insideMicros").GetDouble(),
            };
        });

        await row.SlowDownAsync(delay, megabits);
        var bulk = await BulkAsync(ways, options.Number("rounds", 3));
        var direct = Micros(nanos["direct"], 1);
        return new
        {
            relays,
            addedMicrosPerRelay = Added(nanos["relays"], nanos["direct"], relays),
            haproxyAddedMicros = Added(nanos["haproxy"], nanos["direct"], relays),
            throughputShareOfDirect = Share(bulk, "relays"),
            delayMs = delay,
            pathMegabits = megabits,
            haproxyThroughputShareOfDirect = Share(bulk, "haproxy"),
            megabits = bulk.ToDictionary(way => way.Key, way => way.Value),
            roundTripMicros = new { direct, relays = Micros(nanos["relays"], 1), haproxy = Micros(nanos["haproxy"], 1) },
            lastRelayInsideMicros = inside,
        };
    }

    private static async Task<Dictionary<string, List<long>>> EchoAsync(Dictionary<string, Func<Task<SocketStream>>> ways, int echoes, Func<Task> beforeTheEnd)
    {
        BenchmarkOptions.Say("small messages ...");
        var open = new Dictionary<string, SocketStream>();
        foreach (var (name, connect) in ways)
        {
            open[name] = await connect();
            open[name].Write([RelayHost.Echo]);
        }

        var nanos = ways.Keys.ToDictionary(name => name, _ => new List<long>(echoes));
        byte[] message = new byte[MessageBytes];
        int warmUp = echoes / 4 / BlockEchoes;
        for (int block = -warmUp; block < echoes / BlockEchoes; block++)
        {
            foreach (var (name, stream) in open)
            {
                for (int i = 0; i < BlockEchoes; i++)
                {
                    long sent = MonotonicClock.NowNanos();
                    stream.Write(message);
                    stream.ReadExactly(message);
                    if (block >= 0)
                    {
                        nanos[name].Add(MonotonicClock.NowNanos() - sent);
                    }
                }

                // Long enough for everybody to sleep: sessions are quiet most of the time.
                Thread.Sleep(BlockPauseMillis);
            }
        }

        await beforeTheEnd();
        foreach (var stream in open.Values)
        {
            stream.Dispose();
        }

        return nanos;
    }

    private static async Task<Dictionary<string, List<double>>> BulkAsync(Dictionary<string, Func<Task<SocketStream>>> ways, int rounds)
    {
        var megabits = ways.Keys.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (var (name, connect) in ways)
            {
                using var stream = await connect();
                stream.Write([RelayHost.Download]);
                byte[] buffer = new byte[1 << 16];
                long started = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(started) < s_warmUp)
                {
                    stream.ReadExactly(buffer);
                }

                long bytes = 0, from = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(from) < s_measured)
                {
                    bytes += stream.Read(buffer);
                }

                megabits[name].Add(Math.Round(bytes * 8 / Stopwatch.GetElapsedTime(from).TotalSeconds / 1e6, 1));
                BenchmarkOptions.Say($"bulk, {name}: {megabits[name][^1]} Mbit/s");
            }
        }

        return megabits;
    }

    private static double Share(Dictionary<string, List<double>> bulk, string way) => Math.Round(Median(bulk[way]) / Median(bulk["direct"]), 3);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static object Added(List<long> nanos, List<long> direct, int relays)
    {
        var (through, past) = (Micros(nanos, 1), Micros(direct, 1));
        return new MicrosOf(
            Math.Round((through.P50 - past.P50) / relays, 1), Math.Round((through.P95 - past.P95) / relays, 1), Math.Round((through.P99 - past.P99) / relays, 1), nanos.Count);
    }

    private static MicrosOf Micros(List<long> nanos, int parts)
    {
        long[] sorted = [.. nanos.Order()];
        return new MicrosOf(At(0.50), At(0.95), At(0.99), sorted.Length);

        double At(double share) => Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))] / 1e3 / parts, 1);
    }

    private static async Task<SocketStream> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await Task.Run(() => socket.Connect(to));
        return SocketStream.Take(socket);
    }

    private static async Task<SocketStream> DialAsync(Dialer dialer, string host)
    {
        var dialed = await dialer.DialAsync(new HostEndpoint(host, RelayHost.Port), CancellationToken.None);
        return dialed.Socket is { } socket ? SocketStream.Take(socket) : throw new InvalidOperationException(dialed.Failure!.ToString());
    }

    /// <summary>Order statistics in microseconds.</summary>
    private sealed record MicrosOf(double P50, double P95, double P99, int N);
}
