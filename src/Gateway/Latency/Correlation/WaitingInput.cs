using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>An input whose answer is not yet out.</summary>
internal struct WaitingInput
{
    internal ulong Id;
    internal Expectation Expected;

    /// <summary>True for a key that puts a glyph at the caret.</summary>
    internal bool IsText;

    /// <summary>The pointer, when it is pointer input.</summary>
    internal int X, Y;

    internal long SentNanos;

    /// <summary>True when its picture is decided; it waits for the picture to settle.</summary>
    internal bool IsMatched;

    /// <summary>True when something was painted that would have been the answer in a place that is otherwise still.</summary>
    internal bool SawBackground;

    /// <summary>The best picture so far; 0 = none.</summary>
    internal ulong Sequence;

    internal long ReceivedNanos, SettledNanos;
    internal double Margin;

    /// <summary>How much speaks for the best of the earlier pictures, which was not chosen; at least 0, which is no picture.</summary>
    internal double Rival;

    internal int Shared;

    /// <summary>True when its answer is out and the place is free.</summary>
    internal bool IsOut;

    /// <summary>The area of the chosen picture.</summary>
    internal SurfaceRectangle Area;

    internal readonly bool HasPicture => Sequence != 0;

    internal readonly long LatencyNanos => ReceivedNanos - SentNanos;

    /// <summary>How much speaks for the chosen picture beyond the next best explanation.</summary>
    internal readonly double Lead => Margin - Rival;

    /// <summary>Whether the same part of the host answers both: keys among keys, buttons and wheel among themselves. Only within such
    /// a family do answers keep the order.</summary>
    internal readonly bool IsFamilyOf(in WaitingInput other) =>
        (Expected == Expectation.Key) == (other.Expected == Expectation.Key)
        && (Expected == Expectation.Hover) == (other.Expected == Expectation.Hover);
}
