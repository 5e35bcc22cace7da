namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Rows in stretches of a few seconds. Latency of neighbouring samples is alike, so stretches and not samples are what is drawn again, and
/// what variances are taken over.
/// </summary>
internal sealed class TimeBlocks
{
    /// <summary>Length of a block: longer than the bursts of typing, short enough for a minute to have several.</summary>
    public const long BlockTicks = 5 * TimeSpan.TicksPerSecond;

    /// <summary>With fewer blocks than this, blocks are of equal numbers of samples instead.</summary>
    public const int BlocksMin = 12;

    private TimeBlocks(int[] ofRow, int count) => (OfRow, Count) = (ofRow, count);

    /// <summary>The block of each row; ascending from 0 without gaps.</summary>
    public int[] OfRow { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Blocks of ascending times.</summary>
    public static TimeBlocks Of(long[] ticks)
    {
        var ofRow = new int[ticks.Length];
        int last = -1;
        long lastSlot = long.MinValue;
        for (int row = 0; row < ticks.Length; row++)
        {
            long slot = (ticks[row] - ticks[0]) / BlockTicks;
            last += slot == lastSlot ? 0 : 1;
            lastSlot = slot;
            ofRow[row] = last;
        }

        if (last + 1 >= BlocksMin)
        {
            return new(ofRow, last + 1);
        }

        int count = Math.Min(BlocksMin, ticks.Length);
        for (int row = 0; row < ticks.Length; row++)
        {
            ofRow[row] = (int)((long)row * count / ticks.Length);
        }

        return new(ofRow, count);
    }
}
