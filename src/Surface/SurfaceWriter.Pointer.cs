namespace RemoteChain.Surface;

public sealed unsafe partial class SurfaceWriter
{
    /// <summary>Fronts per session.</summary>
    public const int BellsMax = 64;

    readonly Bell?[] _bells = new Bell?[BellsMax];
    readonly int[] _bellFronts = new int[BellsMax];
    uint _pointerSequence;
    uint _pointerSerial;
    uint _positionSerial;

    /// <summary>Shows a pointer with this bitmap and rings every bell.</summary>
    /// <param name="bgra">BGRA32, straight alpha, rows of width × 4 bytes.</param>
    /// <param name="width">1 to <see cref="PointerShape.SizeMax"/>.</param>
    /// <param name="height">1 to <see cref="PointerShape.SizeMax"/>.</param>
    /// <param name="hotspotX">Inside the bitmap (clamped).</param>
    /// <param name="hotspotY">Inside the bitmap (clamped).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not allowed or the bitmap too short.</exception>
    public void SetPointer(ReadOnlySpan<byte> bgra, int width, int height, int hotspotX, int hotspotY)
    {
        if (width is < 1 or > PointerShape.SizeMax || height is < 1 or > PointerShape.SizeMax)
            throw new ArgumentOutOfRangeException(nameof(width), $"{width} x {height} is no size of a pointer.");
        ArgumentOutOfRangeException.ThrowIfLessThan(bgra.Length, width * height * SurfaceFile.BytesPerPixel, nameof(bgra));
        StorePointer(bgra[..(width * height * SurfaceFile.BytesPerPixel)],
            new(0, PointerKind.Bitmap, width, height, Math.Clamp(hotspotX, 0, width - 1), Math.Clamp(hotspotY, 0, height - 1)));
    }

    /// <summary>Shows the viewer's default pointer or none, and rings every bell.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A bitmap is needed for <see cref="PointerKind.Bitmap"/>.</exception>
    public void SetPointer(PointerKind kind)
    {
        if (kind is not (PointerKind.Default or PointerKind.Hidden)) throw new ArgumentOutOfRangeException(nameof(kind));
        StorePointer([], new(0, kind, 0, 0, 0, 0));
    }

    /// <summary>The host moved the pointer; rings every bell.</summary>
    /// <param name="x">Column, clamped to 0..65535.</param>
    /// <param name="y">Row, clamped to 0..65535.</param>
    public void MovePointer(int x, int y)
    {
        if (++_positionSerial == 0) _positionSerial = 1;
        // One 64-bit store: a reader needs no guard for it.
        var packed = ((ulong)_positionSerial << 32) | ((uint)Math.Clamp(x, 0, ushort.MaxValue) << 16) | (uint)Math.Clamp(y, 0, ushort.MaxValue);
        Volatile.Write(ref At<ulong>(SurfaceLayout.PointerPosition), packed);
        RingBells();
    }

    /// <summary>Rings this bell at once (what was published before must be looked at too) and at every publication from now on. The writer
    /// owns it.</summary>
    /// <returns>False when <see cref="BellsMax"/> fronts are attached or the number is taken; the bell is then disposed of.</returns>
    public bool AttachBell(int frontNumber, Bell damageBell)
    {
        var free = -1;
        for (var i = 0; i < BellsMax; i++)
        {
            if (_bells[i] is null) free = free < 0 ? i : free;
            else if (_bellFronts[i] == frontNumber) free = BellsMax;
        }
        if (free is < 0 or BellsMax)
        {
            damageBell.Dispose();
            return false;
        }
        _bells[free] = damageBell;
        _bellFronts[free] = frontNumber;
        damageBell.Ring();
        return true;
    }

    /// <summary>Rings every bell: ahead of time, when something will probably be published in a moment, or behind frames that were published silently.</summary>
    public void Ring() => RingBells();

    /// <summary>Stops ringing for that front and closes its bell; a number that is not attached changes nothing.</summary>
    public void DetachBell(int frontNumber)
    {
        for (var i = 0; i < BellsMax; i++)
        {
            if (_bells[i] is null || _bellFronts[i] != frontNumber) continue;
            _bells[i]!.Dispose();
            _bells[i] = null;
        }
    }

    void StorePointer(ReadOnlySpan<byte> bgra, PointerShape shape)
    {
        if (++_pointerSerial == 0) _pointerSerial = 1;
        Volatile.Write(ref At<uint>(SurfaceLayout.PointerSequence), ++_pointerSequence);
        Interlocked.MemoryBarrier();
        At<uint>(SurfaceLayout.PointerKind) = (uint)shape.Kind;
        At<uint>(SurfaceLayout.PointerSerial) = _pointerSerial;
        At<int>(SurfaceLayout.PointerWidth) = shape.Width;
        At<int>(SurfaceLayout.PointerHeight) = shape.Height;
        At<int>(SurfaceLayout.PointerHotspotX) = shape.HotspotX;
        At<int>(SurfaceLayout.PointerHotspotY) = shape.HotspotY;
        // SAFETY: the bitmap's room is PointerShape.BitmapBytesMax, which both sides were checked against.
        bgra.CopyTo(new Span<byte>(_mapping.Start + SurfaceLayout.PointerBitmap, PointerShape.BitmapBytesMax));
        Volatile.Write(ref At<uint>(SurfaceLayout.PointerSequence), ++_pointerSequence);
        RingBells();
    }

    /// <summary>Goes on counting where the predecessor stopped; a shape that it half wrote becomes the default one.</summary>
    void AdoptPointer()
    {
        _pointerSequence = At<uint>(SurfaceLayout.PointerSequence);
        _pointerSerial = At<uint>(SurfaceLayout.PointerSerial);
        _positionSerial = (uint)(At<ulong>(SurfaceLayout.PointerPosition) >> 32);
        if ((_pointerSequence & 1) == 0) return;
        // StorePointer's first step makes it odd once more: take this one back.
        _pointerSequence--;
        SetPointer(PointerKind.Default);
    }

    void RingBells()
    {
        foreach (var bell in _bells) bell?.Ring();
    }

    void DisposeBells()
    {
        foreach (var bell in _bells) bell?.Dispose();
    }
}
