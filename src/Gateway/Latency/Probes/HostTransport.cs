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
    private Rise? _rise;

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
            bool confirmed = later.Nanos - sooner.Nanos <= Tolerance(sooner);
            bool answeredNearer = !confirmed && floor - sooner.HighNanos > Tolerance(sooner) && floor - later.HighNanos <= Tolerance(later);
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
        var risen = HasRisen(echoes, nowNanos) ? Judge(echoes, tcp.MeanNanos, nowNanos) : Verdict.Follows;
        if (risen == Verdict.Denied || echoes.Nanos - tcp.MeanNanos > Tolerance(echoes))
        {
            long nanos = Math.Min(Math.Min(_agreement?.EchoNanos ?? floor, tcp.MeanNanos), echoes.Nanos);
            return new TransportEstimate(nanos, Math.Min(nanos, floor), echoes.HighNanos, TransportDoubt.EchoSlower);
        }

        if (risen == Verdict.Open)
        {
            return echoes with { LowNanos = Math.Min(echoes.LowNanos, _agreement!.Value.EchoNanos), Doubt = TransportDoubt.Unconfirmed };
        }

        return floor - echoes.HighNanos > Tolerance(echoes)
            ? echoes with { HighNanos = floor, Doubt = TransportDoubt.EchoFaster }
            : echoes;
    }

    private bool HasRisen(TransportEstimate echoes, long nowNanos) =>
        _agreement is { } agreed && nowNanos - agreed.AtNanos <= AgreementNanos && echoes.Nanos - agreed.EchoNanos > Tolerance(echoes);

    /// <summary>
    /// Whether the acknowledgements rose with the echoes. Their mean varies with the host; the longer a rise lasts, the smaller a one can be
    /// told from that.
    /// </summary>
    private Verdict Judge(TransportEstimate echoes, long meanNanos, long nowNanos)
    {
        if (_windows[(int)EchoKind.ShutdownRequest].Estimate(nowNanos) is not null)
        {
            // Inside the connection there is an echo too, and the soonest of all is not above it.
            return Verdict.Follows;
        }

        var agreed = _agreement!.Value;
        long risen = echoes.Nanos - agreed.EchoNanos;
        double windows = 1;
        if (_rise is { Count: > 0 } rise)
        {
            windows = Math.Max(1, (double)(nowNanos - rise.AtNanos - EchoWindow.WindowNanos) / EchoWindow.WindowNanos);
            meanNanos = rise.SumNanos / rise.Count;
        }

        return risen <= DeviationsMin * agreed.DeviationNanos / Math.Sqrt(windows)
            ? Verdict.Open
            : meanNanos - agreed.MeanNanos >= risen / 2 ? Verdict.Follows : Verdict.Denied;
    }

    /// <summary>Remembers what both said while neither contradicted the other, and what the acknowledgements say to a rise of the echoes.</summary>
    private void Agree(long nowNanos)
    {
        if (_witness.Recent(nowNanos) is not { } tcp || tcp.Acknowledgements < AcknowledgementsMin || Soonest(nowNanos) is not { } echoes)
        {
            return;
        }

        if (_agreement is not { } agreed || nowNanos - agreed.AtNanos > AgreementNanos)
        {
            _rise = null;
            if (echoes.Doubt == TransportDoubt.None && Weigh(echoes, nowNanos).Doubt == TransportDoubt.None)
            {
                // Until it is known how much the acknowledgements vary, as much as they take.
                _agreement = new Agreement(nowNanos, echoes.Nanos, tcp.MeanNanos, tcp.MeanNanos);
            }

            return;
        }

        if (HasRisen(echoes, nowNanos))
        {
            var rise = _rise ?? new Rise(nowNanos, 0, 0);
            // Not before a window is over: until then the mean holds acknowledgements from before the rise.
            _rise = nowNanos - rise.AtNanos > EchoWindow.WindowNanos ? new Rise(rise.AtNanos, rise.SumNanos + tcp.MeanNanos, rise.Count + 1) : rise;
            if (Judge(echoes, tcp.MeanNanos, nowNanos) == Verdict.Follows)
            {
                // Its own mean, not the one of this moment, which varies.
                _agreement = new Agreement(
                    nowNanos, echoes.Nanos, _rise is { Count: > 0 } over ? over.SumNanos / over.Count : tcp.MeanNanos, agreed.DeviationNanos);
                _rise = null;
            }

            return;
        }

        _rise = null;
        bool hasFallen = agreed.EchoNanos - echoes.Nanos > Tolerance(echoes);
        if (hasFallen || Weigh(echoes, nowNanos).Doubt == TransportDoubt.None)
        {
            // Nothing but a shorter way makes echoes faster at once; everything else slowly, so that the beginning of a rise is not its measure.
            _agreement = hasFallen
                ? new Agreement(nowNanos, echoes.Nanos, tcp.MeanNanos, agreed.DeviationNanos)
                : new Agreement(nowNanos, Slowly(agreed.EchoNanos, echoes.Nanos), Slowly(agreed.MeanNanos, tcp.MeanNanos),
                    Slowly(agreed.DeviationNanos, Math.Abs(tcp.MeanNanos - agreed.MeanNanos)));
        }
    }

    private static long Slowly(long old, long now) => old + ((now - old) / 16);

    private static long Tolerance(TransportEstimate estimate) => Math.Max(ToleranceNanos, (estimate.HighNanos - estimate.LowNanos) / 2);

    /// <summary>What the acknowledgements say to echoes that have become slower.</summary>
    private enum Verdict
    {
        /// <summary>So did they.</summary>
        Follows,

        /// <summary>They vary by more than that: not known yet.</summary>
        Open,

        /// <summary>They did not.</summary>
        Denied,
    }

    /// <summary>Echo and mean acknowledgement while they agreed, and how much the mean varied.</summary>
    private readonly record struct Agreement(long AtNanos, long EchoNanos, long MeanNanos, long DeviationNanos);

    /// <summary>Since when the echoes are slower, and the mean acknowledgements from a window later on.</summary>
    private readonly record struct Rise(long AtNanos, long SumNanos, int Count);
}
