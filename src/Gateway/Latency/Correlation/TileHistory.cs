namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>What one place on the screen does by itself: how often, how large, and in what rhythm.</summary>
internal struct TileHistory
{
    private const double MemorySeconds = 10;
    internal const double UnknownRate = 0.005;
    private const double SizeSpreadMin = 0.2, OddSizes = 0.01, FarSizes = 6, LearnSize = 0.2;
    private const int RegularAfter = 3, RegularMax = 8;
    private const long BurstNanos = 8_000_000, ToleranceMinNanos = 4_000_000;
    private const double ToleranceShare = 0.04, OffBeat = 0.05;

    // What comes closer together than this counts for less: answers that were held up come all at once, and are no habit.
    private const double CrowdedNanos = 50_000_000;

    // Of a shorter period, what comes at random would be on the beat more often than not.
    private const long PeriodMinNanos = 12 * ToleranceMinNanos;

    /// <summary>Areas are compared in octaves; this many cover every rectangle from a pixel to a screen.</summary>
    internal const double Octaves = 20;

    private double _rate;
    private long _lastNanos;
    private double _octave, _variance;
    // Carets stay on for another time than they stay off: the next interval is like the one before the last.
    private long _intervalNanos, _intervalBeforeNanos;
    private byte _regular;

    /// <summary>True when it keeps a rhythm.</summary>
    internal readonly bool IsRegular => _regular >= RegularAfter;

    /// <summary>After this long it begins anew, in case it keeps a rhythm.</summary>
    internal readonly long PeriodNanos => _intervalNanos + _intervalBeforeNanos;

    /// <summary>Nobody's action painted <paramref name="octave"/> (logarithm of the area) here. It counts <paramref name="weight"/> times,
    /// for those that came while inputs hid whose they were.</summary>
    internal void Learn(long nanos, double octave, double weight)
    {
        double off = octave - _octave;
        if (_lastNanos == 0)
        {
            (_octave, _variance, _rate, _lastNanos) = (octave, 0, weight / MemorySeconds, nanos);
            return;
        }

        _octave += LearnSize * off;
        _variance = (1 - LearnSize) * (_variance + LearnSize * off * off);
        long interval = Math.Max(0, nanos - _lastNanos);
        _rate = _rate * Fading(interval) + weight * Math.Min(1, interval / CrowdedNanos) / MemorySeconds;
        if (interval < BurstNanos)
        {
            return;
        }

        if (Beat(nanos) is var beat and not 0)
        {
            _regular = (byte)Math.Min(RegularMax, _regular + 1);
            if (beat == 1)
            {
                (_intervalNanos, _intervalBeforeNanos) = (_intervalBeforeNanos, _intervalNanos);
            }
        }
        else
        {
            _regular = (byte)Math.Max(0, _regular - 2);
            (_intervalNanos, _intervalBeforeNanos) = (interval, _intervalNanos);
        }

        _lastNanos = nanos;
    }

    /// <summary>Whether a picture at this time would be in this place's rhythm.</summary>
    internal readonly bool IsOnBeat(long nanos) => IsRegular && Beat(nanos) != 0;

    /// <summary>How many pictures of this size per second and octave it paints by itself at this time.</summary>
    internal readonly double Density(long nanos, double octave)
    {
        double unknown = UnknownRate / Octaves;
        if (_lastNanos == 0)
        {
            return unknown;
        }

        double rate = _rate * Fading(nanos - _lastNanos);
        if (IsRegular && nanos - _lastNanos < MemorySeconds * 1e9)
        {
            rate = Beat(nanos) != 0 ? Math.Max(rate, 0.5e9 / Tolerance(_intervalNanos + _intervalBeforeNanos)) : rate * OffBeat;
        }

        double spread = Math.Sqrt(Math.Max(_variance, SizeSpreadMin * SizeSpreadMin));
        double z = (octave - _octave) / spread;
        double size = OddSizes / Octaves + (Math.Abs(z) > FarSizes ? 0 : (1 - OddSizes) * Math.Exp(-z * z / 2) / (spread * 2.5066));
        return unknown + rate * size;
    }

    // An exponential for what is long, and its beginning for what is short: this is asked for every tile of every area.
    private static double Fading(long nanos)
    {
        double memories = Math.Max(0, nanos) * 1e-9 / MemorySeconds;
        return memories < 0.05 ? 1 - memories : Math.Exp(-memories);
    }

    private static double Tolerance(long periodNanos) => Math.Max(ToleranceMinNanos, ToleranceShare * periodNanos / 2);

    // 0 = out of rhythm, 1 = after an odd number of intervals, 2 = after whole periods.
    private readonly int Beat(long nanos)
    {
        long period = _intervalNanos + _intervalBeforeNanos;
        if (_intervalBeforeNanos == 0 || period < PeriodMinNanos)
        {
            return 0;
        }

        long since = nanos - _lastNanos;
        long phase = since % period;
        double tolerance = Tolerance(period);
        return Math.Abs(phase - _intervalBeforeNanos) <= tolerance ? 1
            : since > period / 2 && Math.Min(phase, period - phase) <= tolerance ? 2
            : 0;
    }
}
