using System.Collections.Immutable;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Model;

/// <summary>Whether the picture was otherwise at rest: hosts pace busy pictures, so the two are never mixed.</summary>
public enum Load : byte
{
    /// <summary>Nothing but the answer was painted around that time.</summary>
    Idle,

    /// <summary>The host painted other things, or earlier inputs were still unanswered.</summary>
    Busy,
}

/// <summary>The words that reports print and queries take.</summary>
public static class LoadName
{
    /// <summary><c>idle</c> or <c>busy</c>.</summary>
    public static string Word(this Load load) => load == Load.Idle ? "idle" : "busy";
}

/// <summary>Who pressed the key.</summary>
public enum SampleOrigin : byte
{
    /// <summary>A user.</summary>
    Passive,

    /// <summary>The gateway's own probe.</summary>
    Probe,
}

/// <summary>
/// One interaction: an input and the first picture that carries its effect, as durations of its stages. The parts add up to the total
/// exactly, because the total is their sum; parts of different samples are never added.
/// </summary>
/// <param name="InputId">The input; the front's number is in its top 16 bits.</param>
/// <param name="Kind">What kind of input.</param>
/// <param name="Load">Idle or busy.</param>
/// <param name="Origin">User or probe.</param>
/// <param name="At">When the input arrived at the gateway.</param>
/// <param name="Times">The measured stages in path order.</param>
/// <param name="SharedPicture">How many inputs this picture answers; each has a sample with its own wait.</param>
/// <param name="Censored">True when no answer came in time: <see cref="Times"/> holds what was waited, a lower bound.</param>
public sealed record Sample(
    ulong InputId, InputKind Kind, Load Load, SampleOrigin Origin, DateTimeOffset At, ImmutableArray<StageTime> Times, int SharedPicture = 1,
    bool Censored = false)
{
    /// <summary>The front that the input came from and the picture was sent to.</summary>
    public int FrontNumber => (int)(InputId >> 48);

    /// <summary>What the user waited for, as far as it was measured.</summary>
    public long TotalNanos
    {
        get
        {
            long total = 0;
            foreach (var time in Times)
            {
                total += time.Nanos;
            }

            return total;
        }
    }

    /// <summary>The duration of one stage; null when it was not measured.</summary>
    public long? NanosOf(StageKey key)
    {
        foreach (var time in Times)
        {
            if (time.Key == key)
            {
                return time.Nanos;
            }
        }

        return null;
    }
}
