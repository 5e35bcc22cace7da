using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>What one histogram counts.</summary>
/// <param name="Layer">0 = the user, 1 = the gateway, and so on; <see cref="Whole"/> for the total.</param>
/// <param name="LayerName">What people call the layer; empty for the total.</param>
/// <param name="Stage">Which stage; null for the whole layer or the total.</param>
/// <param name="Load">Idle or busy.</param>
/// <param name="Kind">What kind of input.</param>
public readonly record struct HistogramKey(int Layer, string LayerName, Stage? Stage, Load Load, InputKind Kind)
{
    /// <summary>In place of a layer's number: the whole interaction.</summary>
    public const int Whole = -1;
}

/// <summary>
/// Every duration of a minute, counted by layer, stage, load and kind of input. Only answered inputs of users are counted: probes are not
/// what users wait for, and what was not answered has no length.
/// </summary>
static class MinuteHistograms
{
    /// <summary>Histograms that one minute may have; a chain has a few dozen.</summary>
    public const int HistogramsMax = 1_024;

    const int LayersMax = 1_024;
    const int NameBytesMax = 512;

    /// <summary>Nothing counted.</summary>
    public static readonly ImmutableDictionary<HistogramKey, LogHistogram> Empty = ImmutableDictionary<HistogramKey, LogHistogram>.Empty;

    /// <summary>Counts samples.</summary>
    public static ImmutableDictionary<HistogramKey, LogHistogram> Of(IEnumerable<Sample> samples)
    {
        var counted = new Dictionary<HistogramKey, LogHistogram>();
        foreach (var sample in samples)
        {
            if (sample.Censored || sample.Origin == SampleOrigin.Probe) continue;
            foreach (var layer in sample.Times.GroupBy(time => (time.Key.Layer, time.Key.LayerName)))
            {
                foreach (var time in layer) Record(new(layer.Key.Layer, layer.Key.LayerName, time.Key.Stage, sample.Load, sample.Kind), time.Nanos);
                Record(new(layer.Key.Layer, layer.Key.LayerName, null, sample.Load, sample.Kind), layer.Sum(time => time.Nanos));
            }
            Record(new(HistogramKey.Whole, "", null, sample.Load, sample.Kind), sample.TotalNanos);
        }
        return counted.ToImmutableDictionary();

        void Record(HistogramKey key, long nanos)
        {
            if (counted.TryGetValue(key, out var histogram)) histogram.Record(nanos);
            else if (counted.Count < HistogramsMax) (counted[key] = new LogHistogram()).Record(nanos);
        }
    }

    /// <summary>Both together; neither is changed.</summary>
    public static ImmutableDictionary<HistogramKey, LogHistogram> Merge(ImmutableDictionary<HistogramKey, LogHistogram> one,
        ImmutableDictionary<HistogramKey, LogHistogram> other)
    {
        var sum = new Dictionary<HistogramKey, LogHistogram>();
        Add(sum, one);
        Add(sum, other);
        return sum.ToImmutableDictionary();
    }

    /// <summary>Adds to a sum, whose histograms are its own.</summary>
    public static void Add(Dictionary<HistogramKey, LogHistogram> sum, ImmutableDictionary<HistogramKey, LogHistogram> added)
    {
        foreach (var (key, histogram) in added)
        {
            if (!sum.TryGetValue(key, out var present))
            {
                if (sum.Count == HistogramsMax) continue;
                sum[key] = present = new();
            }
            present.Merge(histogram);
        }
    }

    /// <summary>Writes them.</summary>
    public static void Write(CompactWriter writer, ImmutableDictionary<HistogramKey, LogHistogram> histograms)
    {
        writer.Unsigned((ulong)histograms.Count);
        foreach (var (key, histogram) in histograms.OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal))
        {
            writer.Signed(key.Layer);
            writer.Text(key.LayerName.Length > SampleCodec.NameCharsMax ? key.LayerName[..SampleCodec.NameCharsMax] : key.LayerName);
            writer.Byte((byte)(key.Stage is { } stage ? (int)stage + 1 : 0));
            writer.Byte((byte)key.Load);
            writer.Unsigned((ulong)key.Kind);
            writer.Bytes(histogram.ToBytes());
        }
    }

    /// <summary>Reads them; what makes no sense fails the reader.</summary>
    public static ImmutableDictionary<HistogramKey, LogHistogram> Read(ref CompactReader reader)
    {
        var histograms = ImmutableDictionary.CreateBuilder<HistogramKey, LogHistogram>();
        var count = reader.Count(HistogramsMax);
        for (var i = 0; i < count && reader.Ok; i++)
        {
            var layer = reader.Signed();
            var name = reader.Text(NameBytesMax);
            var stage = reader.Byte();
            var load = (Load)reader.Byte();
            var kind = (InputKind)reader.Count(ushort.MaxValue);
            var bytes = reader.Bytes(LogHistogram.BytesMax);
            if (!LogHistogram.TryRead(bytes, out var histogram) || layer is < HistogramKey.Whole or > LayersMax || !Enum.IsDefined(load)
                || !Enum.IsDefined(kind) || (stage > 0 && !Enum.IsDefined((Stage)(stage - 1))))
            {
                reader.Fail();
                break;
            }
            histograms[new((int)layer, name, stage == 0 ? null : (Stage)(stage - 1), load, kind)] = histogram;
        }
        return histograms.ToImmutable();
    }
}
