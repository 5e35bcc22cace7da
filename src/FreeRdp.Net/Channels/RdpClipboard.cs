namespace FreeRdp.Channels;

/// <summary>
/// One end of clipboard redirection (MS-RDPECLIP), text only, in managed code: of a client towards its host, or of a peer towards its
/// client. A text that one side copies is only announced; it travels when the other side pastes. The owner of the connection is the only
/// one who calls it, and is called back on the same thread.
/// </summary>
/// <example><code>
///   copy there   ► Offered(true)      copy here    Offer(true) ►
///   paste here     Request() ►        paste there  ► Wanted
///                ► Received(text)                  Answer(text) ►
/// </code></example>
public sealed class RdpClipboard
{
    /// <summary>Longest message that is taken: a text of about 128,000 characters, or a list of formats with long names.</summary>
    public const int MessageBytesMax = 256 * 1024;

    /// <summary>Requests of the other side that may wait for an answer; the next is refused.</summary>
    public const int WantedMax = 16;

    private const uint ChunkFirst = 1, ChunkLast = 2; // CHANNEL_FLAG_*, MS-RDPBCGR 2.2.6.1.1

    private readonly SendMessage _send;
    private readonly bool _isServer;
    private byte[]? _assembly;
    private int _assembled;
    private int _expected;
    private bool _tooLong;
    private bool _started;
    private bool _ready;
    private bool _longNames;
    private bool _offering;
    private bool _theyHaveText;
    private bool _requested;
    private int _wanted;

    internal RdpClipboard(bool isServer, SendMessage send) => (_isServer, _send) = (isServer, send);

    /// <summary>Sends one message on the static channel <c>cliprdr</c>; false when the connection is gone.</summary>
    internal delegate bool SendMessage(ReadOnlySpan<byte> message);

    /// <summary>The other side has text to give now, or has none any more.</summary>
    public Action<bool>? Offered { get; set; }

    /// <summary>The other side pastes: it waits for <see cref="Answer"/>.</summary>
    public Action? Wanted { get; set; }

    /// <summary>The answer to <see cref="Request"/>: the text, or null when there is none after all.</summary>
    public Action<string?>? Received { get; set; }

    /// <summary>Begins, on the server's side. A client begins when the server does.</summary>
    internal void Start()
    {
        if (_started || !_isServer) return;
        _started = true;
        _send(ClipboardPdu.Capabilities());
        _send(ClipboardPdu.MonitorReady());
    }

    /// <summary>This side has text to give now, or has none any more.</summary>
    public void Offer(bool hasText)
    {
        // An empty list takes the other side's clipboard away; who never offered has nothing to take back.
        var changes = hasText || _offering;
        _offering = hasText;
        if (_ready && changes) _send(ClipboardPdu.FormatList(hasText, _longNames));
    }

    /// <summary>Asks for the other side's text. <see cref="Received"/> is called in every case, perhaps at once.</summary>
    public void Request()
    {
        if (_requested) return;
        if (!_ready || !_theyHaveText || !_send(ClipboardPdu.TextRequest())) Received?.Invoke(null);
        else _requested = true;
    }

    /// <summary>Gives what the other side waits for; null when there is nothing.</summary>
    public void Answer(string? text)
    {
        if (_wanted == 0) return;
        var message = ClipboardPdu.TextResponse(text);
        for (; _wanted > 0; _wanted--) _send(message);
    }

    /// <summary>Takes one chunk of the static channel.</summary>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="flags">CHANNEL_FLAG_* of the chunk.</param>
    /// <param name="total">Length of the whole message, as its chunks say.</param>
    /// <returns>False when the other side broke the protocol.</returns>
    internal bool TryReceive(ReadOnlySpan<byte> chunk, uint flags, long total)
    {
        var (first, last) = ((flags & ChunkFirst) != 0, (flags & ChunkLast) != 0);
        if (first && last) return TryReceive(chunk);
        if (first)
        {
            if (total < chunk.Length) return false;
            // A message that is too long is a large copy and no attack: it is let pass by, and its answer is that there is nothing.
            (_tooLong, _expected, _assembled) = (total > MessageBytesMax, (int)Math.Min(total, MessageBytesMax), 0);
            if (!_tooLong) _assembly = new byte[_expected];
        }
        else if (_expected == 0)
        {
            return false;
        }

        if (!_tooLong)
        {
            if (chunk.Length > _expected - _assembled) return false;
            chunk.CopyTo(_assembly.AsSpan(_assembled));
            _assembled += chunk.Length;
        }

        if (!last) return true;
        var (message, complete, tooLong) = (_assembly, _assembled == _expected, _tooLong);
        (_assembly, _expected, _tooLong) = (null, 0, false);
        if (!tooLong) return complete && TryReceive(message);
        TextCame(null);
        return true;
    }

    private bool TryReceive(ReadOnlySpan<byte> message)
    {
        if (!ClipboardPdu.TryReadHeader(message, out var kind, out var flags, out var body)) return false;
        switch (kind)
        {
            case ClipboardPdu.Kind.Capabilities:
                return ClipboardPdu.TryReadCapabilities(body, out _longNames);
            case ClipboardPdu.Kind.MonitorReady when !_isServer:
                _ready = _started = true;
                // Servers wait for a first list, also for an empty one (MS-RDPECLIP 1.3.2.1).
                _send(ClipboardPdu.Capabilities());
                _send(ClipboardPdu.FormatList(_offering, _longNames));
                return true;
            case ClipboardPdu.Kind.FormatList when _started:
                return TryReceiveFormats(body);
            case ClipboardPdu.Kind.DataRequest when _ready:
                if (!ClipboardPdu.TryReadRequest(body, out var format)) return false;
                if (!_offering || format != ClipboardPdu.UnicodeText || _wanted >= WantedMax) _send(ClipboardPdu.TextResponse(null));
                else if (++_wanted == 1) Wanted?.Invoke();
                return true;
            case ClipboardPdu.Kind.DataResponse:
                TextCame((flags & ClipboardPdu.Flags.Ok) != 0 ? ClipboardPdu.Text(body) : null);
                return true;
            default:
                // Responses that say nothing, and files.
                return true;
        }
    }

    private bool TryReceiveFormats(ReadOnlySpan<byte> body)
    {
        if (!ClipboardPdu.TryReadFormats(body, _longNames, out var hasText)) return false;
        _send(ClipboardPdu.FormatListTaken());
        var isFirst = !_ready;
        _ready = true;
        if (isFirst && _offering) _send(ClipboardPdu.FormatList(true, _longNames));
        if (hasText || _theyHaveText)
        {
            _theyHaveText = hasText;
            Offered?.Invoke(hasText);
        }

        // A peer that never answers would be asked no more, whatever is copied there: what has been replaced is asked for again.
        if (_requested && !(hasText && _send(ClipboardPdu.TextRequest()))) TextCame(null);
        return true;
    }

    private void TextCame(string? text)
    {
        if (!_requested) return;
        _requested = false;
        Received?.Invoke(text);
    }
}
