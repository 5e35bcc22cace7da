using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>
/// What is kept of one session's minute: samples drawn at random from all (up to <see cref="DrawnMax"/>, each with the same chance), and
/// the slowest ones, which are for looking at and not for statistics, since they were chosen for being slow.
/// </summary>
/// <param name="Recorded">How many samples there were.</param>
/// <param name="Drawn">Drawn at random, in the order of their inputs; all of them when there were few.</param>
/// <param name="Slowest">The slowest, slowest first; they may be among the drawn as well.</param>
/// <param name="Counted">Durations of all samples; empty while every one is among the drawn, which say the same and more.</param>
public sealed record MinuteRecord(long Recorded, ImmutableArray<Sample> Drawn, ImmutableArray<Sample> Slowest,
    ImmutableDictionary<HistogramKey, LogHistogram> Counted)
{
    /// <summary>Samples that are kept of a minute: four a second, more than people type.</summary>
    public const int DrawnMax = 240;

    /// <summary>Slow samples that are kept of a minute.</summary>
    public const int SlowestMax = 5;

    const byte Version = 1;
    const int BlockBytesMax = 1 << 24;

    /// <summary>Nothing recorded.</summary>
    public static readonly MinuteRecord Empty = new(0, [], [], MinuteHistograms.Empty);

    /// <summary>Whether every sample of the minute is among the drawn.</summary>
    public bool IsComplete => Drawn.Length == Recorded;

    /// <summary>A minute of samples that were just recorded.</summary>
    public static MinuteRecord Of(ImmutableArray<Sample> samples, long seed) =>
        Empty.Merge(new(samples.Length, samples, Slow(samples), MinuteHistograms.Empty), seed);

    /// <summary>Durations of all samples by layer, stage, load and kind of input.</summary>
    public ImmutableDictionary<HistogramKey, LogHistogram> Histograms => IsComplete ? MinuteHistograms.Of(Drawn) : Counted;

    /// <summary>Both together, bounded again.</summary>
    /// <param name="other">Of the same minute.</param>
    /// <param name="seed">Makes the drawing repeatable.</param>
    public MinuteRecord Merge(MinuteRecord other, long seed)
    {
        var recorded = Recorded + other.Recorded;
        var drawn = Draw(this, other, new Random((int)seed));
        return new(recorded, drawn, Slow([.. Slowest.Union(other.Slowest)]),
            drawn.Length == recorded ? MinuteHistograms.Empty : MinuteHistograms.Merge(Histograms, other.Histograms));
    }

    /// <summary>The body of a rolled-up row.</summary>
    public byte[] ToBytes()
    {
        var writer = new CompactWriter();
        writer.Byte(Version);
        writer.Unsigned((ulong)Recorded);
        writer.Bytes(SampleCodec.Write(Drawn));
        writer.Bytes(SampleCodec.Write([.. Slowest.Except(Drawn)]));
        MinuteHistograms.Write(writer, Counted);
        return writer.ToArray();
    }

    /// <summary>Reads the body of a rolled-up row.</summary>
    /// <returns>False when the bytes are damaged.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MinuteRecord record)
    {
        record = Empty;
        var reader = new CompactReader(bytes);
        if (reader.Byte() != Version) return false;
        var recorded = reader.Unsigned();
        var drawn = reader.Bytes(BlockBytesMax);
        var slowest = reader.Bytes(BlockBytesMax);
        var counted = MinuteHistograms.Read(ref reader);
        if (!reader.Ok || !reader.AtEnd || recorded > long.MaxValue || !SampleCodec.TryRead(drawn, out var drawnSamples)
            || !SampleCodec.TryRead(slowest, out var slowSamples) || (long)recorded < drawnSamples.Length)
            return false;
        record = new((long)recorded, drawnSamples, Slow([.. drawnSamples.Union(slowSamples)]), counted);
        return true;
    }

    /// <summary>Reads a row of either kind: a batch of the journal is a minute of which everything is kept.</summary>
    /// <returns>False when the bytes are damaged.</returns>
    public static bool TryRead(LatencyRow row, out MinuteRecord record)
    {
        record = Empty;
        if (row.RolledUp) return TryRead(row.Body, out record);
        if (row.Body.Length == 0) return true;
        if (!SampleCodec.TryRead(row.Body, out var samples)) return false;
        record = new(samples.Length, samples, Slow(samples), MinuteHistograms.Empty);
        return true;
    }

    static ImmutableArray<Sample> Slow(IReadOnlyList<Sample> samples) =>
        [.. samples.OrderByDescending(sample => sample.TotalNanos).Take(SlowestMax)];

    // Each of the recorded has the same chance, whichever side it is on.
    static ImmutableArray<Sample> Draw(MinuteRecord one, MinuteRecord other, Random random)
    {
        if (one.Drawn.Length + other.Drawn.Length <= DrawnMax) return InOrder([.. one.Drawn, .. other.Drawn]);
        var (left, right) = (Shuffled(one.Drawn, random), Shuffled(other.Drawn, random));
        var (leftWeight, rightWeight) = (one.Recorded, other.Recorded);
        var drawn = new List<Sample>(DrawnMax);
        for (var (i, j) = (0, 0); drawn.Count < DrawnMax && (i < left.Length || j < right.Length);)
        {
            var takeLeft = j >= right.Length || (i < left.Length && random.NextInt64(leftWeight + rightWeight) < leftWeight);
            drawn.Add(takeLeft ? left[i++] : right[j++]);
            if (takeLeft) leftWeight = Math.Max(0, leftWeight - 1);
            else rightWeight = Math.Max(0, rightWeight - 1);
        }
        return InOrder(drawn);
    }

    static Sample[] Shuffled(ImmutableArray<Sample> samples, Random random)
    {
        var shuffled = samples.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    static ImmutableArray<Sample> InOrder(List<Sample> samples) => [.. samples.OrderBy(sample => sample.At).ThenBy(sample => sample.InputId)];
}
