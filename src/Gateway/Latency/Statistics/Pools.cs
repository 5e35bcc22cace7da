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

    /// <summary>The names of a pool. A pooled value names one stage and means the way to it as well.</summary>
    public static ImmutableArray<Part> NamesOf(IReadOnlyList<StageKey> keys, ImmutableArray<int> pool, bool isInseparable)
    {
        var members = pool.Select(stage => Part.Of(keys[stage])).ToList();
        if (isInseparable && members.Count == 1 && members[0].Stage != Stage.Transport)
        {
            members.Insert(0, members[0] with { Stage = Stage.Transport });
        }

        return [.. members];
    }
}
