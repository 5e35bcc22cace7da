using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// The picture of one session as its browsers have it. Whoever of them can take a frame first copies the damage out of the surface, compares
/// and encodes; what that gave is put into the hands of all (<see cref="ViewerPicture"/>), so that ten viewers cost one comparison and one
/// encoding. Each copy is part of one untorn moment of the desktop. Safe from the threads of all fronts of the session.
/// </summary>
internal sealed class SessionPicture : IDisposable
{
    /// <summary>Larger damage right behind another frame waits until this much time lies between the two: a host tells one picture in pieces,
    /// and together they are fewer bytes and less work for everybody.</summary>
    public const long GapNanos = 12_000_000;

    /// <summary>Likewise behind a frame of which most is photographs, while nobody types: a film has no more pictures a second, and each frame that is told costs
    /// a browser a picture of its own.</summary>
    public const long FilmGapNanos = 33_000_000;

    /// <summary>Damage up to so many pixels need not wait: it may be what somebody has just typed.</summary>
    private const int SmallPixels = 64 * 64;

    /// <summary>So many frames may follow each other without the gap, until there is a pause again: some hosts tell a film in tiles that are small.</summary>
    private const int HurriedMax = 3;

    /// <summary>Small damage does not wait, however much else there is, so long after input.</summary>
    private const long AnswerNanos = 150_000_000;

    /// <summary>A picture that could not be copied, because its writer was busy or is dead, is tried again after this.</summary>
    private const long CopyAgainNanos = 20_000_000;

    /// <summary>How long a copy waits for a writer that is inside: microseconds if it lives.</summary>
    private const int StallMillis = 10;

    private readonly Lock _gate = new();
    private readonly SurfaceReader _reader;
    private readonly ClientPicture _picture = new();
    private readonly DamageRegion _damage = new();
    private readonly DamageRegion _told = new();
    private readonly WireWriter _parts = new();
    private readonly SurfaceRectangle[] _left = new SurfaceRectangle[DamageRegion.RectanglesMax];
    // Bounded by the fronts of a session.
    private readonly List<ViewerPicture> _viewers = [];
    private SurfaceGeometry _geometry;
    private bool _wantsAll = true;
    private bool _isCorrupt;
    private long _copyAgainNanos;
    private long _stepNanos;
    private int _hurried;
    private bool _isFilm;
    private long _refineNanos = long.MaxValue;

    private SessionPicture(SurfaceReader reader) => _reader = reader;

    /// <summary>The picture on a session's surface; null when that is no surface of this version.</summary>
    public static SessionPicture? TryOpen(DescriptorHandle surface) =>
        SurfaceReader.TryOpen(surface, out var reader, StallMillis) ? new SessionPicture(reader) : null;

    /// <summary>Somebody begins to look; a black picture is what he has.</summary>
    public ViewerPicture Join()
    {
        lock (_gate)
        {
            var viewer = new ViewerPicture();
            viewer.Lose(_geometry.Bounds);
            _viewers.Add(viewer);
            return viewer;
        }
    }

    /// <summary>Somebody looks no more.</summary>
    public void Leave(ViewerPicture viewer)
    {
        lock (_gate)
        {
            _viewers.Remove(viewer);
        }
    }

    /// <summary>A viewer has lost what it had.</summary>
    public void Lose(ViewerPicture viewer)
    {
        lock (_gate)
        {
            viewer.Lose(_geometry.Bounds);
        }
    }

    /// <summary>The whole desktop may be another one: it is compared as a whole.</summary>
    public void WantAll()
    {
        lock (_gate)
        {
            _wantsAll = true;
        }
    }

    /// <summary>Follows the desktop's size and reads what was damaged. False when the surface cannot be believed.</summary>
    /// <param name="viewer">Who asks.</param>
    /// <param name="size">The size that the viewer has to be told; none when it knows.</param>
    public bool Follow(ViewerPicture viewer, out SurfaceGeometry? size)
    {
        size = null;
        lock (_gate)
        {
            _isCorrupt |= !FollowGeometry() || !Drain();
            if (!_isCorrupt && _geometry.IsSet && !viewer.KnowsSize)
            {
                viewer.KnowsSize = true;
                size = _geometry;
            }

            return !_isCorrupt;
        }
    }

    /// <summary>Brings the picture up to date if it is time, and hands a viewer the frame that it is to be sent now.</summary>
    /// <param name="viewer">Who can take a frame.</param>
    /// <param name="mayRefine">Nothing is on its way to it, so that photographs may be told exactly.</param>
    /// <param name="inputNanos">When it last sent input: what answers it does not wait.</param>
    /// <param name="nowNanos">The moment.</param>
    /// <param name="frame">What to send; empty when there is nothing.</param>
    /// <returns>False when the surface cannot be believed.</returns>
    public bool Update(ViewerPicture viewer, bool mayRefine, long inputNanos, long nowNanos, out ViewerFrame frame)
    {
        frame = default;
        lock (_gate)
        {
            _isCorrupt |= !FollowGeometry();
            if (_isCorrupt || !viewer.KnowsSize)
            {
                return !_isCorrupt;
            }

            if (nowNanos >= DamageDueNanos(inputNanos))
            {
                _isCorrupt = !Step(nowNanos);
            }
            else if (mayRefine && !HasDamage && viewer.IsUpToDate && nowNanos >= _refineNanos)
            {
                Refine(nowNanos);
            }

            if (viewer.IsBehind)
            {
                CatchUp(viewer, nowNanos);
            }

            frame = viewer.TakeOut();
            return !_isCorrupt;
        }
    }

