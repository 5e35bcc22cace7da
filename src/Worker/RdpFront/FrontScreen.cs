using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.RdpFront;

/// <summary>
/// What the client's screen shows: the desktop as it is, or a notice over its last picture. The desktop's size wins over the window's.
/// Damage is collected while the client cannot take a frame; each pixel that is sent was first copied here as part of one untorn moment.
/// </summary>
sealed class FrontScreen : IDisposable
{
    /// <summary>A picture that could not be copied, because its writer was busy or is dead, is tried again after this.</summary>
    const long CopyAgainNanos = 20_000_000;

    const long RefineAfterNanos = 150_000_000;

    /// <summary>How long a copy waits for a writer that is inside: microseconds if it lives. The client is not served meanwhile.</summary>
    const int StallMillis = 10;

    const long SecondNanos = 1_000_000_000;

    /// <summary>Memory that a big frame has left behind is given back when nothing has changed for this long.</summary>
    const long TrimAfterNanos = 5 * SecondNanos;

    /// <summary>A frame of more bytes is big.</summary>
    const long BigFrameBytes = 512 * 1024;

    readonly RdpPeer _peer;
    readonly StageDelay _encode;
    readonly FrontPointer _pointer;
    readonly DamageRegion _damage = new();
    readonly RdpRectangle[] _rectangles = new RdpRectangle[DamageRegion.RectanglesMax];

    SurfaceReader? _reader;
    Bell? _bell;
    SurfaceGeometry _geometry;
    PixelBuffer? _picture;
    bool _hasPicture;
    bool _wantsAll = true;
    bool _isCorrupt;
    string _title = "";
    (int Width, int Height, int ScalePercent) _clientSize;
    bool _clientToldSize;

    FrameRingWriter? _frames;
    Notice? _notice;
    PixelBuffer? _veiled;
    string _noticeDrawn = "";
    bool _suppressed;
    long _lastChangeNanos;
    long _copyAgainNanos;
    long _repaintNanos;
    long _trimNanos;

    internal FrontScreen(RdpPeer peer, StageDelay encode)
    {
        (_peer, _encode) = (peer, encode);
        _pointer = new FrontPointer(peer);
    }

    internal FrontInput Input { get; } = new();

    /// <summary>To wait on; -1 before a surface was joined.</summary>
    internal int BellDescriptor => _bell?.Handle.Descriptor ?? -1;

    /// <summary>Shows a session's surface.</summary>
    /// <returns>Why it cannot be shown.</returns>
    internal Failure? Join(Join join)
    {
        if (!SurfaceReader.TryOpen(join.Surface, out var reader, StallMillis)) return Corrupt("The descriptor is no surface of this version.");
        _reader?.Dispose();
        _bell?.Dispose();
        _reader = reader;
        _bell = new Bell(join.DamageBell.Duplicate());
        (_title, _geometry, _wantsAll) = (join.Title, default, true);
        // What was shown until now was about getting here; the node sends what is to be shown here after this message.
        ShowNotice(new Notice("", NoticeKind.None, 0));
        _pointer.Reset();
        if (!join.MayControl || join.Input is null || join.InputBell is null) return null;
        try
        {
            Input.Join(join.Input, new Bell(join.InputBell.Duplicate()), join.FrontNumber);
            return null;
        }
        catch (IOException e)
        {
            return Corrupt(e.Message);
        }
    }

    /// <summary>Notes every picture that is sent from now on.</summary>
    internal void Record(DescriptorHandle frames)
    {
        _frames?.Dispose();
        _frames = null;
        try
        {
            _frames = new FrameRingWriter(frames);
        }
        catch (IOException)
        {
            // Without notes the picture is worth the same.
        }
    }

    /// <summary>The client has decoded this frame.</summary>
    internal void Acknowledged(uint frame, long receivedNanos) => _frames?.Acknowledge(frame, receivedNanos);

    /// <summary>Shows a notice; <see cref="NoticeKind.None"/> takes it away.</summary>
    internal void ShowNotice(Notice notice)
    {
        _notice = notice.Kind == NoticeKind.None ? null : notice;
        _noticeDrawn = "";
        _wantsAll = true;
    }

    /// <summary>The client can take pictures, and has none.</summary>
    internal void ClientActive()
    {
        _noticeDrawn = "";
        _wantsAll = true;
        _pointer.Reset();
    }

    /// <summary>The size that the client came with: what a desktop gets that is started for it, and no wish about one that runs already.</summary>
    internal void ClientCame(int width, int height, int scalePercent) => _clientSize = (width, height, scalePercent);

