using System.Diagnostics;
using System.Globalization;
using System.Text;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// One WebSocket between two nodes (RFC 6455) for threads that wait: one thread reads, any may write. Bytes of the relayed connection pass
/// in binary messages, uncopied where the caller leaves room for the header; words and pings pass between them.
/// </summary>
/// <remarks>
/// Nothing is limited here but the size of a piece: how much is on the way is TCP's own business. Payloads of the client's side carry the
/// mask 0: the mask protects proxies from what scripts in browsers send, and here everything is inside TLS between two nodes.
/// </remarks>
public sealed class RelayLink : IDisposable
{
    /// <summary>Room that a caller of <see cref="Write"/> leaves before its bytes.</summary>
    public const int Headroom = FrameHeader.BytesMax;

    /// <summary>
    /// Most bytes that are taken at once from a connection that is relayed. With the header, and inside seven more relays, it fits into one TLS
    /// record of 16,384 bytes.
    /// </summary>
    public const int PieceBytes = 15 * 1024;

    private const int BufferBytes = 32 * 1024;
    private const int PostedMax = 8;

    private readonly Stream _stream;
    private readonly SocketStream _socket;
    private readonly bool _masks;
    private readonly byte[] _in = new byte[BufferBytes];
    private readonly byte[] _word = new byte[Headroom + FrameHeader.WordLengthMax];
    private readonly object _writing = new();
    private readonly Queue<Posted> _posted = new();
    private volatile bool _hasPosted, _over;
    private int _start, _end;
    private long _payloadLeft, _payloadRead, _heardNanos = MonotonicClock.NowNanos();
    private uint _mask;
    private volatile bool _isWaiting;

    /// <summary>Takes ownership of a stream that has been upgraded.</summary>
    /// <param name="stream">The bytes after the upgrade.</param>
    /// <param name="socket">The connection under all of it, for times and the question whether it takes bytes.</param>
    /// <param name="isClient">Whether this side asked for the upgrade.</param>
    public RelayLink(Stream stream, SocketStream socket, bool isClient) => (_stream, _socket, _masks) = (stream, socket, isClient);

    /// <summary>Called by the reading thread for every word but those that the link handles itself. Throws <see cref="IOException"/> for one that
    /// has no place here.</summary>
    public Action<RelayWord>? Heard { get; set; }

    /// <summary>Called for every answer to an echo.</summary>
    public Action<EchoAnswer>? EchoHeard { get; set; }

    /// <summary>What this side tells about the bytes that pass, in answers to echoes.</summary>
    public Func<long?>? Through { get; set; }

    /// <summary>When something of the other node came last.</summary>
    public long HeardNanos => Volatile.Read(ref _heardNanos);

    /// <summary>When the bytes of the present piece were taken from the kernel.</summary>
    public long TakenNanos => _socket.LastReadNanos;

    /// <summary>Whether the reading thread waits for the other node now, and not for whoever takes the bytes.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>Whether the other node has said that no more bytes come.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the other node has said that all is over.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether the connection to the other node ended without a word of it.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Why the connection beyond the other node broke, as that says; null when it did not.</summary>
    public string? BrokenBeyond { get; private set; }

    /// <summary>
    /// The next bytes, valid until the next call; empty when no more come. Words and pings between them are handled on the way.
    /// </summary>
    /// <exception cref="IOException">The connection broke, or the other node does not keep to the protocol.</exception>
    public ReadOnlySpan<byte> Next()
    {
        while (!HasEnded)
        {
            if (_payloadLeft > 0)
            {
                if (_start == _end)
                {
                    Fill();
                }

                var piece = _in.AsSpan(_start, (int)Math.Min(_payloadLeft, _end - _start));
                FrameHeader.Unmask(piece, _mask, _payloadRead);
                _start += piece.Length;
                _payloadLeft -= piece.Length;
                _payloadRead += piece.Length;
                return piece;
            }

            ReadFrame();
        }

        return [];
    }

