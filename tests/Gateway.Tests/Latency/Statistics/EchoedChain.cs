using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

/// <summary>
/// A chain whose ways are known from echoes only, one a second each, and whose host and client paint at once. A fault holds up a tenth of all that goes
/// over it, echoes as well as keys.
/// </summary>
public sealed class EchoedChain(int seed)
{
    private const double Share = 0.1, SecondsApart = 0.25;
    private const long SecondNanos = 1_000_000_000, MilliNanos = 1_000_000;

    private static readonly int[] s_ways = [0, 5, 6];

    private readonly SimulatedChain _chain = new(seed) { SecondsApart = SecondsApart };
    private readonly Random _random = new(seed);
    private readonly Dictionary<int, EchoWindow> _windows = s_ways.ToDictionary(way => way, _ => new EchoWindow());
    private long _nowNanos, _askedNanos;

    /// <summary>The next samples, with a fault in one stage.</summary>
    public List<Sample> Take(int count, int stage = -1, double millis = 0) => _chain.Take(count).ConvertAll(sample => Next(sample, stage, (long)(millis * MilliNanos)));

    private Sample Next(Sample sample, int faulty, long faultNanos)
    {
        for (_nowNanos += (long)(SecondsApart * SecondNanos); _askedNanos < _nowNanos; _askedNanos += SecondNanos)
        {
            foreach (int way in s_ways) _windows[way].Add(_askedNanos, WayNanos(way) + Fault(way, faulty, faultNanos) + (way == 6 ? WayNanos(5) + Fault(5, faulty, faultNanos) : 0));
        }

        var times = sample.Times;
        long user = WayNanos(0) + Fault(0, faulty, faultNanos) + MilliNanos + Fault(1, faulty, faultNanos);
        long hop = WayNanos(5) + Fault(5, faulty, faultNanos), way6 = WayNanos(6) + Fault(6, faulty, faultNanos);
        long wait = hop + way6 + 4 * MilliNanos + Noise() + Fault(SimulatedChain.Host, faulty, faultNanos);
        var (toUser, toHop, toHost) = (Cut(0, user), Cut(5, wait), Cut(6, wait));
        long hopNanos = Math.Min(toHop.Nanos, toHost.Nanos);
        times = times.SetItem(0, toUser.ToStage(SimulatedChain.Keys[0])).SetItem(1, Rest(1, user, toUser))
            .SetItem(5, new(SimulatedChain.Keys[5], hopNanos, Math.Min(toHop.LowNanos, hopNanos), toHop.HighNanos, Grade.Estimate))
            .SetItem(6, new(SimulatedChain.Keys[6], toHost.Nanos - hopNanos, 0, Math.Max(toHost.Nanos - hopNanos, toHost.HighNanos - toHop.LowNanos), Grade.Estimate))
            .SetItem(SimulatedChain.Host, Rest(SimulatedChain.Host, wait, toHost));
        return sample with { Times = times };
    }

    // As the recorder does: no way is longer than the wait.
    private TransportEstimate Cut(int way, long waitNanos)
    {
        var (nanos, low, high, _) = _windows[way].Estimate(_nowNanos) ?? new TransportEstimate(0, 0, waitNanos);
        nanos = Math.Min(nanos, waitNanos);
        return new(nanos, Math.Min(low, nanos), Math.Clamp(high, nanos, waitNanos));
    }

    private static StageTime Rest(int stage, long waitNanos, TransportEstimate way) =>
        new(SimulatedChain.Keys[stage], waitNanos - way.Nanos, waitNanos - way.HighNanos, waitNanos - way.LowNanos, Grade.Difference);

    private long Fault(int stage, int faulty, long nanos) => stage == faulty && _random.NextDouble() < Share ? nanos : 0;

    private long WayNanos(int way) => MilliNanos * (way == 0 ? 2 : 1) + Noise();

    private long Noise() => (long)(0.2 * MilliNanos * -Math.Log(1 - _random.NextDouble()));
}
