using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Counts of durations in buckets of 2 % width, so that every quantile is right to 1 % from 1 µs to 100 s; shorter and longer ones count as
/// these ends. Two histograms add up to that of all their values. Bucket limits are equal steps of the logarithm (as in DDSketch, Masson 2019),
/// whose integer part is read from the floating-point exponent and whose fraction comes from a polynomial, so that recording needs no logarithm.
/// </summary>
public sealed class LogHistogram
{
    /// <summary>What is shorter counts as this.</summary>
    public const long NanosMin = 1_000;

    /// <summary>What is longer counts as this.</summary>
    public const long NanosMax = 100_000_000_000;

    /// <summary>The largest error of a quantile, as a part of its value.</summary>
    public const double RelativeError = 0.01;

    /// <summary>No histogram has more bytes.</summary>
    public const int BytesMax = 8 + 2 * 10 + BucketsMax * 7;

    private const int BucketsMax = 1024;
    private const byte Version = 1;

    // Steps per doubling: (1 + e)/(1 − e) per bucket, a little finer to leave room for the polynomial's stretch of the scale.
    private const double BucketsPerDoubling = 38;
    private static readonly int s_offset = (int)(Scale(NanosMin) * BucketsPerDoubling);
    private static readonly int s_last = (int)(Scale(NanosMax) * BucketsPerDoubling) - s_offset;
    private static readonly double[] s_middles = Middles();

    private readonly long[] _counts = new long[s_last + 1];
    private double _sumNanos;

    /// <summary>Values recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean, exact; null without values.</summary>
    public double? MeanNanos => Count == 0 ? null : _sumNanos / Count;

    /// <summary>Counts a duration.</summary>
    public void Record(long nanos)
    {
        nanos = nanos < NanosMin ? NanosMin : nanos > NanosMax ? NanosMax : nanos;
        _counts[Math.Min((int)(Scale(nanos) * BucketsPerDoubling) - s_offset, s_last)]++;
        _sumNanos += nanos;
        Count++;
    }

    /// <summary>Adds all values of another one.</summary>
    public void Merge(LogHistogram other)
    {
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        _sumNanos += other._sumNanos;
        Count += other.Count;
    }

    /// <summary>The quantile, good to <see cref="RelativeError"/>; null without values.</summary>
    /// <param name="quantile">0 to 1.</param>
    public double? QuantileNanos(double quantile)
    {
        long rank = Math.Clamp((long)Math.Ceiling(quantile * Count), 1, Math.Max(1, Count)), passed = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            passed += _counts[bucket];
            if (passed >= rank)
            {
                return s_middles[bucket];
            }
        }

        return null;
    }

    /// <summary>Values at or below a duration, good to the bucket that it lies in.</summary>
    public long CountUpTo(long nanos)
    {
        int last = Math.Min((int)(Scale(Math.Clamp(nanos, NanosMin, NanosMax)) * BucketsPerDoubling) - s_offset, s_last);
        return _counts.AsSpan(0, last + 1).ToArray().Sum();
    }

    /// <summary>
    /// As bytes: version, sum of nanoseconds as a double, then for each bucket that is not empty the number of empty ones before it and its
    /// count, both as variable-length integers of seven bits a byte.
    /// </summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version);
        writer.Write(_sumNanos);
        int empty = 0;
        foreach (long count in _counts)
        {
            if (count == 0)
            {
                empty++;
                continue;
            }

            writer.Write7BitEncodedInt(empty);
            writer.Write7BitEncodedInt64(count);
            empty = 0;
        }

        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Reads <see cref="ToBytes"/>; false for anything that it cannot have written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LogHistogram? histogram)
    {
        histogram = null;
        if (bytes.Length is < 1 + sizeof(double) or > BytesMax || bytes[0] != Version)
        {
            return false;
        }

        var read = new LogHistogram { _sumNanos = BitConverter.ToDouble(bytes[1..]) };
        bytes = bytes[(1 + sizeof(double))..];
        long bucket = -1;
        while (!bytes.IsEmpty)
        {
            if (!TryReadNumber(ref bytes, out long empty) || !TryReadNumber(ref bytes, out long count) || count == 0
                || empty > s_last || (bucket += empty + 1) > s_last || read.Count > long.MaxValue - count)
            {
                return false;
            }

            read._counts[bucket] = count;
            read.Count += count;
        }

        // The mean lies between the ends, or this was never a histogram.
        if (!(read._sumNanos >= read.Count * (double)NanosMin * 0.999 && read._sumNanos <= read.Count * (double)NanosMax * 1.001))
        {
            return false;
        }

        histogram = read;
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out long number)
    {
        number = 0;
        for (int shift = 0; shift < 63 && !bytes.IsEmpty; shift += 7)
        {
            byte part = bytes[0];
            bytes = bytes[1..];
            number |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    // Log2 with a cubic in place of the fraction's logarithm; monotone, and its slope leaves buckets between 0.99 and 1.01 of even steps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Scale(long nanos)
    {
        long bits = BitConverter.DoubleToInt64Bits(nanos);
        double fraction = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000) - 1;
        return (bits >> 52) - 1023 + fraction * (10.0 / 7 + fraction * (-3.0 / 5 + fraction * (6.0 / 35)));
    }

    // The middle of each bucket in the sense that both of its ends are equally far away, as parts of themselves. Found by bisection of Scale.
    private static double[] Middles()
    {
        var middles = new double[s_last + 1];
        long low = NanosMin;
        for (int bucket = 0; bucket <= s_last; bucket++)
        {
            long above = low, limit = 4 * NanosMax;
            while (above < limit)
            {
                long middle = above + (limit - above) / 2;
                (above, limit) = (int)(Scale(middle) * BucketsPerDoubling) - s_offset > bucket ? (above, middle) : (middle + 1, limit);
            }

            middles[bucket] = Math.Min(2.0 * low * above / (low + (double)above), NanosMax);
            low = above;
        }

        return middles;
    }
}
