namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>What one direction of a relayed connection has carried, and how long it stayed inside: from taken out of the kernel to handed to
/// it again, time that the next one did not take anything included. Written by one thread, read by any.</summary>
public sealed class RelayFlow
{
    /// <summary>The newest piece is one of so many in what <see cref="LatelyNanos"/> tells.</summary>
    private const int Lately = 16;

    private long _bytes, _pieces, _insideNanos, _insideNanosMax, _latelyNanos;

    /// <summary>Bytes passed on.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Pieces that they came in.</summary>
    public long Pieces => Interlocked.Read(ref _pieces);

    /// <summary>How long a piece stayed on average; null before the first.</summary>
    public double? InsideMicros => Pieces is > 0 and var pieces ? Math.Round(Interlocked.Read(ref _insideNanos) / 1e3 / pieces, 1) : null;

    /// <summary>How long pieces stayed lately; null before the first.</summary>
    public long? LatelyNanos => Pieces > 0 ? Interlocked.Read(ref _latelyNanos) : null;

    /// <summary>How long the longest stayed.</summary>
    public double InsideMicrosMax => Interlocked.Read(ref _insideNanosMax) / 1e3;

    /// <summary>Counts a piece.</summary>
    public void Add(int bytes, long insideNanos)
    {
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _insideNanos, _insideNanos + insideNanos);
        Volatile.Write(ref _insideNanosMax, Math.Max(_insideNanosMax, insideNanos));
        Volatile.Write(ref _latelyNanos, _pieces == 0 ? insideNanos : _latelyNanos + (insideNanos - _latelyNanos) / Lately);
        Volatile.Write(ref _pieces, _pieces + 1);
    }
}