    /// <summary>Goes on after the last bytes: answers pings and hears words until the other node says that all is over.</summary>
    /// <exception cref="IOException">The connection broke, or the other node does not keep to the protocol.</exception>
    public void Listen()
    {
        while (!IsClosed && BrokenBeyond is null)
        {
            ReadFrame();
            if (_payloadLeft > 0)
            {
                throw new IOException("the other node sent bytes after the end");
            }
        }
    }

    /// <summary>Waits for one word, before bytes flow.</summary>
    /// <exception cref="IOException">The connection broke, or something else came.</exception>
    public RelayWord NextWord()
    {
        RelayWord? heard = null;
        Heard = word => heard = word;
        while (heard is null && !HasEnded && _payloadLeft == 0)
        {
            ReadFrame();
        }

        Heard = null;
        return heard ?? throw new IOException("the other node sent bytes where a word was due, or closed");
    }

    /// <summary>Sends bytes that lie in a buffer with <see cref="Headroom"/> free bytes before them.</summary>
    public void Write(byte[] buffer, int offset, int count)
    {
        lock (_writing)
        {
            WriteFrame(FrameKind.Bytes, buffer, offset, count);
        }

        FlushPosted();
    }

    /// <summary>Sends a word, after what is being sent.</summary>
    public void Say(RelayWord word)
    {
        lock (_writing)
        {
            WriteWord(word.ToString());
        }

        FlushPosted();
    }

    /// <summary>Tells the other node that no more bytes come in this direction.</summary>
    public void End() => Say(new RelayWord(RelayWord.End));

    /// <summary>
    /// Asks for an echo. False when something else is being sent: then the question would measure that, and whoever waits for it is not to wait.
    /// </summary>
    public bool TryAskEcho(long number, out long sentNanos)
    {
        sentNanos = 0;
        if (!Monitor.TryEnter(_writing))
        {
            return false;
        }

        try
        {
            sentNanos = MonotonicClock.NowNanos();
            WriteWord($"{RelayWord.Echo} {number.ToString(CultureInfo.InvariantCulture)}");
        }
        finally
        {
            Monitor.Exit(_writing);
        }

        FlushPosted();
        return true;
    }

    /// <summary>Asks whether the other node is there; its answer only moves <see cref="HeardNanos"/>. False when something is being sent.</summary>
    public bool TryPing()
    {
        if (!Monitor.TryEnter(_writing))
        {
            return false;
        }

        try
        {
            WriteFrame(FrameKind.Ping, _word, Headroom, 0);
        }
        finally
        {
            Monitor.Exit(_writing);
        }

        FlushPosted();
        return true;
    }

    /// <summary>Says that all is over, as far as that goes without waiting, and lets the connection go.</summary>
    public void Dispose()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        if (IsWritable && Monitor.TryEnter(_writing))
        {
            try
            {
                WriteFrame(FrameKind.Close, _word, Headroom, 0);
            }
            catch (Exception ex) when (ex is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // Nobody listens any more.
            }
            finally
            {
                Monitor.Exit(_writing);
            }
        }

