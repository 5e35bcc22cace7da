namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>Why an input has no picture.</summary>
public enum Unmatched : byte
{
    /// <summary>It has one.</summary>
    Not,

    /// <summary>Releases, modifiers and control events: they usually paint nothing, so no picture was looked for.</summary>
    NotExpected,

    /// <summary>Nothing was painted in time that could be the answer.</summary>
    NoPicture,

    /// <summary>What was painted is what paints itself there anyway: a caret, a clock, a video.</summary>
    Background,

    /// <summary>A picture came that is a little more likely an answer than not, or two that are equally likely.</summary>
    Ambiguous,

    /// <summary>A later input was answered first; hosts answer in order, so this one painted nothing.</summary>
    Overtaken,

    /// <summary>More inputs were waiting than <see cref="Correlator.WaitingMax"/>; the oldest was given up.</summary>
    Crowded,

    /// <summary>The desktop changed its size or was reset meanwhile.</summary>
    Reset,
}

/// <summary>Which picture answers an input, or why none does. Every input gets exactly one.</summary>
/// <param name="InputId">The input.</param>
/// <param name="Reason"><see cref="Unmatched.Not"/> when it is matched; the rest of the fields is 0 otherwise.</param>
/// <param name="DamageSequence">The first damage entry that carries the input's effect.</param>
/// <param name="Margin">Natural logarithm of how many times more likely this is than the next best explanation.</param>
/// <param name="SharedPicture">How many inputs this picture answers; above 1, the later ones may have been answered by an even
/// later picture.</param>
/// <param name="FirstChangeNanos">When the first byte of that picture was received.</param>
/// <param name="SettledNanos">When the first byte of the last picture was received that belongs to it: after that, nothing that the
/// answer could have caused was painted for <see cref="Correlator.SettledAfterNanos"/>. Cut short when a later input was
/// answered or the time for decisions was over.</param>
public readonly record struct Answer(
    ulong InputId, Unmatched Reason, ulong DamageSequence = 0, float Margin = 0, int SharedPicture = 0, long FirstChangeNanos = 0,
    long SettledNanos = 0)
{
    /// <summary>True when a picture answers it.</summary>
    public bool IsMatch => Reason == Unmatched.Not;
}
