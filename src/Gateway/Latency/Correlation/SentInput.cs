using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>An input as it was written to the host's socket.</summary>
/// <param name="Id">The input; the front's number is in its top 16 bits.</param>
/// <param name="Kind">What it is; gives <paramref name="Flags"/>, <paramref name="A"/> and <paramref name="B"/> their meaning.</param>
/// <param name="Flags">As in <see cref="InputEvent.Flags"/>.</param>
/// <param name="A">As in <see cref="InputEvent.A"/>.</param>
/// <param name="B">As in <see cref="InputEvent.B"/>.</param>
/// <param name="SentNanos">When it was written, on <see cref="MonotonicClock"/>.</param>
public readonly record struct SentInput(ulong Id, InputKind Kind, ushort Flags, int A, int B, long SentNanos)
{
    /// <summary>The input of a ring, written to the host at <paramref name="sentNanos"/>.</summary>
    public static SentInput Of(in InputEvent input, long sentNanos) => new(input.Id, input.Kind, input.Flags, input.A, input.B, sentNanos);
}
