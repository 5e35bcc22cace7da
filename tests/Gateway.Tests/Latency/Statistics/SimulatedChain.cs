using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

/// <summary>How a fault delays samples.</summary>
public enum FaultShape
{
    Constant,
    Intermittent,
    Jitter,
}

/// <summary>A delay put into one stage: all of it always, all of it in one sample of ten, or anything up to twice of it.</summary>
public sealed record Fault(int Stage, double Millis, FaultShape Shape = FaultShape.Constant);

/// <summary>
/// Twelve stages as a chain has them: ten with a level, skewed noise, a drift with a memory of half a minute and rare large outliers; two
/// that wait for a frame clock of 33 and of 40 ms.
/// </summary>
public sealed class SimulatedChain(int seed)
{
    public const int PictureQueue = 10, Host = 7;

    private const double OutlierChance = 0.02, DriftMemorySeconds = 30;

    public static readonly ImmutableArray<StageKey> Keys =
    [
        new(0, "user", Stage.Transport), new(0, "user", Stage.Present), new(1, "gateway", Stage.Receive), new(1, "gateway", Stage.InputQueue),
        new(1, "gateway", Stage.Forward), new(2, "vpn site", Stage.Transport), new(3, "rdp desk-1", Stage.Transport), new(3, "rdp desk-1", Stage.Host),
        new(1, "gateway", Stage.Decode), new(1, "gateway", Stage.Publish), new(1, "gateway", Stage.PictureQueue), new(1, "gateway", Stage.Encode),
    ];

    private static readonly double[] s_levelMillis = [18, 6, 0.1, 0.05, 0.1, 9, 7, 12, 2, 0.2, 1, 3];
    private static readonly double[] s_noiseMillis = [0.8, 0.5, 0.03, 0.02, 0.03, 0.5, 0.4, 1, 0.3, 0.03, 0.2, 0.4];
    private static readonly double[] s_periodMillis = [0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 33, 0];

    private readonly Random _random = new(seed);
    private readonly double[] _drift = new double[12];
    private DateTimeOffset _now = new(2026, 1, 5, 14, 0, 0, TimeSpan.Zero);
    private ulong _id;

    /// <summary>How large drifts are, in parts of the noise.</summary>
    public double DriftShare { get; init; } = 0.3;

    /// <summary>Pause between samples.</summary>
    public double SecondsApart { get; init; } = 1;

    /// <summary>Half the width of the interval of both transports behind the gateway and of the host; 0 = everything is measured.</summary>
    public double UnknownMillis { get; init; }

    /// <summary>The next samples, with these faults.</summary>
    public List<Sample> Take(int count, params Fault[] faults)
    {
        var samples = new List<Sample>(count);
        for (int i = 0; i < count; i++)
        {
            samples.Add(Next(faults));
        }

        return samples;
    }

    private Sample Next(Fault[] faults)
    {
        _now = _now.AddSeconds(SecondsApart * (0.5 + _random.NextDouble()));
        double memory = Math.Exp(-SecondsApart / DriftMemorySeconds);
        var times = ImmutableArray.CreateBuilder<StageTime>(Keys.Length);
        for (int stage = 0; stage < Keys.Length; stage++)
        {
            double noise = s_noiseMillis[stage];
            _drift[stage] = memory * _drift[stage] + Math.Sqrt(1 - memory * memory) * DriftShare * noise * Gauss();
            double millis = s_levelMillis[stage] + _drift[stage] + noise * Math.Exp(0.6 * Gauss()) + s_periodMillis[stage] * _random.NextDouble();
            if (_random.NextDouble() < OutlierChance)
            {
                millis += 4 * noise / Math.Pow(_random.NextDouble(), 0.7);
            }

            foreach (var fault in faults.Where(fault => fault.Stage == stage))
            {
                millis += fault.Millis * fault.Shape switch
                {
                    FaultShape.Constant => 1,
                    FaultShape.Intermittent => _random.NextDouble() < 0.1 ? 1 : 0,
                    _ => 2 * _random.NextDouble(),
                };
            }

            times.Add(Time(stage, (long)(Math.Max(0.001, millis) * 1e6)));
        }

        return new(++_id, InputKind.Scancode, Load.Busy, SampleOrigin.Passive, _now, times.ToImmutable());
    }

    private StageTime Time(int stage, long nanos)
    {
        bool unknown = UnknownMillis > 0 && Keys[stage].Layer >= 2;
        long slack = (long)(UnknownMillis * 1e6);
        return unknown
            ? new(Keys[stage], nanos, Math.Max(0, nanos - slack), nanos + slack, stage == Host ? Grade.Difference : Grade.Estimate)
            : StageTime.Measured(Keys[stage], nanos);
    }

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
