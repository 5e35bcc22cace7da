using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>Which stages can only be told apart as well as estimates are.</summary>
internal static class Pools
{
    /// <summary>
    /// Groups of stages among which time can move unseen. Uncertain stages of the user's side belong together; those behind the gateway up to
    /// and with each host do, hops before it included, because a host's time is what is left of the wait for it.
    /// </summary>
    public static ImmutableArray<ImmutableArray<int>> Of(ImmutableArray<StageKey> keys, params ReadOnlySpan<SampleTable> tables)
    {
        var pools = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        List<int> user = [], open = [];
        for (int stage = 0; stage < keys.Length; stage++)
        {
            bool isUncertain = false;
            foreach (var table in tables)
            {
                isUncertain |= table.Stages[stage].IsUncertain;
            }

            if (!isUncertain)
            {
                continue;
            }

            (keys[stage].Layer == 0 ? user : open).Add(stage);
            if (keys[stage].Layer > 0 && keys[stage].Stage == Stage.Host)
            {
                pools.Add([.. open]);
                open.Clear();
            }
        }

        foreach (var rest in new[] { user, open }.Where(pool => pool.Count > 0))
        {
            pools.Add([.. rest]);
        }

        return pools.ToImmutable();
    }

    /// <summary>
    /// The names of stages. A pooled value names one stage and means the way to it as well, unless that has a figure of its own.
    /// </summary>
    /// <param name="keys">All stages.</param>
    /// <param name="stages">Indexes of those to be named.</param>
    /// <param name="isPooled">Whether the values of a stage are sums of several.</param>
    /// <param name="isMeasured">Whether a stage has values, wherever it is looked at.</param>
    public static ImmutableArray<Part> NamesOf(
        ImmutableArray<StageKey> keys, IEnumerable<int> stages, Func<int, bool> isPooled, Func<int, bool> isMeasured)
    {
        var members = ImmutableArray.CreateBuilder<Part>();
        foreach (int stage in stages)
        {
            var part = Part.Of(keys[stage]);
            var way = part with { Stage = Stage.Transport };
            bool hasWay = Enumerable.Range(0, keys.Length).Any(other =>
                keys[other].Layer == part.Layer && keys[other].Stage == Stage.Transport && isMeasured(other));
            if (part.Stage != Stage.Transport && isPooled(stage) && !hasWay && !members.Contains(way))
            {
                members.Add(way);
            }

            members.Add(part);
        }

        return members.ToImmutable();
    }
}
