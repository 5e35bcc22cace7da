using System.Collections.Immutable;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>An echo of a hop's far end.</summary>
/// <param name="RoundTripNanos">From the question to the answer, over everything in front of the hop, on this machine's clock.</param>
/// <param name="InsideNanos">What of it the far end spent by itself, on its own clock; null when it does not say.</param>
/// <param name="ThroughNanos">
/// How long the far end kept the session's own bytes lately, both directions together, on its own clock; null when it does not say.
/// </param>
public readonly record struct HopRoundTrip(long RoundTripNanos, long? InsideNanos = null, long? ThroughNanos = null);

/// <summary>What is known of the way to one hop at a moment.</summary>
/// <param name="LayerNumber">The hop's place in the chain.</param>
/// <param name="Way">Over everything in front of it, without what its far end took to answer; null when not known now.</param>
/// <param name="Inside">What the session's bytes take in its far end, both directions together; null when it does not say.</param>
/// <param name="IsSilent">Whether it can be asked and never answered.</param>
public readonly record struct HopReading(int LayerNumber, TransportEstimate? Way, TransportEstimate? Inside = null, bool IsSilent = false);

/// <summary>
/// The ways between the gateway and the hops of one session, each over everything in front of it, so that two neighbours differ by what the
/// later one adds. Safe from any thread.
/// </summary>
public sealed class HopWays
{
    /// <summary>A hop that stayed away this often before it answered at all is silent: its way is not told apart from the next layer's.</summary>
    public const int SilentAfter = 3;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Way> _ways = [];

    /// <summary>A new connection goes over these hops. What is known of those that were there before stays.</summary>
    /// <param name="layerNumbers">Hops that can be asked.</param>
    public void Begin(IEnumerable<int> layerNumbers)
    {
        lock (_gate)
        {
            var asked = layerNumbers.ToHashSet();
            foreach (int gone in _ways.Keys.Where(number => !asked.Contains(number)).ToList())
            {
                _ways.Remove(gone);
            }

            foreach (int number in asked)
            {
                _ways.TryAdd(number, new Way());
            }
        }
    }

    /// <summary>A hop answered.</summary>
    public void Add(int layerNumber, long atNanos, HopRoundTrip echo)
    {
        lock (_gate)
        {
            if (_ways.TryGetValue(layerNumber, out var way))
            {
                way.Add(atNanos, echo);
            }
        }
    }

    /// <summary>A hop did not answer in time.</summary>
    public void AddLost(int layerNumber, long atNanos)
    {
        lock (_gate)
        {
            if (_ways.TryGetValue(layerNumber, out var way))
            {
                way.AddLost(atNanos);
            }
        }
    }

    /// <summary>What is known now, from the user's side to the far end. Hops that cannot be asked are not in it.</summary>
    public ImmutableArray<HopReading> Read(long nowNanos)
    {
        lock (_gate)
        {
            return [.. _ways.Select(way => way.Value.Read(way.Key, nowNanos))];
        }
    }

    private sealed class Way
    {
        /// <summary>No wait for an answer is longer.</summary>
        private const long ThroughNanosMax = 2_000_000_000;

        private readonly EchoWindow _echoes = new(), _inside = new();
        private int _lostAtFirst;
        private bool _answered;

        public void Add(long atNanos, HopRoundTrip echo)
        {
            _answered = true;
            // Another machine's word is believed as far as it can be true.
            long insideNanos = Math.Clamp(echo.InsideNanos ?? 0, 0, Math.Max(0, echo.RoundTripNanos));
            _echoes.Add(atNanos, echo.RoundTripNanos - insideNanos);
            if ((echo.ThroughNanos ?? echo.InsideNanos) is not null)
            {
                _inside.Add(atNanos, Math.Clamp(echo.ThroughNanos ?? insideNanos, 0, ThroughNanosMax));
            }
        }

        public void AddLost(long atNanos)
        {
            _lostAtFirst += _answered || _lostAtFirst >= SilentAfter ? 0 : 1;
            _echoes.AddLost(atNanos);
        }

        public HopReading Read(int layerNumber, long nowNanos) => new(
            layerNumber, _echoes.Estimate(nowNanos), _inside.Estimate(nowNanos), !_answered && _lostAtFirst >= SilentAfter);
    }
}
