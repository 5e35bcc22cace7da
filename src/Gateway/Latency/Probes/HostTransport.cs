namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>How an echo of a host's network stack is asked for, beside the session's connection.</summary>
public enum EchoKind : byte
{
    /// <summary>ICMP echo (RFC 792, RFC 4443).</summary>
    Icmp,

    /// <summary>A TCP connection to a port where nobody listens: its refusal comes from the host's kernel (RFC 9293, 3.10.7.1).</summary>
    TcpRefusal,

    /// <summary>Shutdown Request → Shutdown Request Denied inside the connection (MS-RDPBCGR 2.2.2.1, 2.2.2.2).</summary>
    ShutdownRequest,
}

/// <summary>
/// The way between the gateway and a host, both directions together: echoes give the figure, the session's own segments contradict it.
/// <code>
///   echoes of one kind ──► median of the newest, [minimum, p95] of the window ─┐
///   echoes of another  ──► the same; the sooner kind is nearer to the truth  ──┼─► figure, interval, doubt
///   acknowledgements   ──► an echo above their mean went another way         ──┘
/// </code>
/// A fault that is only on the echoes' way must not move time from the host to the network: where the echoes have become slower and the
/// connection has not, the figure stays what it was while both agreed, and the interval holds both. Safe from any thread.
/// </summary>
public sealed class HostTransport
{
    /// <summary>Acknowledgements that it takes to contradict a change: their mean holds the host's time, which varies.</summary>
    private const int AcknowledgementsMin = 8;

    private static readonly int s_kinds = Enum.GetValues<EchoKind>().Length;

    private readonly Lock _gate = new();
    private readonly EchoWindow[] _windows = [.. Enumerable.Range(0, s_kinds).Select(_ => new EchoWindow())];
    private readonly TcpWitness _witness = new();
    private readonly RiseTrial _trial = new();

    /// <summary>An echo came back.</summary>
    /// <param name="kind">How it was asked for.</param>
    /// <param name="atNanos">When it came back.</param>
    /// <param name="roundTripNanos">How long it took.</param>
    public void Add(EchoKind kind, long atNanos, long roundTripNanos)
    {
        lock (_gate)
        {
            _windows[(int)kind].Add(atNanos, roundTripNanos);
            Hear(atNanos);
        }
    }

    /// <summary>An echo did not come back in time.</summary>
    public void AddLost(EchoKind kind, long atNanos)
    {
        lock (_gate)
        {
            _windows[(int)kind].AddLost(atNanos);
        }
    }

    /// <summary>What the kernel tells of the connection.</summary>
    public void Observe(in TcpFigures figures)
    {
        lock (_gate)
        {
            _witness.Observe(figures);
        }
    }

    /// <summary>
    /// The shortest acknowledgement of the last minutes, for reports; null when the connection is not the kernel's own TCP. No figure of
    /// the way: it does not follow one that has become longer.
    /// </summary>
    public long? FloorNanos(long nowNanos)
    {
        lock (_gate)
        {
            return _witness.FloorNanos(nowNanos);
        }
    }

    /// <summary>The estimate of now; null when no echo came back within the last seconds.</summary>
    public TransportEstimate? Estimate(long nowNanos)
    {
        lock (_gate)
        {
            return Soonest(nowNanos) is { } echoes ? Weigh(echoes, nowNanos) : null;
        }
    }

    /// <summary>
    /// The kind whose echoes are back soonest, unless the connection's floor says that something nearer answers them. An echo inside the
    /// connection settles a doubt: no fault of another way is in it.
    /// </summary>
    private TransportEstimate? Soonest(long nowNanos)
    {
        long floor = _witness.FloorNanos(nowNanos) ?? 0;
        TransportEstimate? soonest = null;
        foreach (var window in _windows)
        {
            if (window.Estimate(nowNanos) is not { } other)
            {
                continue;
            }

            if (soonest is not { } so)
            {
                soonest = other;
                continue;
            }

            var (sooner, later) = other.Nanos < so.Nanos ? (other, so) : (so, other);
            bool confirmed = later.Nanos - sooner.Nanos <= RiseTrial.Tolerance(sooner);
            bool answeredNearer = !confirmed && floor - sooner.HighNanos > RiseTrial.Tolerance(sooner) && floor - later.HighNanos <= RiseTrial.Tolerance(later);
            soonest = confirmed
                ? sooner
                : answeredNearer
                    ? later with { LowNanos = Math.Min(later.LowNanos, sooner.Nanos), Doubt = TransportDoubt.EchoFaster }
                    : sooner with { HighNanos = Math.Max(sooner.HighNanos, later.Nanos), Doubt = TransportDoubt.EchoSlower };
        }

        return soonest;
    }

    private TransportEstimate Weigh(TransportEstimate echoes, long nowNanos)
    {
        if (_witness.Recent(nowNanos) is not { } tcp)
        {
            return echoes;
        }

        long floor = _witness.FloorNanos(nowNanos) ?? tcp.MeanNanos;
        long tolerance = RiseTrial.Tolerance(echoes);
        // Where there is an echo inside the connection, the soonest of all is not above it: nothing is left to decide.
        var verdict = IsSettled(nowNanos) ? RiseVerdict.Follows : _trial.Judge(echoes, tcp.MeanNanos, nowNanos);
        if (verdict == RiseVerdict.Denied || echoes.Nanos - tcp.MeanNanos > tolerance)
        {
            long nanos = Math.Min(Math.Min(_trial.AgreedNanos(nowNanos) ?? floor, tcp.MeanNanos), echoes.Nanos);
            return new TransportEstimate(nanos, Math.Min(nanos, floor), echoes.HighNanos, TransportDoubt.EchoSlower);
        }

        if (verdict == RiseVerdict.Open)
        {
            long before = _trial.AgreedNanos(nowNanos) ?? echoes.LowNanos;
            return echoes with { LowNanos = Math.Min(echoes.LowNanos, before), Doubt = TransportDoubt.Unconfirmed };
        }

        return floor - echoes.HighNanos > tolerance
            ? echoes with { HighNanos = floor, Doubt = TransportDoubt.EchoFaster }
            : echoes;
    }

    private bool IsSettled(long nowNanos) => _windows[(int)EchoKind.ShutdownRequest].Estimate(nowNanos) is not null;

    private void Hear(long nowNanos)
    {
        if (_witness.Recent(nowNanos) is { } tcp && tcp.Acknowledgements >= RiseTrial.AcknowledgementsMin && Soonest(nowNanos) is { } echoes)
        {
            bool isDoubted = echoes.Doubt != TransportDoubt.None || Weigh(echoes, nowNanos).Doubt != TransportDoubt.None;
            _trial.Hear(echoes, tcp.MeanNanos, isDoubted, IsSettled(nowNanos), nowNanos);
        }
    }
}
