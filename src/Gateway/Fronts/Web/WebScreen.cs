using System.Runtime.InteropServices;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// What a browser's screen shows: the desktop as it is, or a notice over its last picture. Damage is collected while the browser cannot take
/// a frame; each pixel that is sent was first copied out as part of one untorn moment. Used by the front's painter thread alone.
/// </summary>
internal sealed class WebScreen : IDisposable
{
    /// <summary>A picture that could not be copied, because its writer was busy or is dead, is tried again after this.</summary>
    private const long CopyAgainNanos = 20_000_000;

    /// <summary>How long a copy waits for a writer that is inside: microseconds if it lives.</summary>
    private const int StallMillis = 10;

    private const int FrameHeadBytes = 1 + sizeof(uint);

    private readonly SurfaceReader _reader;
    private readonly Bell _bell;
    private readonly FrameRingWriter? _frames;
    private readonly WebInput _input;
    private readonly Action<WireWriter> _send;
    private readonly WireWriter _writer = new();
    private readonly WebPointer _pointer = new();
    private readonly ClientPicture _picture = new();
    private readonly DamageRegion _damage = new();
    private readonly SurfaceRectangle[] _left = new SurfaceRectangle[DamageRegion.RectanglesMax];
    private SurfaceGeometry _geometry;
    private Notice? _notice;
    private bool _noticeTold = true;
    private bool _wantsAll = true;
    private bool _isHidden;
    private bool _isCorrupt;
    private long _copyAgainNanos;
    private long _refineNanos = long.MaxValue;

