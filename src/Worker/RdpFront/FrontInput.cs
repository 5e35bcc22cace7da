using FreeRdp;
using RemoteChain.Surface;

namespace RemoteChain.Worker.RdpFront;

/// <summary>The way of a user's input to the desktop: checked, stamped and in the ring before anything else happens.</summary>
sealed class FrontInput : IDisposable
{
    InputRingWriter? _ring;
    (int Width, int Height, int ScalePercent)? _size;
    ushort? _lockKeys;
    bool _isOpen;

    /// <summary>The desktop can be controlled from here.</summary>
    public bool MayControl => _ring is not null;

    /// <summary>Something waits for room in the ring.</summary>
    public bool HasPending => _ring is { HasPending: true };

    /// <summary>Input counts only while the user sees the desktop as it is: what is typed at a notice must not reach a desktop that comes back.</summary>
    public bool IsOpen
    {
        get => _isOpen;
        set
        {
            if (_isOpen == value) return;
            // What was pressed when the notice came will be let go of behind it.
            if (_isOpen) Write(new(InputKind.ReleaseAll, 0));
            _isOpen = value;
            // The lock keys are told once, when the client becomes active or gets the focus, which may have been too early.
            if (_isOpen && _lockKeys is { } flags) Write(new(InputKind.Synchronize, flags));
        }
    }

    public void Join(DescriptorHandle input, Bell bell, int frontNumber)
    {
        _ring?.Dispose();
        _ring = new InputRingWriter(input, bell, frontNumber);
        if (_size is { } size) Write(new(InputKind.Resize, 0, size.Width, size.Height, size.ScalePercent));
    }

    public void Take(in RdpPeerInput input, StageDelay receive)
    {
        if (input.Kind == RdpPeerInputKind.Synchronize) _lockKeys = input.Flags;
        if (!_isOpen) return;
        var kind = input.Kind switch
        {
            RdpPeerInputKind.Scancode => InputKind.Scancode,
            RdpPeerInputKind.Unicode => InputKind.Unicode,
            RdpPeerInputKind.Mouse => InputKind.Mouse,
            RdpPeerInputKind.ExtendedMouse => InputKind.ExtendedMouse,
            _ => InputKind.Synchronize,
        };
        var taken = new InputEvent(kind, input.Flags, input.A, input.B, 0, 0, input.ReceivedNanos);
        if (taken.IsPress) receive.Wait();
        Write(taken);
    }

    /// <summary>The user's window has another size: the desktop is asked for it as soon as there is one.</summary>
    public void Resize(int width, int height, int scalePercent)
    {
        _size = (width, height, scalePercent);
        Write(new(InputKind.Resize, 0, width, height, scalePercent, 0, MonotonicClock.NowNanos()));
    }

    public void Flush() => _ring?.Flush();

    /// <summary>Wakes the desktop while an input is still being decoded. <see cref="Retract"/> it in any case.</summary>
    public void Announce() => _ring?.Announce();

    public void Retract() => _ring?.Retract();

    /// <summary>The desktop is decoding what may become a picture.</summary>
    public bool IsPictureComing => _ring is { IsPictureComing: true };

    public void Dispose() => _ring?.Dispose();

    void Write(in InputEvent input) => _ring?.Write(input, out _);
}
