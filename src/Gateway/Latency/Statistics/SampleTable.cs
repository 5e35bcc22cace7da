using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>Samples as columns in order of time, so that the parts of one sample stay in one row and are only added within it.</summary>
internal sealed class SampleTable
{
    private SampleTable(ImmutableArray<StageKey> keys, int count)
    {
        Keys = keys;
        Stages = [.. keys.Select(_ => new Column(count))];
        Total = new Column(count);
        AtTicks = new long[count];
        Censored = new bool[count];
    }

    /// <summary>The stages in path order.</summary>
    public ImmutableArray<StageKey> Keys { get; }

    /// <summary>One column a stage.</summary>
    public ImmutableArray<Column> Stages { get; }

    /// <summary>What the user waited for in each sample.</summary>
    public Column Total { get; }

    /// <summary>When, in ticks of UTC; ascending.</summary>
    public long[] AtTicks { get; }

    /// <summary>Which samples are lower bounds.</summary>
    public bool[] Censored { get; }

    /// <summary>Samples.</summary>
    public int Count => AtTicks.Length;

    /// <summary>Of the samples, unanswered.</summary>
    public int CensoredCount => Censored.Count(censored => censored);

    /// <summary>The samples in which anything was measured.</summary>
    public static IReadOnlyList<Sample> Measured(IReadOnlyList<Sample> samples) =>
        samples.All(sample => !sample.Times.IsDefaultOrEmpty) ? samples : [.. samples.Where(sample => !sample.Times.IsDefaultOrEmpty)];

    /// <summary>The samples under these keys, which must contain all of theirs: <see cref="KeysOf"/>.</summary>
    public static SampleTable Of(IReadOnlyList<Sample> samples, ImmutableArray<StageKey> keys)
    {
        var table = new SampleTable(keys, samples.Count);
        var columnOf = keys.Select((key, index) => (key, index)).ToDictionary(pair => pair.key, pair => pair.index);
        long[] ticks = [.. samples.Select(sample => sample.At.UtcTicks)];
        int[] order = [.. Enumerable.Range(0, samples.Count)];
        Array.Sort(ticks, order);
        for (int row = 0; row < order.Length; row++)
        {
            var sample = samples[order[row]];
            table.AtTicks[row] = ticks[row];
            table.Censored[row] = sample.Censored;
            foreach (var time in sample.Times)
            {
                table.Stages[columnOf[time.Key]].Add(row, time);
                table.Total.Add(row, time);
            }
        }

        return table;
    }

    /// <summary>Every stage of these sets in path order: a stage that some samples lack stands after the one that precedes it in the others.</summary>
    public static ImmutableArray<StageKey> KeysOf(params ReadOnlySpan<IReadOnlyList<Sample>> sets)
    {
        var keys = new List<StageKey>();
        var known = new HashSet<StageKey>();
        foreach (var set in sets)
        {
            foreach (var sample in set)
            {
                StageKey? previous = null;
                foreach (var time in sample.Times)
                {
                    if (known.Add(time.Key))
                    {
                        keys.Insert(previous is { } before ? keys.IndexOf(before) + 1 : 0, time.Key);
                    }

                    previous = time.Key;
                }
            }
        }

        return [.. keys];
    }

    /// <summary>Several stages added row by row; a row that measured none of them stays unmeasured.</summary>
    public Column Sum(IEnumerable<int> stages)
    {
        var sum = new Column(Count);
        foreach (int stage in stages)
        {
            sum.Add(Stages[stage]);
        }

        return sum;
    }
}
