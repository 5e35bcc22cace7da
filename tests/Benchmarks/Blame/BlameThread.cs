using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>
/// One after the other: the sessions of a thread, each on a road of its own, opened when it is first needed. What slows one of them down
/// others of the same thread may feel, and no other thread's do.
/// </summary>
internal sealed class BlameThread(NodeProcess node, Lab lab, IReadOnlyList<BlameRoad> roads, bool sitsAtSeat, string load, int seed) : IDisposable
{
    private readonly Dictionary<string, BlameLane> _lanes = [];

    /// <summary>Whether its users' way to the gateway can be made longer.</summary>
    public bool SitsAtSeat => sitsAtSeat;

    /// <summary><c>idle</c>, or <c>busy</c> with a moving picture beside the terminal.</summary>
    public string Load => load;

    /// <summary>Roads that could not be opened, and why.</summary>
    public Dictionary<string, string> Closed { get; } = [];

    /// <summary>For people.</summary>
    public string Name => roads[0].Name is BlamePlace.Direct or BlamePlace.Machine ? roads[0].Far : "sites";

    /// <summary>Whether it can carry a run out.</summary>
    public bool Has(PlannedRun run) => roads.Any(road => road.Name == run.Road) && !Closed.ContainsKey(run.Road);

    /// <summary>Carries a run out. Null when its road cannot be opened: the others go on.</summary>
    public async Task<MeasuredRun?> RunAsync(PlannedRun run, int samples)
    {
        if (!_lanes.TryGetValue(run.Road, out var lane))
        {
            try
            {
                lane = _lanes[run.Road] = await BlameLane.OpenAsync(node, lab, roads.First(road => road.Name == run.Road), sitsAtSeat, load, seed);
            }
            catch (InvalidOperationException closed) when (run.Road is not (BlamePlace.Direct or BlamePlace.Machine))
            {
                Closed[run.Road] = closed.Message;
                return null;
            }
        }

        return await lane.RunAsync(run, samples);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in _lanes.Values)
        {
            lane.Dispose();
        }
    }
}
