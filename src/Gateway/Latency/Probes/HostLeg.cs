using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// Measures the way to a host beside one connection to it, about once a second while somebody uses the session, at random moments so that
/// nothing periodic can hide between them. What may be asked is the chain's policy and what the server is known to survive.
/// </summary>
public sealed class HostLeg : IAsyncDisposable
{
    /// <summary>A session that no front has measured for this long is not in use.</summary>
    public const long UnusedAfterNanos = 10_000_000_000;

    private const double MeanSeconds = 0.8;
    private const double ShortestSeconds = 0.2;
    private const double LongestSeconds = 3;

    /// <summary>A kind of echo that stayed away this often in a row is asked for again only now and then.</summary>
    private const int LostMax = 5;

    private const int RetryTurns = 30;

    /// <summary>A refused connection is written into some hosts' logs, a Shutdown Request takes the server's time: less often than ICMP.</summary>
    private const int RefusalTurns = 2;

    private const int ShutdownTurns = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly HostProbes _policy;
    private readonly HostTransport _way;
    private readonly FrontEchoes _uses;
    private readonly EchoOrigin? _origin;
    private readonly Action _askServer;
    private readonly Socket? _connection;
    private readonly IPAddress? _address;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly int[] _lost = new int[Enum.GetValues<EchoKind>().Length];
    private volatile ServerFingerprint _server = ServerFingerprint.None;
    private volatile HostConduct? _conduct;

    /// <summary>Begins. Keeps a descriptor of its own for the connection, to ask the kernel about it; it never reads or writes there.</summary>
    /// <param name="policy">What the chain allows.</param>
    /// <param name="dialed">The connection to the host; stays the caller's.</param>
    /// <param name="way">Gets what is measured.</param>
    /// <param name="uses">Tells whether the session is in use.</param>
    /// <param name="origin">Where echoes of the host can start from; null where only connections reach it.</param>
    /// <param name="askServer">Sends the desktop worker an <see cref="EchoHost"/>; its answer comes to <see cref="Echoed"/>.</param>
    public HostLeg(HostProbes policy, Socket dialed, HostTransport way, FrontEchoes uses, EchoOrigin? origin, Action askServer)
    {
        (_policy, _way, _uses, _origin, _askServer) = (policy, way, uses, origin, askServer);
        // Beyond a proxy or through a pump, the socket ends at somebody else: what the kernel knows of it is not the host's.
        if (policy != HostProbes.Off && origin is not null && dialed.RemoteEndPoint is IPEndPoint host)
        {
            _address = host.Address;
            _connection = new Socket(new SafeSocketHandle(DescriptorHandle.DuplicateOf(dialed.SafeHandle).Detach(), ownsHandle: true));
        }

        _running = Task.Run(RunAsync);
    }

    /// <summary>The host's address; null where only connections reach it, or nothing may be measured.</summary>
    public IPAddress? Address => _address;

    /// <summary>What the server is.</summary>
    public ServerFingerprint Server => _server;

    /// <summary>What the server did; null before it did anything worth telling.</summary>
    public HostConduct? Conduct => _conduct;

    /// <summary>The desktop worker told what the server is. Text that is no fingerprint is an unknown server.</summary>
    public void Learn(string fingerprint) => _server = ServerFingerprint.TryRead(fingerprint, out var read) ? read : ServerFingerprint.None;

    /// <summary>The desktop worker told what the server did.</summary>
    public void Learn(HostConduct conduct) => _conduct = conduct;

    /// <summary>The server refused to shut down.</summary>
    public void Echoed(HostEcho echo) => _way.Add(EchoKind.ShutdownRequest, MonotonicClock.NowNanos(), echo.RoundTripNanos);

    /// <summary>Ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _connection?.Dispose();
        _origin?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Whether the host may be asked for echoes of its network stack, by the chain and by what the server is.</summary>
    public bool MayEcho => _policy is HostProbes.Echo or HostProbes.Server || (_policy == HostProbes.Auto && _server.Kind != ServerKind.Unknown);

    private bool MayAskServer => _policy == HostProbes.Server && _server.RefusesShutdown(_conduct?.LogonSeen ?? false);

    private async Task RunAsync()
    {
        var random = new Random();
        try
        {
            for (long turn = 0; ; turn++)
            {
                double seconds = -Math.Log(1 - random.NextDouble()) * MeanSeconds;
                await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(seconds, ShortestSeconds, LongestSeconds)), _stopping.Token);
                if (MonotonicClock.NowNanos() - _uses.UsedNanos <= UnusedAfterNanos)
                {
                    await MeasureAsync(turn);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async Task MeasureAsync(long turn)
    {
        if (_connection is not null && TcpFigures.TryRead(_connection, out var figures))
        {
            _way.Observe(figures);
        }

        if (MayAskServer && turn % ShutdownTurns == 0)
        {
            _askServer();
        }

        if (_address is null || _origin is null || !MayEcho)
        {
            return;
        }

        if (IsWorthAsking(EchoKind.Icmp, turn))
        {
            Keep(EchoKind.Icmp, await _origin.IcmpAsync(_address, s_patience, _stopping.Token));
        }

        if (turn % RefusalTurns == 0 && IsWorthAsking(EchoKind.TcpRefusal, turn))
        {
            Keep(EchoKind.TcpRefusal, await _origin.RefusalAsync(_address, s_patience, _stopping.Token));
        }
    }

    private bool IsWorthAsking(EchoKind kind, long turn) => _lost[(int)kind] < LostMax || turn % RetryTurns == 0;

    private void Keep(EchoKind kind, long? roundTripNanos)
    {
        if (roundTripNanos is { } nanos)
        {
            _lost[(int)kind] = 0;
            _way.Add(kind, MonotonicClock.NowNanos(), nanos);
        }
        else
        {
            _lost[(int)kind]++;
            _way.AddLost(kind, MonotonicClock.NowNanos());
        }
    }
}