    internal void ClientResized(int width, int height, int scalePercent)
    {
        // Clients tell their size also unasked: once when the channel opens, and whenever the desktop's size has changed their window's.
        var isFirst = !_clientToldSize;
        var isNewScale = _clientSize.ScalePercent != scalePercent;
        _clientToldSize = true;
        if (isFirst && _clientSize == (width, height, scalePercent)) return;
        _clientSize = (width, height, scalePercent);
        if (_geometry.IsSet && !isNewScale && _geometry.Width == width && _geometry.Height == height) return;
        Input.Resize(width, height, scalePercent);
        // Without a desktop there is nobody else to say how large the picture is.
        if (!_geometry.IsSet) _peer.Display.Resize(width, height);
    }

    internal void Repaint()
    {
        _noticeDrawn = "";
        _wantsAll = true;
    }

    internal void Suppress(bool suppressed)
    {
        _suppressed = suppressed;
        if (!suppressed) Repaint();
    }

    /// <summary>The bell has rung.</summary>
    internal void TakeDamage()
    {
        _bell!.Clear();
        if (Input.IsPictureComing)
            for (var wait = BriefWait.Begin(); !_reader!.HasDamage && Input.IsPictureComing && wait.GoesOn();) { }
        switch (_reader!.Drain(_damage))
        {
            case DamageRead.FellBehind:
                _wantsAll = true;
                break;
            case DamageRead.Corrupt:
                _isCorrupt = true;
                break;
        }
    }

    /// <summary>Sends what there is to send and what the client can take.</summary>
    /// <returns>Not null when the surface cannot be believed.</returns>
    internal Failure? Update(long now)
    {
        if (Input.HasPending) Input.Flush();
        if (_isCorrupt || !FollowGeometry()) return Corrupt("The surface holds an impossible value.");
        var notice = Current();
        Input.IsOpen = notice is null && _reader is not null;
        if (!_peer.IsActive) return null;
        _pointer.Update(notice is null ? _reader : null);
        if (_trimNanos != 0 && now >= _trimNanos) TrimMemory();
        if (_suppressed || !_peer.Display.CanSend) return null;
        if (notice is not null)
        {
            SendNotice(notice, now);
            return null;
        }

        if (_veiled is not null) EndNotice();
        return SendPicture(now) ? null : Corrupt("The surface holds an impossible value.");
    }

    /// <summary>When <see cref="Update"/> has to be called although nothing happens.</summary>
    internal long NextUpdateNanos(long now)
    {
        var due = long.MaxValue;
        if (!_peer.IsActive || _suppressed) return due;
        if (Input.HasPending) due = now + 1_000_000;
        if (_trimNanos != 0) due = Math.Min(due, _trimNanos);
        if (_peer.Display.RetryMillis is var retry and >= 0) due = Math.Min(due, now + (retry * 1_000_000L));
        if (!_peer.Display.CanSend) return due;
        if (_veiled is not null) return Math.Min(due, _repaintNanos);
        if (_copyAgainNanos != 0) due = Math.Min(due, _copyAgainNanos);
        if (_peer.Display.CanRefine) due = Math.Min(due, _lastChangeNanos + RefineAfterNanos);
        return due;
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _frames?.Dispose();
        _bell?.Dispose();
        Input.Dispose();
        _picture?.Dispose();
        _veiled?.Dispose();
    }

    static Failure Corrupt(string detail) => new(FailureStage.Run, FailureCause.SurfaceCorrupt, detail);

    /// <summary>Follows the desktop's size. False when the surface cannot be believed.</summary>
    bool FollowGeometry()
    {
        if (_reader is null) return true;
        switch (_reader.ReadGeometry(out var geometry))
        {
            case SurfaceRead.Copied when geometry != _geometry:
                _geometry = geometry;
                _wantsAll = true;
                // The last picture is worth keeping only while nothing better comes: at another size it cannot be shown any more.
                if (_picture is null || _picture.Width != geometry.Width || _picture.Height != geometry.Height)
                {
                    _picture?.Dispose();
                    _picture = new PixelBuffer(geometry.Width, geometry.Height);
                    _hasPicture = false;
                }

                _peer.Display.Resize(geometry.Width, geometry.Height);
                return true;
            case SurfaceRead.Corrupt:
                return false;
            default:
                return true;
        }
    }

    /// <summary>The notice that has to be shown now: the node's, or one that says why there is no picture.</summary>
    Notice? Current()
    {
        if (_notice is not null) return _notice;
        if (_geometry.IsSet) return null;
        return new Notice(_title.Length == 0 ? "Connecting …" : $"Connecting to {_title} …", NoticeKind.Waiting, 0);
    }