    /// <summary>When a viewer that can take a frame has to ask again although nothing happens.</summary>
    /// <param name="viewer">Who.</param>
    /// <param name="mayRefine">As for <see cref="Update"/>.</param>
    /// <param name="inputNanos">As for <see cref="Update"/>.</param>
    public long NextUpdateNanos(ViewerPicture viewer, bool mayRefine, long inputNanos)
    {
        lock (_gate)
        {
            return !viewer.IsUpToDate ? 0 : HasDamage ? DamageDueNanos(inputNanos) : mayRefine ? _refineNanos : long.MaxValue;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private bool HasDamage => _wantsAll || !_damage.IsEmpty;

    /// <summary>When the damage may be told; never while there is none.</summary>
    private long DamageDueNanos(long inputNanos)
    {
        if (!HasDamage || !_geometry.IsSet)
        {
            return long.MaxValue;
        }

        bool isAnswer = inputNanos + AnswerNanos > _stepNanos;
        bool waits = !_wantsAll && (_damage.Bounds.Area > SmallPixels ? inputNanos <= _stepNanos : _hurried >= HurriedMax && !isAnswer);
        return Math.Max(_copyAgainNanos, waits ? _stepNanos + (_isFilm && !isAnswer ? FilmGapNanos : GapNanos) : 0);
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
        // A resize blackens the surface, so a picture of the same size may go on from what the viewers have.
        if (isFirst || _picture.Width != geometry.Width || _picture.Height != geometry.Height)
        {
            _picture.Resize(geometry.Width, geometry.Height);
            foreach (var viewer in _viewers)
            {
                viewer.Lose(geometry.Bounds);
            }
        }

        return true;
    }

    private bool Drain()
    {
        var read = _reader.Drain(_damage);
        _wantsAll |= read == DamageRead.FellBehind;
        return read != DamageRead.Corrupt;
    }

    /// <summary>Copies the damage and tells everybody. False when the surface cannot be believed.</summary>
    private bool Step(long nowNanos)
    {
        if (_wantsAll || (_damage.Generation != 0 && _damage.Generation != _geometry.Generation))
        {
            _reader.SkipDamage();
            _damage.Clear();
            _damage.Add(_geometry.Bounds);
            _wantsAll = false;
        }

        uint[] room = PictureRoom.Take(_geometry.Width * _geometry.Height);
        try
        {
            switch (Copy(room))
            {
                case SurfaceRead.Copied:
                    Write(room, nowNanos);
                    return true;
                case SurfaceRead.Corrupt:
                    return false;
                case SurfaceRead.GeometryChanged:
                    // The next round follows the new size.
                    _wantsAll = true;
                    return true;
                default:
                    // Nothing of it is told; the damage stays.
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

    private void Write(uint[] room, long nowNanos)
    {
        var (since, gap) = (nowNanos - _stepNanos, _isFilm ? FilmGapNanos : GapNanos);
        _hurried = since >= 2 * gap ? 0 : since < gap ? _hurried + 1 : _hurried;
        (_copyAgainNanos, _stepNanos) = (0, nowNanos);
        _parts.Clear();
        _told.Clear();
        // Nobody could use the difference: everybody is told anew in a moment.
        bool areAllBehind = _viewers.TrueForAll(viewer => viewer.IsBehind);
        int left = 0;
        long photographs = _picture.PhotographPixels, pixels = 0;
        foreach (var rectangle in _damage.Rectangles)
        {
            _told.Add(rectangle);
            pixels += rectangle.Area;
            if (areAllBehind)
            {
                _picture.Adopt(room, rectangle);
                continue;
            }

            var rest = _parts.Length > ClientPicture.FrameBytesMax ? rectangle : _picture.Write(room, rectangle, nowNanos, _parts);
            if (!rest.IsEmpty)
            {
                _left[left++] = rest;
            }
        }

        _isFilm = (_picture.PhotographPixels - photographs) * 2 > pixels;
        _damage.Clear();
        foreach (var rest in _left.AsSpan(0, left))
        {
            _damage.Add(rest);
        }

        _refineNanos = _picture.IsApproximate ? nowNanos + ClientPicture.StillNanos : long.MaxValue;
        // A frame with a part of the damage answers nobody's key.
        if (areAllBehind || _parts.Length > 0)
        {
            Tell(left == 0 ? _reader.LastDamage : 0, nowNanos);
        }
    }

    private void Refine(long nowNanos)
    {
        _parts.Clear();
        _told.Clear();
        long left = _picture.Refine(nowNanos, _parts, _told);
        _refineNanos = left == long.MaxValue ? left : nowNanos + left;
        if (_parts.Length > 0)
        {
            Tell(0, nowNanos);
        }
    }

    private void Tell(ulong lastDamage, long nowNanos)
    {
        foreach (var viewer in _viewers)
        {
            viewer.Take(_parts.Written.Span, _told.Rectangles, lastDamage, nowNanos);
        }
    }

    /// <summary>Tells a viewer anew what it has missed, as much as one frame holds.</summary>
    private void CatchUp(ViewerPicture viewer, long nowNanos)
    {
        _parts.Clear();
        int left = 0;
        foreach (var rectangle in viewer.Missed)
        {
            var rest = _parts.Length > ClientPicture.FrameBytesMax ? rectangle : _picture.WriteAnew(rectangle, nowNanos, _parts);
            if (!rest.IsEmpty)
            {
                _left[left++] = rest;
            }
        }

        viewer.CatchUp(_parts.Written.Span, _left.AsSpan(0, left));
        _refineNanos = _picture.IsApproximate ? Math.Min(_refineNanos, nowNanos + ClientPicture.StillNanos) : long.MaxValue;
    }
}
