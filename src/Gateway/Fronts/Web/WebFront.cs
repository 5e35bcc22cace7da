using System.Net.WebSockets;
using System.Text;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// One browser that looks at a session, from its welcome until it leaves. Two things run for it: the reader, which is the request's own
/// task, and the painter, a thread that waits for the damage bell.
/// <code>
///   socket ─► reader ─► WebInput ─► input ring, bell          (keys never wait for pixels)
///   bell ───► painter ─► WebScreen ─► ClientPicture ─► socket  (whatever is sent, the painter sends)
/// </code>
/// </summary>
internal sealed class WebFront : SessionFront, IDisposable
{
    /// <summary>Messages that may wait for the painter; a browser that sends more than it could have reason to is let go.</summary>
    private const int WaitingMax = 256;

    /// <summary>A browser that has neither sent input nor been sent a picture for this long is not in use: nobody needs to know its way.</summary>
    private const long UnusedAfterNanos = 10_000_000_000;

    /// <summary>How long a browser may take to answer that the socket is closed.</summary>
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private const int PainterStackBytes = 256 * 1024;

    private readonly WebSocket _socket;
    private readonly Func<DescriptorHandle, SessionPictures.Share?> _share;
    private readonly CancellationTokenSource _ending = new();
    private readonly Bell _wake = Bell.Create();
    private readonly Lock _gate = new();
    private readonly WebMessage[] _waiting = new WebMessage[WaitingMax];
    private readonly long[] _waitingNanos = new long[WaitingMax];
    private readonly WireWriter _writer = new();
    private readonly WebPings _pings = new();
    private int _waitingCount;
    private Notice? _notice;
    private string? _leave;
    private string? _pasted;
    private volatile string? _copied;
    private string _title = "";
    private FrontDescriptorCopies? _descriptors;
    private WebInput? _input;
    private Thread? _painter;
    private long _usedNanos;
    private uint? _alive;
    private bool _hasClosed;
    private bool _isBroken;
    private bool _disposed;

    /// <summary>A front over a socket that has been let in.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="share">Gives a share of the session's picture; null when its surface is none.</param>
    public WebFront(WebSocket socket, Func<DescriptorHandle, SessionPictures.Share?> share)
    {
        _socket = socket;
        _share = share;
    }

    /// <summary>Told of what the browser copies, gives and asks for.</summary>
    public Action<ControlMessage>? Copying { get; set; }

    /// <summary>Which way its clipboard goes, for who may control.</summary>
    public ClipboardPolicy Clipboard { get; init; }

    /// <summary>Told of every round trip that was measured.</summary>
    public Action<FrontRoundTrip>? Measured { get; set; }

    /// <inheritdoc/>
    public override void Joined(string title, FrontDescriptors descriptors)
    {
        try
        {
            _descriptors = new FrontDescriptorCopies(descriptors);
            _input = new WebInput(descriptors.Input, descriptors.InputBell, Number);
        }
        catch (IOException)
        {
            // Without descriptors there is nothing to show; the reader finds the socket closed.
            _ending.Cancel();
            return;
        }

        _title = title;
        _painter = new Thread(Paint, PainterStackBytes) { IsBackground = true, Name = "web front" };
        _painter.Start();
    }

    /// <inheritdoc/>
    public override void Show(Notice notice)
    {
        lock (_gate)
        {
            _notice = notice;
        }

        Wake();
    }

    /// <summary>A browser has no worker whose stages could be held up.</summary>
    public override Task<Injected?> InjectAsync(Inject delay) => Task.FromResult<Injected?>(null);

    /// <inheritdoc/>
    public override void Leave(string sentence)
    {
        lock (_gate)
        {
            _leave ??= sentence;
        }

        Wake();
    }

    /// <summary>A browser is given the text at once: it asks nobody when its user pastes.</summary>
    public override void OfferClipboard(bool hasText)
    {
        if (hasText)
        {
            Copying?.Invoke(new ClipboardWanted());
        }
    }

    /// <inheritdoc/>
    public override void AskClipboard()
    {
        using var text = ClipboardText.Of(_copied);
        Copying?.Invoke(text);
    }

