namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>What a connection's acknowledgements say to echoes that have become slower.</summary>
internal enum RiseVerdict
{
    /// <summary>So did they, or the echoes did not.</summary>
    Follows,

    /// <summary>They vary by more than that: not known yet.</summary>
    Open,

    /// <summary>They did not.</summary>
    Denied,
}

/// <summary>
/// Whether the acknowledgements of a connection bear out that its way has become longer. Their mean varies with the host; the longer a
/// rise of the echoes lasts, the smaller a one can be told from that. Not thread-safe.
/// </summary>
internal sealed class RiseTrial
{
    /// <summary>Acknowledgements that it takes to say anything.</summary>
    public const int AcknowledgementsMin = 8;

    /// <summary>Differences below this are noise of clocks and schedulers.</summary>
    private const long ToleranceNanos = 500_000;

    /// <summary>A rise can be decided when it is this many times the usual variation of the acknowledgements.</summary>
    private const int DeviationsMin = 4;

    /// <summary>How long an agreement is remembered; as long as the kernel remembers its floor.</summary>
    private const long AgreementNanos = 300_000_000_000;

    private Agreement? _agreement;
    private Rise? _rise;

    /// <summary>What is no difference to this estimate. Single late echoes, of which a busy machine has many, do not widen it.</summary>
    public static long Tolerance(TransportEstimate estimate) => Math.Max(ToleranceNanos, (estimate.Nanos - estimate.LowNanos) / 2);

    /// <summary>The echo while both agreed; null when they did not lately.</summary>
    public long? AgreedNanos(long nowNanos) => Agreed(nowNanos)?.EchoNanos;

    /// <summary>What the acknowledgements say to these echoes.</summary>
    public RiseVerdict Judge(TransportEstimate echoes, long meanNanos, long nowNanos)
    {
        if (Agreed(nowNanos) is not { } agreed || !HasRisen(echoes, agreed))
        {
            return RiseVerdict.Follows;
        }

        long risen = echoes.Nanos - agreed.EchoNanos;
        double windows = 1;
        if (_rise is { Count: > 0 } rise)
        {
            windows = Math.Max(1, (double)(nowNanos - rise.AtNanos - EchoWindow.WindowNanos) / EchoWindow.WindowNanos);
            meanNanos = rise.SumNanos / rise.Count;
        }

        return risen <= DeviationsMin * agreed.DeviationNanos / Math.Sqrt(windows)
            ? RiseVerdict.Open
            : meanNanos - agreed.MeanNanos >= risen / 2 ? RiseVerdict.Follows : RiseVerdict.Denied;
    }

    /// <summary>Remembers what both said while neither contradicted the other, and what the acknowledgements say to a rise.</summary>
    /// <param name="echoes">The echoes.</param>
    /// <param name="meanNanos">Mean of the acknowledgements of the last seconds.</param>
    /// <param name="isDoubted">Whether anything contradicts the echoes.</param>
    /// <param name="isSettled">Whether the echoes are beyond doubt, however they have changed.</param>
    /// <param name="nowNanos">Now.</param>
    public void Hear(TransportEstimate echoes, long meanNanos, bool isDoubted, bool isSettled, long nowNanos)
    {
        if (Agreed(nowNanos) is not { } agreed)
        {
            // Until it is known how much the acknowledgements vary, as much as they take.
            _agreement = isDoubted ? null : new Agreement(nowNanos, echoes.Nanos, meanNanos, meanNanos);
            _rise = null;
            return;
        }

        if (!isSettled && HasRisen(echoes, agreed))
        {
            var rise = _rise ?? new Rise(nowNanos, 0, 0);
            // Not before a window is over: until then the mean holds acknowledgements from before the rise.
            _rise = rise = nowNanos - rise.AtNanos > EchoWindow.WindowNanos ? new Rise(rise.AtNanos, rise.SumNanos + meanNanos, rise.Count + 1) : rise;
            if (Judge(echoes, meanNanos, nowNanos) == RiseVerdict.Follows)
            {
                // The mean of the rise, not the one of this moment, which varies.
                Adopt(echoes, rise.Count > 0 ? rise.SumNanos / rise.Count : meanNanos, agreed.DeviationNanos, nowNanos);
            }

            return;
        }

        _rise = null;
        if (isSettled || agreed.EchoNanos - echoes.Nanos > Tolerance(echoes))
        {
            // Nothing but a shorter way makes echoes faster at once.
            Adopt(echoes, meanNanos, agreed.DeviationNanos, nowNanos);
        }
        else if (!isDoubted)
        {
            // Slowly, so that the beginning of a rise is not its measure.
            _agreement = new Agreement(
                nowNanos, Slowly(agreed.EchoNanos, echoes.Nanos), Slowly(agreed.MeanNanos, meanNanos),
                Slowly(agreed.DeviationNanos, Math.Abs(meanNanos - agreed.MeanNanos)));
        }
    }

    private static bool HasRisen(TransportEstimate echoes, Agreement agreed) => echoes.Nanos - agreed.EchoNanos > Tolerance(echoes);

    private static long Slowly(long old, long now) => old + ((now - old) / 16);

    private Agreement? Agreed(long nowNanos) => _agreement is { } known && nowNanos - known.AtNanos <= AgreementNanos ? known : null;

    private void Adopt(TransportEstimate echoes, long meanNanos, long deviationNanos, long nowNanos)
    {
        _agreement = new Agreement(nowNanos, echoes.Nanos, meanNanos, deviationNanos);
        _rise = null;
    }

    /// <summary>Echo and mean acknowledgement while they agreed, and how much the mean varied.</summary>
    private readonly record struct Agreement(long AtNanos, long EchoNanos, long MeanNanos, long DeviationNanos);

    /// <summary>Since when the echoes are slower, and the mean acknowledgements from a window later on.</summary>
    private readonly record struct Rise(long AtNanos, long SumNanos, int Count);
}