    private WebScreen(SurfaceReader reader, FrontDescriptorCopies descriptors, WebInput input, Action<WireWriter> send)
    {
        _reader = reader;
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

    /// <summary>A screen on a session's surface; null when that is no surface of this version.</summary>
    public static WebScreen? TryOpen(FrontDescriptorCopies descriptors, WebInput input, Action<WireWriter> send) =>
        SurfaceReader.TryOpen(descriptors.Surface, out var reader, StallMillis) ? new WebScreen(reader, descriptors, input, send) : null;

    /// <summary>Shows a notice; <see cref="NoticeKind.None"/> takes it away.</summary>
    public void Show(Notice notice)
    {
        bool hadNotice = _notice is not null;
        _notice = notice.Kind == NoticeKind.None ? null : notice;
        // Told also when there is none: the browser has been waiting to hear that the picture is the desktop's.
        _noticeTold = false;
        _wantsAll |= hadNotice;
    }

    /// <summary>The browser has lost its picture.</summary>
    public void Repaint()
    {
        _geometry = default;
        _wantsAll = true;
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

        switch (_reader.Drain(_damage))
        {
            case DamageRead.FellBehind:
                _wantsAll = true;
                break;
            case DamageRead.Corrupt:
                _isCorrupt = true;
                break;
        }
    }

    /// <summary>Sends what there is to send and what the browser can take.</summary>
    /// <returns>False when the surface cannot be believed.</returns>
    public bool Update(long nowNanos)
    {
        if (_input.HasPending)
        {
            _input.Flush();
        }

        if (_isCorrupt || !FollowGeometry())
        {
            return false;
        }

        _input.SetOpen(_notice is null && _geometry.IsSet);
        TellNotice(nowNanos);
        if (_notice is not null || !_geometry.IsSet || _isHidden)
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

        return !Credit.CanSend || SendPicture(nowNanos);
    }

    /// <summary>When <see cref="Update"/> has to be called although nothing happens.</summary>
    public long NextUpdateNanos(long nowNanos)
    {
        long due = _input.HasPending ? nowNanos + 1_000_000 : long.MaxValue;
        if (_notice is not null || !_geometry.IsSet || _isHidden || !Credit.CanSend)
        {
            return due;
        }

        if (!_damage.IsEmpty || _wantsAll)
        {
            return Math.Min(due, Math.Max(_copyAgainNanos, nowNanos));
        }

        return Math.Min(due, _refineNanos);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _bell.Dispose();
        _frames?.Dispose();
    }

    /// <summary>Follows the desktop's size. False when the surface cannot be believed.</summary>
    private bool FollowGeometry()
    {
        var read = _reader.ReadGeometry(out var geometry);
        if (read == SurfaceRead.Corrupt)
        {
            return false;
        }

        if (read != SurfaceRead.Copied || geometry == _geometry)
        {
            return true;
        }

        bool isFirst = !_geometry.IsSet;
        _geometry = geometry;
        _wantsAll = true;
        // A resize blackens the surface, so a picture of the same size may go on from what the client has.
        if (isFirst || _picture.Width != geometry.Width || _picture.Height != geometry.Height)
        {
            _picture.Resize(geometry.Width, geometry.Height);
            _writer.Begin(WebOutputKind.Size);
            _writer.U16(geometry.Width);
            _writer.U16(geometry.Height);
            _send(_writer);
        }

        return true;
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

    /// <summary>Copies the damage and sends it. False when the surface cannot be believed.</summary>
    private bool SendPicture(long nowNanos)
    {
        if (_wantsAll || (!_damage.IsEmpty && _damage.Generation != 0 && _damage.Generation != _geometry.Generation))
        {
            _reader.SkipDamage();
            _damage.Clear();
            _damage.Add(_geometry.Bounds);
            _wantsAll = false;
        }

        if (_damage.IsEmpty)
        {
            Refine(nowNanos);
            return true;
        }

        if (nowNanos < _copyAgainNanos)
        {
            return true;
        }

        uint[] room = PictureRoom.Take(_geometry.Width * _geometry.Height);
        try
        {
            switch (Copy(room))
            {
                case SurfaceRead.Copied:
                    Send(room, nowNanos);
                    return true;
                case SurfaceRead.Corrupt:
                    return false;
                case SurfaceRead.GeometryChanged:
                    // The next round follows the new size.
                    _wantsAll = true;
                    _copyAgainNanos = nowNanos;
                    return true;
                default:
                    // Nothing of it is sent; the damage stays.
                    _copyAgainNanos = nowNanos + CopyAgainNanos;
                    return true;
            }
        }
        finally
        {
            PictureRoom.Return(room);
        }
    }

    private SurfaceRead Copy(uint[] room)
    {
        int stride = _geometry.Width;
        foreach (var rectangle in _damage.Rectangles)
        {
            // The desktop says where; it may say anything.
            if (!_geometry.Bounds.Contains(rectangle))
            {
                return SurfaceRead.Corrupt;
            }

            var target = MemoryMarshal.AsBytes(room.AsSpan((rectangle.Y * stride) + rectangle.X));
            var read = _reader.CopyRectangle(_geometry, rectangle, target, stride * SurfaceFile.BytesPerPixel);
            if (read != SurfaceRead.Copied)
            {
                return read;
            }

            for (int y = rectangle.Y; y < rectangle.Bottom; y++)
            {
                TileSurvey.ToBrowserOrder(room.AsSpan((y * stride) + rectangle.X, rectangle.Width));
            }
        }

        return SurfaceRead.Copied;
    }

    private void Send(uint[] room, long takenNanos)
    {
        _copyAgainNanos = 0;
        Begin();
        int left = 0;
        foreach (var rectangle in _damage.Rectangles)
        {
            var rest = _writer.Length > ClientPicture.FrameBytesMax ? rectangle : _picture.Write(room, rectangle, takenNanos, _writer);
            if (!rest.IsEmpty)
            {
                _left[left++] = rest;
            }
        }

        ulong lastDamage = _reader.LastDamage;
        _damage.Clear();
        foreach (var rest in _left.AsSpan(0, left))
        {
            _damage.Add(rest);
        }

        if (_writer.Length > FrameHeadBytes)
        {
            SendFrame(left == 0 ? lastDamage : 0, takenNanos);
        }

        _refineNanos = _picture.IsApproximate ? takenNanos + ClientPicture.StillNanos : long.MaxValue;
    }

    private void Refine(long nowNanos)
    {
        // What waits on the way comes first.
        if (!_picture.IsApproximate || nowNanos < _refineNanos || Credit.UnderWay > 0)
        {
            return;
        }

        Begin();
        long left = _picture.Refine(nowNanos, _writer);
        _refineNanos = left == long.MaxValue ? left : nowNanos + left;
        if (_writer.Length > FrameHeadBytes)
        {
            SendFrame(0, nowNanos);
        }
    }

    private void Begin()
    {
        _writer.Begin(WebOutputKind.Frame);
        _writer.U32(Credit.Next);
    }

    private void SendFrame(ulong lastDamage, long takenNanos)
    {
        uint frame = Credit.Send(_writer.Length, takenNanos);
        _send(_writer);
        SentNanos = MonotonicClock.NowNanos();
        // A frame with a part of the damage, or with nothing new, answers nobody's key.
        if (lastDamage != 0)
        {
            _frames?.Write(frame, lastDamage, takenNanos, SentNanos, isAcknowledged: true);
        }
    }
}
