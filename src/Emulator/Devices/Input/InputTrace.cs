using RemoteChain.Surface;

namespace RemoteChain.Emulator.Devices.Input;

/// <summary>Follows one input at a time through the guest: interrupt, read, pixels. It watches; nothing that the guest can see depends on
/// it.</summary>
sealed class InputTrace
{
    ulong _read, _written;
    long _interruptNanos, _readInterruptNanos, _readNanos, _writtenNanos, _writtenInterruptNanos, _writtenReadNanos;

    /// <summary>Told when an input was read, so that the next write to video memory is noticed.</summary>
    internal Action Watch { get; set; } = () => { };

    /// <summary>The processor takes the interrupt of a keyboard or mouse.</summary>
    internal void Interrupted() => _interruptNanos = MonotonicClock.NowNanos();

    /// <summary>The guest read the last byte of an input.</summary>
    internal void Read(ulong id)
    {
        if (id == 0) return;
        _read = id;
        // The interrupt of what comes next, such as the key's release, may be taken before anything is drawn.
        _readInterruptNanos = _interruptNanos;
        _readNanos = MonotonicClock.NowNanos();
        Watch();
    }

    /// <summary>The guest wrote to video memory for the first time since the last frame or the last input.</summary>
    internal void Written()
    {
        _writtenNanos = MonotonicClock.NowNanos();
        (_written, _writtenInterruptNanos, _writtenReadNanos) = (_read, _readInterruptNanos, _readNanos);
    }

    /// <summary>What is known of the picture that is taken now.</summary>
    internal GuestStamps Stamps => new(_written, _writtenInterruptNanos, _writtenReadNanos, _writtenNanos);
}