        _socket.Abort();
        _stream.Dispose();
    }

    private bool IsWritable
    {
        get
        {
            try
            {
                return _socket.IsWritable;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    private void ReadFrame()
    {
        FrameHeader header;
        int used;
        while (FrameHeader.TryRead(_in.AsSpan(_start, _end - _start), out header, out used) is var outcome and not FrameOutcome.Complete)
        {
            if (outcome == FrameOutcome.Malformed)
            {
                throw new IOException("the other node does not keep to the protocol");
            }

            Fill();
        }

        _start += used;
        // RFC 6455, section 5.1: the client masks, the server does not.
        if (header.Mask is null != _masks)
        {
            throw new IOException("the other node does not keep to the protocol: wrong mask");
        }

        _mask = header.Mask ?? 0;
        if (header.Kind == FrameKind.Bytes)
        {
            (_payloadLeft, _payloadRead) = (header.Length, 0);
            return;
        }

        while (_end - _start < header.Length)
        {
            Fill();
        }

        var payload = _in.AsSpan(_start, (int)header.Length);
        _start += payload.Length;
        FrameHeader.Unmask(payload, _mask, 0);
        Handle(header.Kind, payload);
    }

    private void Handle(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case FrameKind.Close:
                HasEnded = IsClosed = true;
                break;
            case FrameKind.Ping:
                Post(new Posted(FrameKind.Pong, 0, payload.ToArray()));
                break;
            case FrameKind.Word when RelayWord.TryRead(payload, out var word):
                Handle(word);
                break;
            case FrameKind.Word:
                throw new IOException("the other node does not keep to the protocol: no word");
        }
    }

    private void Handle(RelayWord word)
    {
        switch (word.Verb)
        {
            case RelayWord.End:
                HasEnded = true;
                break;
            case RelayWord.Broken:
                (HasEnded, BrokenBeyond) = (true, word.Rest);
                break;
            case RelayWord.Echo when long.TryParse(word.Rest, NumberStyles.None, CultureInfo.InvariantCulture, out long number):
                Post(new Posted(FrameKind.Word, number, [], TakenNanos));
                break;
            case RelayWord.Echoed when RelayWord.TryReadEchoed(word.Rest, out var answer):
                EchoHeard?.Invoke(answer);
                break;
            default:
                (Heard ?? throw new IOException($"the other node said `{word.Verb}` where that means nothing"))(word);
                break;
        }
    }

    private void Fill()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _in.Length)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        _isWaiting = true;
        int read = 0;
        try
        {
            read = _stream.Read(_in.AsSpan(_end));
        }
        finally
        {
            IsLost = read == 0;
        }

        _isWaiting = false;
        Volatile.Write(ref _heardNanos, MonotonicClock.NowNanos());
        _end += read > 0 ? read : throw new EndOfStreamException("the connection to the other node ended without a word");
    }

    /// <summary>The reading thread must never wait for a write, or both sides could wait for each other: what it cannot send now, the next writer
    /// sends.</summary>
    private void Post(Posted answer)
    {
        lock (_posted)
        {
            if (_posted.Count < PostedMax)
            {
                _posted.Enqueue(answer);
            }
        }

        _hasPosted = true;
        if (IsWritable)
        {
            FlushPosted();
        }
    }

    private void FlushPosted()
    {
        while (_hasPosted && Monitor.TryEnter(_writing))
        {
            try
            {
                _hasPosted = false;
                while (TakePosted() is { } answer)
                {
                    if (answer.Kind == FrameKind.Word)
                    {
                        long inside = MonotonicClock.NowNanos() - answer.TakenNanos;
                        WriteWord(string.Create(CultureInfo.InvariantCulture, $"{RelayWord.Echoed} {answer.Number} {inside}{(Through?.Invoke() is { } nanos ? $" {nanos}" : "")}"));
                    }
                    else
                    {
                        answer.Payload.CopyTo(_word, Headroom);
                        WriteFrame(answer.Kind, _word, Headroom, answer.Payload.Length);
                    }
                }
            }
            finally
            {
                Monitor.Exit(_writing);
            }
        }
    }

    private Posted? TakePosted()
    {
        lock (_posted)
        {
            return _posted.TryDequeue(out var answer) ? answer : null;
        }
    }

    private void WriteWord(string word)
    {
        Debug.Assert(Monitor.IsEntered(_writing), "words are written one after the other");
        WriteFrame(FrameKind.Word, _word, Headroom, Encoding.ASCII.GetBytes(word, _word.AsSpan(Headroom)));
    }

    private void WriteFrame(FrameKind kind, byte[] buffer, int offset, int count)
    {
        int size = FrameHeader.SizeOf(count, _masks);
        new FrameHeader(kind, count, _masks ? 0u : null).Write(buffer.AsSpan(offset - size, size));
        _stream.Write(buffer.AsSpan(offset - size, size + count));
    }

    private readonly record struct Posted(FrameKind Kind, long Number, byte[] Payload, long TakenNanos = 0);
}
