namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// The same rows drawn again, block by block (Künsch's block bootstrap with fixed blocks). Each replicate is a weight per row, so that
/// sorted columns stay sorted. The seed is fixed: the same samples give the same report.
/// </summary>
internal sealed class BlockBootstrap
{
    private const int Seed = 0x5EED;

    private readonly ushort[][] _weightsOfBlock;
    private readonly TimeBlocks _blocks;

    /// <summary>Draws.</summary>
    /// <param name="blocks">Blocks of the rows.</param>
    /// <param name="replicates">How often.</param>
    /// <param name="stream">Sets that are compared take different ones, so that their draws are independent.</param>
    public BlockBootstrap(TimeBlocks blocks, int replicates, int stream = 0)
    {
        _blocks = blocks;
        var random = new Random(Seed + stream);
        _weightsOfBlock = new ushort[replicates][];
        for (int replicate = 0; replicate < replicates; replicate++)
        {
            var weights = _weightsOfBlock[replicate] = new ushort[blocks.Count];
            for (int draw = 0; draw < blocks.Count; draw++)
            {
                weights[random.Next(blocks.Count)]++;
            }
        }
    }

    /// <summary>How often it draws.</summary>
    public int Replicates => _weightsOfBlock.Length;

    /// <summary>How often each row occurs in a replicate.</summary>
    public void Weigh(int replicate, Span<int> weightOfRow)
    {
        var ofBlock = _weightsOfBlock[replicate];
        int[] blockOf = _blocks.OfRow;
        for (int row = 0; row < blockOf.Length; row++)
        {
            weightOfRow[row] = ofBlock[blockOf[row]];
        }
    }

    /// <summary>A column's sums and counts in each block, from which its mean in any replicate follows.</summary>
    public (double[] Sums, int[] Counts) SumBlocks(double[] nanosOfRow)
    {
        var (sums, counts) = (new double[_blocks.Count], new int[_blocks.Count]);
        for (int row = 0; row < nanosOfRow.Length; row++)
        {
            if (!double.IsNaN(nanosOfRow[row]))
            {
                sums[_blocks.OfRow[row]] += nanosOfRow[row];
                counts[_blocks.OfRow[row]]++;
            }
        }

        return (sums, counts);
    }

    /// <summary>The mean of a column in a replicate; NaN when its blocks were not drawn.</summary>
    public double Mean(int replicate, (double[] Sums, int[] Counts) blocks)
    {
        var ofBlock = _weightsOfBlock[replicate];
        double sum = 0;
        long count = 0;
        for (int block = 0; block < ofBlock.Length; block++)
        {
            sum += ofBlock[block] * blocks.Sums[block];
            count += ofBlock[block] * blocks.Counts[block];
        }

        return sum / count;
    }

    /// <summary>The 95 % percentile interval of replicated values around the figure of the samples themselves; it always contains the figure.
    /// Replicates that could not be computed are NaN and do not count.</summary>
    public static Figure Interval(double figure, Span<double> replicated)
    {
        int count = 0;
        foreach (double value in replicated)
        {
            if (!double.IsNaN(value))
            {
                replicated[count++] = value;
            }
        }

        if (count == 0)
        {
            return new(figure, figure, figure);
        }

        var values = replicated[..count];
        values.Sort();
        int cut = (int)(count * 0.025);
        return new(figure, Math.Min(figure, values[cut]), Math.Max(figure, values[count - 1 - cut]));
    }
}
