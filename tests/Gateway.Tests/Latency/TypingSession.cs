using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency;

/// <summary>Somebody types: samples as a recorder would make them, the same for the same seed.</summary>
static class TypingSession
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Samples of a chain user → gateway → rdp host, whose host answers at its next frame.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the randomness.</param>
    /// <param name="start">When the first key is pressed.</param>
    /// <param name="everyMillis">Mean time between keys.</param>
    /// <param name="hostExtraMillis">What a slow host adds to every tenth answer.</param>
    /// <param name="host">Name of the last layer.</param>
    public static ImmutableArray<Sample> Samples(int count, int seed = 1, DateTimeOffset? start = null, double everyMillis = 200,
        double hostExtraMillis = 90, string host = "rdp desk-1")
    {
        var random = new Random(seed);
        var at = start ?? Start;
        var samples = ImmutableArray.CreateBuilder<Sample>(count);
        for (var i = 0; i < count; i++)
        {
            at += TimeSpan.FromMilliseconds(-Math.Log(1 - random.NextDouble()) * everyMillis);
            var userTrip = Micros(random, 9_000, 3_000);
            var hostTrip = Micros(random, 2_000, 400);
            var host1 = random.Next(0, 40_000_000) + 4_000_000L + (i % 10 == 3 ? (long)(hostExtraMillis * 1e6) : 0);
            samples.Add(new Sample(((ulong)1 << 48) | (uint)(i + 1), i % 17 == 0 ? InputKind.Mouse : InputKind.Scancode,
                random.Next(10) < 2 ? Load.Busy : Load.Idle, i % 50 == 49 ? SampleOrigin.Probe : SampleOrigin.Passive, at,
                [
                    new(new(0, "user", Stage.Transport), userTrip, userTrip - 400_000, userTrip + 900_000, Grade.Estimate),
                    Difference(new(0, "user", Stage.Present), Micros(random, 1_800, 500), 300_000),
                    StageTime.Measured(new(1, "gateway", Stage.Receive), Micros(random, 40, 15)),
                    StageTime.Measured(new(1, "gateway", Stage.InputQueue), Micros(random, 25, 10)),
                    StageTime.Measured(new(1, "gateway", Stage.Forward), Micros(random, 60, 20)),
                    new(new(2, host, Stage.Transport), hostTrip, hostTrip - 300_000, hostTrip + 500_000, Grade.Estimate),
                    Difference(new(2, host, Stage.Host), host1, 500_000),
                    StageTime.Measured(new(1, "gateway", Stage.Decode), Micros(random, 350, 120)),
                    StageTime.Measured(new(1, "gateway", Stage.Publish), Micros(random, 30, 8)),
                    StageTime.Measured(new(1, "gateway", Stage.PictureQueue), Micros(random, 500, 400)),
                    StageTime.Measured(new(1, "gateway", Stage.Encode), Micros(random, 700, 200)),
                ],
                SharedPicture: random.Next(20) == 0 ? 2 : 1, Censored: i % 97 == 96));
        }
        return samples.MoveToImmutable();
    }

    static long Micros(Random random, double mean, double spread) =>
        (long)(Math.Max(mean * 0.2, mean + spread * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2) * 1000);

    static StageTime Difference(StageKey key, long nanos, long around) => new(key, nanos, Math.Max(0, nanos - around), nanos + around,
        Grade.Difference);
}

static class SampleComparison
{
    /// <summary>A sample as text with everything in it: records that hold arrays do not compare by content.</summary>
    public static string Content(this Sample sample) => $"{sample with { Times = [] }} {string.Join(' ', sample.Times)}";
}
