namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// How many frames may be on their way to a client. Enough to fill the line, as the round trip and the rate at which frames are drawn tell,
/// and no more: what waits in a queue is old when it is seen, and a later frame holds everything of an earlier one. Not thread-safe.
/// </summary>
public sealed class FrameCredit
{
    /// <summary>Frames on their way at least and at most.</summary>
    public const int FramesMin = 2, FramesMax = 12;

    /// <summary>Bytes on their way that any client may have, and that none may exceed.</summary>
    public const long BytesMin = 96 * 1024, BytesMax = 8 * 1024 * 1024;

    /// <summary>A frame each of so many nanoseconds is what a screen shows.</summary>
    private const long FrameNanos = 16_000_000;

    /// <summary>How far the bytes on their way go beyond what the line holds: what a client has in its hands while it draws.</summary>
    private const long DrawingNanos = 60_000_000;

    private const long NanosPerSecond = 1_000_000_000;

    private readonly Sent[] _sent = new Sent[FramesMax];
    private uint _first;
    private uint _next;
    private long _bytesUnderWay;
    private long _roundTripNanos;
    private double _bytesPerSecond;
    private long _drawnNanos;

    /// <summary>Number of the next frame.</summary>
    public uint Next => _next;

    /// <summary>Frames on their way.</summary>
    public int UnderWay => (int)(_next - _first);

    /// <summary>Whether another frame may be sent.</summary>
    public bool CanSend => UnderWay == 0 || (UnderWay < FramesNow && _bytesUnderWay < BytesNow);

    /// <summary>What a message to the client and its answer took last; 0 = not known.</summary>
    public long RoundTripNanos
    {
        get => _roundTripNanos;
        set => _roundTripNanos = value;
    }

    private int FramesNow => (int)Math.Clamp(FramesMin + (_roundTripNanos / FrameNanos), FramesMin, FramesMax);

    private long BytesNow =>
        (long)Math.Clamp(_bytesPerSecond * (_roundTripNanos + DrawingNanos) / NanosPerSecond, BytesMin, BytesMax);

    /// <summary>A frame was sent.</summary>
    /// <returns>Its number.</returns>
    public uint Send(int bytes, long nowNanos)
    {
        _sent[_next % FramesMax] = new Sent(bytes, nowNanos);
        _bytesUnderWay += bytes;
        return _next++;
    }

    /// <summary>A client has drawn a frame and, with it, all before it.</summary>
    /// <returns>False when no such frame is on its way.</returns>
    public bool Drawn(uint frame, long nowNanos)
    {
        if (frame - _first >= _next - _first)
        {
            return false;
        }

        long bytes = 0;
        long sentNanos = 0;
        for (; _first != frame + 1; _first++)
        {
            var sent = _sent[_first % FramesMax];
            bytes += sent.Bytes;
            sentNanos = sentNanos == 0 ? sent.AtNanos : sentNanos;
        }

        _bytesUnderWay -= bytes;
        // Of frames that follow each other without a gap, each takes what the slowest part of the way needs for it.
        long took = Math.Max(nowNanos - Math.Max(sentNanos, _drawnNanos), 1);
        double rate = (double)bytes * NanosPerSecond / took;
        _bytesPerSecond = rate > _bytesPerSecond ? rate : (_bytesPerSecond * 0.9) + (rate * 0.1);
        _drawnNanos = nowNanos;
        return true;
    }

    private readonly record struct Sent(int Bytes, long AtNanos);
}
