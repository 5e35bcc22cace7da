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
    /// <summary>Differences below this are noise of clocks and schedulers.</summary>
    private const long ToleranceNanos = 500_000;

    /// <summary>Acknowledgements that it takes to contradict a change: their mean holds the host's time, which varies.</summary>
    private const int AcknowledgementsMin = 8;

    /// <summary>A rise counts as one that the connection denies when it is this many times the usual variation of its acknowledgements.</summary>
    private const int DeviationsMin = 4;

    /// <summary>How long an agreement is remembered; as long as the kernel remembers its floor.</summary>
    private const long AgreementNanos = 300_000_000_000;

    private static readonly int s_kinds = Enum.GetValues<EchoKind>().Length;

    private readonly Lock _gate = new();
    private readonly EchoWindow[] _windows = [.. Enumerable.Range(0, s_kinds).Select(_ => new EchoWindow())];
    private readonly TcpWitness _witness = new();
    private Agreement? _agreement;

    /// <summary>An echo came back.</summary>
    /// <param name="kind">How it was asked for.</param>
    /// <param name="atNanos">When it came back.</param>
    /// <param name="roundTripNanos">How long it took.</param>
    public void Add(EchoKind kind, long atNanos, long roundTripNanos)
    {
        lock (_gate)
        {
            _windows[(int)kind].Add(atNanos, roundTripNanos);
            Agree(atNanos);
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
            return Soonest(nowNanos) is { } soonest ? Weigh(soonest.Echoes, soonest.Confirmed, nowNanos) : null;
        }
    }

    /// <summary>
    /// The kind whose echoes are back soonest, unless the connection's floor says that something nearer answers them; and whether another
    /// kind says the same.
    /// </summary>
    private (TransportEstimate Echoes, bool Confirmed)? Soonest(long nowNanos)
    {
        long floor = _witness.FloorNanos(nowNanos) ?? 0;
        TransportEstimate? soonest = null;
        bool confirmed = false;
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
            confirmed = later.Nanos - sooner.Nanos <= Tolerance(sooner);
            bool answeredNearer = !confirmed && floor - sooner.HighNanos > Tolerance(sooner) && floor - later.HighNanos <= Tolerance(later);
            soonest = confirmed
                ? sooner
                : answeredNearer
                    ? later with { LowNanos = Math.Min(later.LowNanos, sooner.Nanos), Doubt = TransportDoubt.EchoFaster }
                    : sooner with { HighNanos = Math.Max(sooner.HighNanos, later.Nanos), Doubt = TransportDoubt.EchoSlower };
        }

        return soonest is { } found ? (found, confirmed) : null;
    }

    private TransportEstimate Weigh(TransportEstimate echoes, bool confirmed, long nowNanos)
    {
        if (_witness.Recent(nowNanos) is not { } tcp)
        {
            return echoes;
        }

        long floor = _witness.FloorNanos(nowNanos) ?? tcp.MeanNanos;
        var agreed = _agreement is { } known && nowNanos - known.AtNanos <= AgreementNanos ? known : (Agreement?)null;
        long risen = agreed is { } a ? echoes.Nanos - a.EchoNanos : 0;
        bool hasRisenAlone = risen > Tolerance(echoes) && tcp.Acknowledgements >= AcknowledgementsMin && !confirmed;
        bool canTell = hasRisenAlone && risen > DeviationsMin * agreed!.Value.DeviationNanos;
        bool denied = canTell && tcp.MeanNanos - agreed!.Value.MeanNanos < risen / 2;
        if (denied || echoes.Nanos - tcp.MeanNanos > Tolerance(echoes))
        {
            long nanos = Math.Min(Math.Min(agreed?.EchoNanos ?? floor, tcp.MeanNanos), echoes.Nanos);
            return new TransportEstimate(nanos, Math.Min(nanos, floor), echoes.HighNanos, TransportDoubt.EchoSlower);
        }

        if (hasRisenAlone && !canTell)
        {
            // Too small a rise for the acknowledgements to deny or to confirm it: the interval holds the way as it was.
            return echoes with { LowNanos = Math.Min(echoes.LowNanos, agreed!.Value.EchoNanos), Doubt = TransportDoubt.Unconfirmed };
        }

        return floor - echoes.HighNanos > Tolerance(echoes)
            ? echoes with { HighNanos = floor, Doubt = TransportDoubt.EchoFaster }
            : echoes;
    }

    /// <summary>Remembers what both said while neither contradicted the other.</summary>
    private void Agree(long nowNanos)
    {
        if (_witness.Recent(nowNanos) is not { } tcp || tcp.Acknowledgements < AcknowledgementsMin
            || Soonest(nowNanos) is not { Echoes: { Doubt: TransportDoubt.None } echoes } soonest
            || Weigh(echoes, soonest.Confirmed, nowNanos).Doubt != TransportDoubt.None)
        {
            return;
        }

        _agreement = _agreement is { } old && nowNanos - old.AtNanos <= AgreementNanos
            ? new Agreement(nowNanos, Slowly(old.EchoNanos, echoes.Nanos), Slowly(old.MeanNanos, tcp.MeanNanos),
                Slowly(old.DeviationNanos, Math.Abs(tcp.MeanNanos - old.MeanNanos)))
            // Until it is known how much the acknowledgements vary, as much as they take.
            : new Agreement(nowNanos, echoes.Nanos, tcp.MeanNanos, tcp.MeanNanos);
    }

    /// <summary>What has just begun to rise must not become the measure of what follows.</summary>
    private static long Slowly(long old, long now) => old + ((now - old) / 16);

    private static long Tolerance(TransportEstimate estimate) => Math.Max(ToleranceNanos, (estimate.HighNanos - estimate.LowNanos) / 2);

    /// <summary>Echo and mean acknowledgement while they agreed, and how much the mean varied.</summary>
    private readonly record struct Agreement(long AtNanos, long EchoNanos, long MeanNanos, long DeviationNanos);
}
