namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// Notices when every picture goes to the key before the one that it answers. Once a key that painted nothing got the picture of the next one, and the host is believed to
/// take as long as that, it goes on for ever: the order of keys is kept, and nothing is left over. But a host keeps its time better than people do
/// theirs: of the two times that a picture may have taken, since the key that it was given to and since the newest, the steady one is the true one.
/// </summary>
internal sealed class SlipWatch
{
    private const int KeysMin = 12;
    private const double Steadier = 3, Sooner = 0.5;

    private readonly double[] _given = new double[KeysMin], _newest = new double[KeysMin];
    private int _count;

    /// <summary>The times since the newest keys, of the last pictures.</summary>
    internal ReadOnlySpan<double> NewestNanos => _newest.AsSpan(0, _count);

    /// <summary>A picture was given to a key although a newer one waits.</summary>
    /// <returns>True when all of the last were given to the wrong ones.</returns>
    internal bool Note(long givenNanos, long newestNanos)
    {
        if (_count == KeysMin)
        {
            Array.Copy(_given, 1, _given, 0, --_count);
            Array.Copy(_newest, 1, _newest, 0, _count);
        }

        (_given[_count], _newest[_count]) = (givenNanos, newestNanos);
        if (++_count < KeysMin)
        {
            return false;
        }

        var (given, givenSpread) = Steadiness(_given);
        var (newest, newestSpread) = Steadiness(_newest);
        return newest < Sooner * given && newestSpread * Steadier < givenSpread;
    }

    /// <summary>A picture went to the newest key: nothing slips.</summary>
    internal void Clear() => _count = 0;

    private static (double Mean, double Spread) Steadiness(double[] nanos)
    {
        double mean = 0, spread = 0;
        foreach (double one in nanos)
        {
            mean += one / nanos.Length;
        }

        foreach (double one in nanos)
        {
            spread += Math.Abs(one - mean) / nanos.Length;
        }

        return (mean, spread);
    }
}
