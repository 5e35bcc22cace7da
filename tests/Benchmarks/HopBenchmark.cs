using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks;

/// <summary>
/// From a key press in an xterm on an xrdp host to the first changed picture at the client: three clients of the same kind, one direct,
/// one through FreeRDP's proxy, one through this gateway, each with a session of its own on the same host. Probes are interleaved in
/// random order and spread over time, so that whatever the machine does meanwhile hits all three alike.
/// </summary>
public static class HopBenchmark
{
    private const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    private const string Host = "desk-1";
    private static readonly TimeSpan s_probeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Runs it. <c>--probes</c> per path (default 1000).</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        int probes = options.Number("probes", 1000);
        var lab = Lab.Open();
        var host = lab.Hosts[Host];
        using var proxy = await FreeRdpProxy.StartAsync(host.Address, host.Port);
        await using var node = await NodeProcess.StartAsync();
        await node.AddHostAsync("hop", lab, Host, "u03");

        using var direct = Connect(host.Address, host.Port, "u01", lab.Password(Host, "u01"));
        using var proxied = Connect("127.0.0.1", proxy.Port, "u02", lab.Password(Host, "u02"));
        using var gateway = Connect("127.0.0.1", node.RdpPort, $"{NodeProcess.Admin}#hop", node.AdminPassword);
        Viewer[] viewers = [direct, proxied, gateway];
        string[] names = ["direct", "freerdpProxy", "gateway"];
        Prepare(viewers);

        List<long>[] nanos = [[], [], []];
        var missed = new int[3];
        var random = new Random(1);
        int[] order = [0, 1, 2];
        for (int i = 0; i < probes + 20; i++)
        {
            random.Shuffle(order);
            foreach (int path in order)
            {
                long took = Probe(viewers, viewers[path], i % 2 == 0 ? KeyX : KeyBackspace);
                if (i >= 20 && took >= 0)
                {
                    nanos[path].Add(took);
                }

                missed[path] += took < 0 ? 1 : 0;
                // Quiet between probes: the host paces frames, and a probe must not wait for the frame of the one before.
                Viewer.Pump(viewers, TimeSpan.FromMilliseconds(45 + random.Next(30)), () => false);
            }

            if (i % 100 == 0)
            {
                BenchmarkOptions.Say($"{i}/{probes}: " + string.Join("  ", names.Zip(nanos, (n, t) => $"{n} {Quantiles.Of(t).P50} ms")));
            }
        }

        Quantiles[] q = [.. nanos.Select(Quantiles.Of)];
        return new
        {
            direct = q[0], freerdpProxy = q[1], gateway = q[2],
            addedMs = new { freerdpProxy = q[1].Over(q[0]), gateway = q[2].Over(q[0]) },
            missed = new { direct = missed[0], freerdpProxy = missed[1], gateway = missed[2] },
        };
    }

    private static Viewer Connect(string address, int port, string user, string password)
    {
        var (viewer, failure) = Viewer.Connect(address, port, o => o with { User = user, Password = password, Security = RdpSecurity.Tls });
        return viewer ?? throw new InvalidOperationException($"{user} at {address}:{port}: {failure}");
    }

    /// <summary>Waits until every desktop stands still, gives its xterm the focus, and makes it wait at a bare prompt.</summary>
    private static void Prepare(Viewer[] viewers)
    {
        foreach (var viewer in viewers)
        {
            viewer.Settle(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
            viewer.Click(200, 200);
            viewer.Type("PS1='$ '; clear\r");
            viewer.Settle(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>One probe; -1 when no picture came. All viewers are served meanwhile, as their clients would.</summary>
    private static long Probe(Viewer[] all, Viewer viewer, byte key)
    {
        long paints = viewer.Paints;
        long pressed = viewer.Press(key);
        bool came = Viewer.Pump(all, s_probeTimeout, () => viewer.Paints != paints);
        viewer.Release(key);
        return came ? viewer.PaintedNanos - pressed : -1;
    }
}
