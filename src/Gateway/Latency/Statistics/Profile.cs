namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>A column's own floor, middle and tail.</summary>
/// <param name="Sorted">Its values in order of size.</param>
/// <param name="Floor">Mean of p1 to p5.</param>
/// <param name="Typical">Mean of p40 to p60.</param>
/// <param name="Tail">Mean above p95.</param>
internal sealed record Profile(SortedColumn Sorted, Figure Floor, Figure Typical, Figure Tail)
{
    private static readonly Band[] s_bands = [Band.Floor, Band.Typical, Band.Tail];

    /// <summary>For columns of one table.</summary>
    public static Profile[] Of(IReadOnlyList<Column> columns, BlockBootstrap draw)
    {
        SortedColumn[] sorted = [.. columns.Select(column => new SortedColumn(column.Nanos))];
        var replicated = sorted.Select(_ => s_bands.Select(_ => new double[draw.Replicates]).ToArray()).ToArray();
        int[] weights = new int[columns.Count == 0 ? 0 : columns[0].Nanos.Length];
        Span<double> means = stackalloc double[s_bands.Length];
        for (int replicate = 0; replicate < draw.Replicates; replicate++)
        {
            draw.Weigh(replicate, weights);
            for (int column = 0; column < sorted.Length; column++)
            {
                sorted[column].Means(s_bands, weights, means);
                for (int band = 0; band < means.Length; band++)
                {
                    replicated[column][band][replicate] = means[band];
                }
            }
        }

        var profiles = new Profile[sorted.Length];
        for (int column = 0; column < sorted.Length; column++)
        {
            sorted[column].Means(s_bands, [], means);
            var drawn = replicated[column];
            profiles[column] = new(sorted[column], BlockBootstrap.Interval(means[0], drawn[0]), BlockBootstrap.Interval(means[1], drawn[1]),
                BlockBootstrap.Interval(means[2], drawn[2]));
        }

        return profiles;
    }
}
