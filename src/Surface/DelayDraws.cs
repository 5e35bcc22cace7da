using RemoteChain.Surface.Control;

namespace RemoteChain.Surface;

/// <summary>How long each event of an injected fault is held up: a repeatable series of delays of one shape.</summary>
/// <param name="delayNanos">The delay; the mean of the series, unless it is intermittent.</param>
/// <param name="shape">How it varies.</param>
/// <param name="sharePermille">Of 1000 events, how many are delayed; read only when intermittent.</param>
/// <param name="seed">The same seed gives the same series.</param>
public sealed class DelayDraws(long delayNanos, DelayShape shape, int sharePermille, uint seed)
{
    ulong _state = seed;

    /// <summary>The delay of the next event in nanoseconds; 0 for none.</summary>
    public long Next() => shape == DelayShape.Constant ? delayNanos : Of(++_state);

    /// <summary>The delay of the event of that number, whatever was drawn before.</summary>
    public long At(long number) => shape == DelayShape.Constant ? delayNanos : Of(unchecked(seed + (ulong)number));

    long Of(ulong number)
    {
        var draw = Mix(number);
        return shape == DelayShape.Intermittent
            ? draw % Inject.PermilleMax < (ulong)sharePermille ? delayNanos : 0
            : (long)(draw % (2UL * (ulong)delayNanos + 1));
    }

    // SplitMix64: neighbours in, unrelated numbers out.
    static ulong Mix(ulong number)
    {
        unchecked
        {
            var x = (number + 1) * 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }
}
