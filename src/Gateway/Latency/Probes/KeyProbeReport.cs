namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>One key that the gateway pressed.</summary>
/// <param name="LateNanos">How much later than intended it was pressed; the plan is made beforehand and waits for no answer.</param>
/// <param name="Nanos">From the press until the picture that shows it was in the gateway; null when none came in time.</param>
/// <param name="WaitedNanos">How long an answer was waited for: without one, the time that it takes is more than this, not unknown.</param>
public sealed record KeyPress(long LateNanos, long? Nanos, long WaitedNanos);

/// <summary>What pressing keys has shown so far. The user's leg is not in it: nobody looks.</summary>
/// <param name="Running">Whether more is to come.</param>
/// <param name="Wanted">Presses that were asked for.</param>
/// <param name="Ending">Why there are fewer than wanted; empty when there are not.</param>
/// <param name="MinNanos">The shortest; null without an answer.</param>
/// <param name="MedianNanos">The median of all presses, those without an answer counted as longest; null when it is one of them.</param>
/// <param name="MaxNanos">The longest; null when a press has no answer, or there is none.</param>
/// <param name="Presses">One by one, in the order of time.</param>
public sealed record KeyProbeReport(
    bool Running, int Wanted, string Ending, long? MinNanos, long? MedianNanos, long? MaxNanos, IReadOnlyList<KeyPress> Presses)
{
    /// <summary>Makes the figures from the presses.</summary>
    public static KeyProbeReport Of(bool running, int wanted, string ending, IReadOnlyList<KeyPress> presses)
    {
        // Without an answer it took longer than all others, whatever it took.
        long[] times = [.. presses.Select(press => press.Nanos ?? long.MaxValue).Order()];
        return new KeyProbeReport(running, wanted, ending, Known(times, 0), Known(times, (times.Length - 1) / 2), Known(times, times.Length - 1), presses);
    }

    private static long? Known(long[] times, int index) => times.Length == 0 || times[index] == long.MaxValue ? null : times[index];
}
