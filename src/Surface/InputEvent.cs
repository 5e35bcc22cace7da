namespace RemoteChain.Surface;

/// <summary>What an input entry says.</summary>
public enum InputKind : ushort
{
    /// <summary>Key by scancode: <see cref="InputEvent.Flags"/> as KBDFLAGS_* (MS-RDPBCGR 2.2.8.1.1.3.1.1.1), <see cref="InputEvent.A"/> =
    /// code.</summary>
    Scancode = 1,

    /// <summary>Key by UTF-16 unit: flags as for a scancode (release only), A = unit.</summary>
    Unicode = 2,

    /// <summary>Mouse: flags as PTRFLAGS_* (MS-RDPBCGR 2.2.8.1.1.3.1.1.3), A = x, B = y.</summary>
    Mouse = 3,

    /// <summary>Extended mouse buttons: flags as PTRXFLAGS_* (MS-RDPBCGR 2.2.8.1.1.3.1.1.4), A = x, B = y.</summary>
    ExtendedMouse = 4,

    /// <summary>Lock keys: flags as TS_SYNC_* (MS-RDPBCGR 2.2.8.1.1.3.1.1.5).</summary>
    Synchronize = 5,

    /// <summary>The user's window has another size: A = width, B = height, C = scale in percent.</summary>
    Resize = 6,

    /// <summary>A full picture is wanted from the host.</summary>
    Refresh = 7,

    /// <summary>Let go of every pressed key and button: the front went away, or input was lost because the ring was full.</summary>
    ReleaseAll = 8,
}

/// <summary>One input of a user, as it travels from a front to the desktop.</summary>
/// <param name="Kind">What it is; the meaning of the other fields depends on it.</param>
/// <param name="Flags">See <see cref="InputKind"/>.</param>
/// <param name="A">See <see cref="InputKind"/>.</param>
/// <param name="B">See <see cref="InputKind"/>.</param>
/// <param name="C">See <see cref="InputKind"/>.</param>
/// <param name="Id">Front number in the top 16 bits, a count below; given by the ring when written, never 0 when read.</param>
/// <param name="ReceivedNanos">Read from the client, nanoseconds of <see cref="MonotonicClock"/>; 0 = not measured.</param>
/// <param name="PublishedNanos">Put into the ring; given by the ring when written.</param>
public readonly record struct InputEvent(
    InputKind Kind, ushort Flags, int A = 0, int B = 0, int C = 0, ulong Id = 0, long ReceivedNanos = 0, long PublishedNanos = 0)
{
    /// <summary>PTRFLAGS_MOVE: the mouse only moved, no button or wheel with it.</summary>
    public const ushort MouseMoveFlag = 0x0800;

    /// <summary>The front that it came from.</summary>
    public int FrontNumber => (int)(Id >> 48);

    /// <summary>True for a mouse event that a later one replaces without loss.</summary>
    public bool IsPlainMove => Kind == InputKind.Mouse && Flags == MouseMoveFlag;

    /// <summary>True for a key or button that goes down and for the turn of a wheel: what a user waits for an answer to.</summary>
    public bool IsPress => Kind switch
    {
        InputKind.Scancode or InputKind.Unicode => (Flags & KeyReleased) == 0,
        InputKind.Mouse => (Flags & (ButtonDown | WheelFlags)) != 0,
        InputKind.ExtendedMouse => (Flags & ButtonDown) != 0,
        _ => false,
    };

    // KBDFLAGS_RELEASE, PTRFLAGS_DOWN (PTRXFLAGS_DOWN), PTRFLAGS_WHEEL and PTRFLAGS_HWHEEL.
    const ushort KeyReleased = 0x8000, ButtonDown = 0x8000, WheelFlags = 0x0600;
}

/// <summary>Outcome of reading an input ring.</summary>
public enum InputRead
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>An entry was read.</summary>
    Entry,

    /// <summary>The front put an impossible value into the ring: detach that front with <c>surface-corrupt</c>.</summary>
    Corrupt,
}

/// <summary>Outcome of writing to an input ring.</summary>
public enum InputWrite
{
    /// <summary>It is in the ring.</summary>
    Written,

    /// <summary>The ring is crowded: the mouse move waits outside it and only the newest one is kept.</summary>
    Coalesced,

    /// <summary>The ring is full: the event is lost; a <see cref="InputKind.ReleaseAll"/> goes in first as soon as there is room,
    /// so that no key or button stays pressed.</summary>
    Dropped,
}
