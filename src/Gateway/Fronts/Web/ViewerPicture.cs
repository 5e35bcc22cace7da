using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// What one viewer still has to be sent so that it has the session's picture: the parts that have been told since its last frame, or, when
/// those have become too many, only where it is behind. Guarded by its <see cref="SessionPicture"/>.
/// </summary>
internal sealed class ViewerPicture
{
    /// <summary>Parts of several steps that wait for a viewer; when they get longer, telling it anew what it has missed is less.</summary>
    private const int WaitingBytesMax = 64 * 1024;

    // One is filled while the other is on its way.
    private readonly DamageRegion _missed = new();
    private WireWriter _waiting = new();
    private WireWriter _taken = new();
    private ulong _lastDamage;
    private long _takenNanos;

    /// <summary>Whether it was told how large the picture is; it is black then, and behind everywhere.</summary>
    public bool KnowsSize { get; set; }

    /// <summary>It has fallen behind, and parts that follow are of no use to it.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Nothing waits for it.</summary>
    public bool IsUpToDate => !IsBehind && _waiting.Length == 0;

    /// <summary>Where it is behind.</summary>
    public ReadOnlySpan<SurfaceRectangle> Missed => _missed.Rectangles;

    /// <summary>It has nothing of a picture of that size, or is told the size first.</summary>
    public void Lose(SurfaceRectangle bounds)
    {
        KnowsSize = false;
        Clear();
        _missed.Add(bounds);
        IsBehind = !bounds.IsEmpty;
    }

    /// <summary>A step of the picture: its parts, and where they are.</summary>
    public void Take(ReadOnlySpan<byte> parts, ReadOnlySpan<SurfaceRectangle> where, ulong lastDamage, long nowNanos)
    {
        foreach (var rectangle in where)
        {
            _missed.Add(rectangle);
        }

        if (lastDamage != 0)
        {
            (_lastDamage, _takenNanos) = (lastDamage, nowNanos);
        }

        if (IsBehind || (_waiting.Length > 0 && _waiting.Length + parts.Length > WaitingBytesMax))
        {
            IsBehind = true;
            _waiting.Clear();
            return;
        }

        if (_waiting.Length == 0)
        {
            Begin();
        }

        _waiting.Bytes(parts);
    }

    /// <summary>It is told anew what it has missed, except for what did not fit.</summary>
    public void CatchUp(ReadOnlySpan<byte> parts, ReadOnlySpan<SurfaceRectangle> left)
    {
        _missed.Clear();
        foreach (var rectangle in left)
        {
            _missed.Add(rectangle);
        }

        IsBehind = left.Length > 0;
        Begin();
        _waiting.Bytes(parts);
    }

    /// <summary>What waits for it, as a frame whose number is still to be filled in. It is good until the next is taken out.</summary>
    public ViewerFrame TakeOut()
    {
        if (_waiting.Length == 0)
        {
            return default;
        }

        // With a part of what it has missed, nobody's key is answered yet.
        var frame = IsBehind ? new ViewerFrame(_waiting, 0, 0) : new ViewerFrame(_waiting, _lastDamage, _takenNanos);
        (_waiting, _taken) = (_taken, _waiting);
        _waiting.Clear();
        if (!IsBehind)
        {
            Clear();
        }

        return frame;
    }

    private void Begin()
    {
        _waiting.Begin(WebOutputKind.Frame);
        _waiting.U32(0);
    }

    private void Clear()
    {
        _waiting.Clear();
        _missed.Clear();
        (_lastDamage, _takenNanos) = (0, 0);
    }
}

/// <summary>A frame for one viewer.</summary>
/// <param name="Message">Head, room for the number, parts; null when there is nothing to send.</param>
/// <param name="LastDamage">The newest damage that is in it as a whole; 0 = none is.</param>
/// <param name="TakenNanos">When that was copied.</param>
internal readonly record struct ViewerFrame(WireWriter? Message, ulong LastDamage, long TakenNanos);
