using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// What a browser's screen shows: the desktop as it is, or a notice over its last picture. Damage is collected while the browser cannot take
/// a frame; the picture itself is the session's, told once for all its browsers. Used by the front's painter thread alone.
/// </summary>
internal sealed class WebScreen : IDisposable
{
    private const int NumberAt = 1;

    private readonly SurfaceReader _reader;
    private readonly SessionPicture _picture;
    private readonly ViewerPicture _viewer;
    private readonly Bell _bell;
    private readonly FrameRingWriter? _frames;
    private readonly WebInput _input;
    private readonly Action<WireWriter> _send;
    private readonly WireWriter _writer = new();
    private readonly WebPointer _pointer = new();
    private Notice? _notice;
    private bool _noticeTold = true;
    private bool _isHidden;

    private WebScreen(SurfaceReader reader, SessionPicture picture, FrontDescriptorCopies descriptors, WebInput input, Action<WireWriter> send)
    {
        _reader = reader;
        _picture = picture;
        _viewer = picture.Join();
        _bell = descriptors.TakeBell();
        _frames = descriptors.TakeFrames();
        _input = input;
        _send = send;
    }

    /// <summary>Frames on their way, and how many more may be.</summary>
    public FrameCredit Credit { get; } = new();

    /// <summary>To wait on.</summary>
    public int BellDescriptor => _bell.Handle.Descriptor;

    /// <summary>When a frame was sent last; 0 = never.</summary>
    public long SentNanos { get; private set; }

    /// <summary>Frames that the browser has drawn.</summary>
    public uint FramesDrawn { get; private set; }

    private bool CanSend => _notice is null && _viewer.KnowsSize && !_isHidden && Credit.CanSend;

    /// <summary>A screen on a session's surface; null when that is no surface of this version.</summary>
    public static WebScreen? TryOpen(SessionPicture picture, FrontDescriptorCopies descriptors, WebInput input, Action<WireWriter> send) =>
        SurfaceReader.TryOpen(descriptors.Surface, out var reader) ? new WebScreen(reader, picture, descriptors, input, send) : null;

    /// <summary>Shows a notice; <see cref="NoticeKind.None"/> takes it away.</summary>
    public void Show(Notice notice)
    {
        if (_notice is not null)
        {
            _picture.WantAll();
        }

        _notice = notice.Kind == NoticeKind.None ? null : notice;
        // Told also when there is none: the browser has been waiting to hear that the picture is the desktop's.
        _noticeTold = false;
    }

    /// <summary>The browser has lost its picture.</summary>
    public void Repaint()
    {
        _picture.Lose(_viewer);
        _pointer.Reset();
        _noticeTold = false;
    }

    /// <summary>Nobody sees the picture, or somebody does again.</summary>
    public void Hide(bool isHidden) => _isHidden = isHidden;

    /// <summary>The browser has drawn a frame and all before it. False when it cannot have.</summary>
    public bool Drawn(uint frame, long nowNanos)
    {
        uint before = Credit.Next - (uint)Credit.UnderWay;
        if (!Credit.Drawn(frame, nowNanos))
        {
            return false;
        }

        FramesDrawn += frame + 1 - before;
        _frames?.Acknowledge(frame, nowNanos);
        return true;
    }

    /// <summary>The bell has rung.</summary>
    public void TakeDamage()
    {
        _bell.Clear();
        if (_input.IsPictureComing)
        {
            for (var wait = BriefWait.Begin(); !_reader.HasDamage && _input.IsPictureComing && wait.GoesOn();)
            {
            }
        }

        _reader.SkipDamage();
    }

    /// <summary>Sends what there is to send and what the browser can take.</summary>
    /// <param name="nowNanos">The moment.</param>
    /// <param name="inputNanos">When the browser last sent input.</param>
    /// <returns>False when the surface cannot be believed.</returns>
    public bool Update(long nowNanos, long inputNanos)
    {
        if (_input.HasPending)
        {
            _input.Flush();
        }

        if (!_picture.Follow(_viewer, out var size))
        {
            return false;
        }

        if (size is { } geometry)
        {
            _writer.Begin(WebOutputKind.Size);
            _writer.U16(geometry.Width);
            _writer.U16(geometry.Height);
            _send(_writer);
        }

        _input.SetOpen(_notice is null && _viewer.KnowsSize);
        TellNotice(nowNanos);
        if (_notice is not null || !_viewer.KnowsSize || _isHidden)
        {
            return true;
        }

        if (_pointer.TryWriteShape(_reader, _writer))
        {
            _send(_writer);
        }

        if (_pointer.TryWritePosition(_reader, _writer))
        {
            _send(_writer);
        }

        return !Credit.CanSend || SendPicture(nowNanos, inputNanos);
    }

    /// <summary>When <see cref="Update"/> has to be called although nothing happens.</summary>
    public long NextUpdateNanos(long nowNanos, long inputNanos)
    {
        long due = _input.HasPending ? nowNanos + 1_000_000 : long.MaxValue;
        return CanSend ? Math.Min(due, _picture.NextUpdateNanos(_viewer, Credit.UnderWay == 0, inputNanos)) : due;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _picture.Leave(_viewer);
        _reader.Dispose();
        _bell.Dispose();
        _frames?.Dispose();
    }

    private void TellNotice(long nowNanos)
    {
        if (_noticeTold)
        {
            return;
        }

        _noticeTold = true;
        _writer.Begin(WebOutputKind.Notice);
        _writer.U8((byte)(_notice?.Kind ?? NoticeKind.None));
        long since = _notice?.SinceNanos ?? 0;
        _writer.U32(since == 0 ? 0 : (uint)Math.Clamp((nowNanos - since) / 1_000_000, 0, uint.MaxValue));
        _writer.Text(_notice?.Sentence ?? "");
        _send(_writer);
    }

    /// <summary>Sends a frame if there is one. False when the surface cannot be believed.</summary>
    private bool SendPicture(long nowNanos, long inputNanos)
    {
        // Photographs are told exactly when nothing waits on the way: that comes first.
        if (!_picture.Update(_viewer, Credit.UnderWay == 0, inputNanos, nowNanos, out var frame))
        {
            return false;
        }

        if (frame.Message is not { } message)
        {
            return true;
        }

        message.PutU32(NumberAt, Credit.Next);
        uint number = Credit.Send(message.Length, nowNanos);
        _send(message);
        SentNanos = MonotonicClock.NowNanos();
        // A frame with a part of the damage, or with nothing new, answers nobody's key.
        if (frame.LastDamage != 0)
        {
            _frames?.Write(number, frame.LastDamage, frame.TakenNanos, SentNanos, isAcknowledged: true);
        }

        return true;
    }
}