    /// <inheritdoc/>
    public override void GiveClipboard(string? text)
    {
        if (text is null)
        {
            return;
        }

        lock (_gate)
        {
            _pasted = text;
        }

        Wake();
    }

    /// <summary>Reads what the browser sends until it has gone or is let go.</summary>
    /// <returns>Why it was let go when it broke the rules; else null.</returns>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        return await WebReader.ReadAsync(_socket, Take, either.Token);
    }

    /// <summary>Ends the painter. The session has been left before.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        Wake();
        // It sends nothing any more that is not cancelled.
        _painter?.Join();
        lock (_gate)
        {
            _disposed = true;
            _wake.Dispose();
        }

        _input?.Dispose();
        _descriptors?.Dispose();
        _ending.Dispose();
    }

    /// <summary>Takes a message apart. False when it is malformed.</summary>
    private bool Take(ReadOnlySpan<byte> bytes, long nowNanos)
    {
        // Checked as a whole first: of a message that turns wrong in the middle, nothing counts.
        for (var rest = bytes; !rest.IsEmpty;)
        {
            if (!WebMessage.TryRead(ref rest, out _, out _))
            {
                return false;
            }
        }

        bool mustWake = false;
        for (var rest = bytes; !rest.IsEmpty;)
        {
            WebMessage.TryRead(ref rest, out var message, out var clipboard);
            if (message.Kind == WebInputKind.Clipboard)
            {
                _copied = Encoding.UTF8.GetString(clipboard);
                Copying?.Invoke(new ClipboardOffer(true));
                continue;
            }

            if (message.ToInput(nowNanos) is { } input)
            {
                Volatile.Write(ref _usedNanos, nowNanos);
                _input?.Take(input);
                continue;
            }

            mustWake = true;
            lock (_gate)
            {
                if (_waitingCount == WaitingMax)
                {
                    return false;
                }

                (_waiting[_waitingCount], _waitingNanos[_waitingCount]) = (message, nowNanos);
                _waitingCount++;
            }
        }

        if (mustWake || _input is { HasPending: true })
        {
            Wake();
        }

        return true;
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _wake.Ring();
            }
        }
    }

    private void Paint()
    {
        try
        {
            using var share = _share(_descriptors!.Surface);
            if (share is null || WebScreen.TryOpen(share.Picture, _descriptors, _input!, Send) is not { } screen)
            {
                return;
            }

            using (screen)
            {
                Welcome();
                while (!_ending.IsCancellationRequested && PaintOnce(screen))
                {
                }
            }

            Close();
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The browser has gone; the reader finds out by itself.
        }
        finally
        {
            // A reader that is cancelled tears the socket; one that has said goodbye may still hear the answer.
            _ending.CancelAfter(_hasClosed ? s_closeTimeout : TimeSpan.Zero);
        }
    }

    /// <summary>Closes the socket from this side, unless the reader's end has come first.</summary>
    private void Close()
    {
        if (_ending.IsCancellationRequested)
        {
            return;
        }

        _hasClosed = true;
        int status = _isBroken ? PixelSocket.Malformed : PixelSocket.Left;
        _socket.CloseOutputAsync((WebSocketCloseStatus)status, "", _ending.Token).GetAwaiter().GetResult();
    }

    /// <summary>One round of waiting and sending. False when the front has to end.</summary>
    private bool PaintOnce(WebScreen screen)
    {
        const int bell = 0, wake = 1;
        Span<PolledDescriptor> polled = [new(screen.BellDescriptor), new(_wake.Handle.Descriptor)];
        DescriptorPoll.Wait(polled, TimeoutMillis(screen));
        if (polled[bell].IsReady)
        {
            screen.TakeDamage();
        }

        if (polled[wake].IsReady)
        {
            _wake.Clear();
            if (!Obey(screen))
            {
                return false;
            }
        }

        long nowNanos = MonotonicClock.NowNanos();
        if (!screen.Update(nowNanos, Volatile.Read(ref _usedNanos)))
        {
            Say("The desktop's picture is damaged. Reconnect to see it again.");
            return false;
        }

        Measure(screen, nowNanos);
        return true;
    }

    /// <summary>Does what has been waiting for the painter. False when the front has to end.</summary>
    private bool Obey(WebScreen screen)
    {
        Notice? notice;
        string? leave, pasted;
        lock (_gate)
        {
            (notice, _notice) = (_notice, null);
            (pasted, _pasted) = (_pasted, null);
            leave = _leave;
            for (int i = 0; i < _waitingCount; i++)
            {
                if (!Obey(screen, _waiting[i], _waitingNanos[i]))
                {
                    _isBroken = true;
                    return false;
                }
            }

            _waitingCount = 0;
        }

        if (pasted is not null)
        {
            _writer.Begin(WebOutputKind.Clipboard);
            _writer.Text(pasted);
            Send(_writer);
        }

        if (_alive is { } question)
        {
            _alive = null;
            _writer.Begin(WebOutputKind.Alive);
            _writer.U32(question);
            Send(_writer);
        }

        if (notice is not null)
        {
            if (notice.Kind == NoticeKind.None)
            {
                _input!.TellSize();
            }

            screen.Show(notice);
        }

        if (leave is null)
        {
            return true;
        }

        Say(leave);
        return false;
    }

    private bool Obey(WebScreen screen, in WebMessage message, long atNanos)
    {
        switch (message.Kind)
        {
            case WebInputKind.Drawn:
                _pings.Drawn(message.B);
                return screen.Drawn(message.A, atNanos);
            case WebInputKind.Pong:
                Answered(screen, message.A, atNanos);
                return true;
            case WebInputKind.Visible:
                screen.Hide(message.A == 0);
                return true;
            case WebInputKind.Alive:
                _alive = message.A;
                return true;
            case WebInputKind.Refresh:
                screen.Repaint();
                return true;
            default:
                return true;
        }
    }

    private void Answered(WebScreen screen, uint ping, long atNanos)
    {
        if (_pings.Answered(ping, atNanos, screen.FramesDrawn) is { } measured)
        {
            screen.Credit.RoundTripNanos = measured.EchoNanos;
            Measured?.Invoke(measured);
        }
    }

    private void Measure(WebScreen screen, long nowNanos)
    {
        if (IsUsed(screen, nowNanos) && nowNanos >= _pings.DueNanos)
        {
            _writer.Begin(WebOutputKind.Ping);
            _writer.U32(_pings.Ask(MonotonicClock.NowNanos()));
            Send(_writer);
        }
    }

    private bool IsUsed(WebScreen screen, long nowNanos) =>
        nowNanos - Math.Max(Volatile.Read(ref _usedNanos), screen.SentNanos) <= UnusedAfterNanos;

    private int TimeoutMillis(WebScreen screen)
    {
        long nowNanos = MonotonicClock.NowNanos();
        long due = screen.NextUpdateNanos(nowNanos, Volatile.Read(ref _usedNanos));
        if (IsUsed(screen, nowNanos))
        {
            due = Math.Min(due, _pings.DueNanos);
        }

        return due == long.MaxValue ? -1 : (int)Math.Clamp((due - nowNanos + 999_999) / 1_000_000, 0, int.MaxValue);
    }

    private void Welcome()
    {
        _writer.Begin(WebOutputKind.Welcome);
        _writer.U8(WebMessage.Version);
        _writer.U16(Number);
        _writer.U8((byte)(_input!.MayControl ? RightsOf(Clipboard) : WebRights.None));
        _writer.Text(_title);
        Send(_writer);
    }

    private static WebRights RightsOf(ClipboardPolicy clipboard) => WebRights.Control
        | (clipboard.HasFlag(ClipboardPolicy.ToHost) ? WebRights.CopyToHost : WebRights.None)
        | (clipboard.HasFlag(ClipboardPolicy.FromHost) ? WebRights.CopyFromHost : WebRights.None);

    private void Say(string sentence)
    {
        _writer.Begin(WebOutputKind.Leave);
        _writer.Text(sentence);
        Send(_writer);
    }

    /// <summary>Sends a message. Waits while the browser takes no more: its damage is collected meanwhile, and nobody else waits.</summary>
    private void Send(WireWriter message)
    {
        var sending = _socket.SendAsync(message.Written, WebSocketMessageType.Binary, endOfMessage: true, _ending.Token);
        if (sending.IsCompleted)
        {
            sending.GetAwaiter().GetResult();
            return;
        }

        sending.AsTask().GetAwaiter().GetResult();
    }
}