    /// <summary>Copies and sends the damage. False when the surface cannot be believed.</summary>
    bool SendPicture(long now)
    {
        if (_reader is null || _picture is null) return true;
        if (_wantsAll || (!_damage.IsEmpty && _damage.Generation != 0 && _damage.Generation != _geometry.Generation))
        {
            _reader.SkipDamage();
            _damage.Clear();
            _damage.Add(_geometry.Bounds);
            _wantsAll = false;
        }

        if (_damage.IsEmpty)
        {
            if (_peer.Display.CanRefine && now - _lastChangeNanos >= RefineAfterNanos && _hasPicture)
                _peer.Display.Refine(_picture.Pixels, _picture.StrideBytes);
            return true;
        }

        var count = 0;
        foreach (var rectangle in _damage.Rectangles)
        {
            // The desktop says where; it may say anything.
            if (!_geometry.Bounds.Contains(rectangle)) return false;
            switch (_reader.CopyRectangle(_geometry, rectangle, _picture.From(rectangle), _picture.StrideBytes))
            {
                case SurfaceRead.Copied:
                    _rectangles[count++] = new(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height);
                    break;
                case SurfaceRead.GeometryChanged:
                    // The next round follows the new size.
                    _wantsAll = true;
                    _copyAgainNanos = now;
                    return true;
                case SurfaceRead.Corrupt:
                    return false;
                default:
                    // Nothing of it is sent; the damage stays.
                    _copyAgainNanos = now + CopyAgainNanos;
                    return true;
            }
        }

        _copyAgainNanos = 0;
        _lastChangeNanos = now;
        _hasPicture = true;
        _damage.Clear();
        _encode.Wait();
        Send(_picture, _rectangles.AsSpan(0, count), now);
        _frames?.Write(_peer.Display.LastFrame, _reader.LastDamage, now, MonotonicClock.NowNanos(), _peer.Display.AwaitsAcknowledgement);
        return true;
    }

    void Send(PixelBuffer picture, ReadOnlySpan<RdpRectangle> damage, long now)
    {
        var before = _peer.Display.BytesSent;
        _peer.Display.Send(picture.Pixels, picture.StrideBytes, damage);
        if (_trimNanos != 0 || _peer.Display.BytesSent - before > BigFrameBytes) _trimNanos = now + TrimAfterNanos;
    }

    void TrimMemory()
    {
        _trimNanos = 0;
        _peer.Display.TrimMemory();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    void SendNotice(Notice notice, long now)
    {
        var (width, height) = (_peer.Display.Width, _peer.Display.Height);
        if (_veiled is null || _veiled.Width != width || _veiled.Height != height)
        {
            _veiled?.Dispose();
            _veiled = new PixelBuffer(width, height);
            _noticeDrawn = "";
        }

        var last = _hasPicture && _picture!.Width == width && _picture.Height == height ? _picture : null;
        var faint = last is not null && notice.SinceNanos != 0 && notice.Kind is NoticeKind.Lost or NoticeKind.Failed
            ? $"The picture is {Notices.NoticeText.Age((now - notice.SinceNanos) / SecondNanos)} old." : "";
        _repaintNanos = faint.Length == 0 ? long.MaxValue : now + SecondNanos - ((now - notice.SinceNanos) % SecondNanos);
        var drawn = $"{notice.Kind}\n{notice.Sentence}\n{faint}";
        if (drawn == _noticeDrawn) return;

        var isFirst = _noticeDrawn.Length == 0;
        _noticeDrawn = drawn;
        var pixels = _veiled.Pixels;
        if (isFirst)
        {
            if (last is null) Notices.NoticePainter.Clear(pixels, width, height, _veiled.StrideBytes);
            else Notices.NoticePainter.Dim(last.Pixels, pixels, width, height, _veiled.StrideBytes);
        }

        var tone = notice.Kind switch
        {
            NoticeKind.Waiting => Notices.NoticeTone.Calm,
            NoticeKind.Lost => Notices.NoticeTone.Warning,
            _ => Notices.NoticeTone.Error,
        };
        var box = Notices.NoticePainter.Paint(pixels, width, height, _veiled.StrideBytes, notice.Sentence, faint, tone);
        var damage = isFirst ? new RdpRectangle(0, 0, width, height) : new RdpRectangle(box.X, box.Y, box.Width, box.Height);
        Send(_veiled, new ReadOnlySpan<RdpRectangle>(in damage), now);
    }

    void EndNotice()
    {
        _veiled!.Dispose();
        _veiled = null;
        _noticeDrawn = "";
        _wantsAll = true;
    }
}
