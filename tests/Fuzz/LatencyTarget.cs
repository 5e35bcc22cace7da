using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Fuzz;

/// <summary>Kept samples, as a damaged disk or somebody with an editor leaves them in the database.</summary>
sealed class LatencyTarget : FuzzTarget
{
    long _blocks, _minutes, _refused;

    internal LatencyTarget() : base("latency", "kept samples: blocks of the journal and rolled-up minutes")
    {
        var few = Samples(5);
        Seeds = [[0, .. SampleCodec.Write(few)], [0, .. SampleCodec.Write([])], [1, .. MinuteRecord.Of(few, 1).ToBytes()],
            [1, .. MinuteRecord.Of(Samples(300), 1).Merge(MinuteRecord.Of(few, 2), 3).ToBytes()]];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_blocks} blocks, {_minutes} minutes, {_refused} refused";

    // The first byte says what the rest is. What was accepted must survive being written again, and being used.
    internal override void Feed(byte[] input)
    {
        if (input.Length == 0) return;
        if (input[0] % 2 == 0)
        {
            if (!SampleCodec.TryRead(input.AsSpan(1), out var samples))
            {
                _refused++;
                return;
            }
            _blocks++;
            if (!SampleCodec.TryRead(SampleCodec.Write(samples), out var again) || again.Length != samples.Length)
                throw new InvalidOperationException("a block does not survive");
        }
        else
        {
            if (!MinuteRecord.TryRead(input.AsSpan(1), out var minute))
            {
                _refused++;
                return;
            }
            _minutes++;
            var merged = minute.Merge(minute, 1);
            if (!MinuteRecord.TryRead(merged.ToBytes(), out var again) || again.Drawn.Length != merged.Drawn.Length)
                throw new InvalidOperationException("a minute does not survive");
        }
    }

    static ImmutableArray<Sample> Samples(int count) =>
    [
        .. Enumerable.Range(1, count).Select(number => new Sample((ulong)number, InputKind.Scancode, (Load)(number % 2), SampleOrigin.Passive,
            DateTimeOffset.UnixEpoch.AddMilliseconds(number * 37),
            [
                new(new(0, "user", Stage.Transport), number * 1000, number * 900, number * 1100, Grade.Estimate),
                StageTime.Measured(new(1, "gateway", Stage.Decode), number * 777),
            ], number % 3, number % 5 == 0)),
    ];
}
