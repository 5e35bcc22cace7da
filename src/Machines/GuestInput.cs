using RemoteChain.Emulator;
using RemoteChain.Surface.Desktops;

namespace RemoteChain.Machines;

/// <summary>A machine's keyboard and mouse as what is typed into, for one screen.</summary>
/// <param name="gate">The one way into the guest.</param>
/// <param name="size">Size of the guest's display.</param>
/// <param name="nameInput">Names the input that is being sent, for stamps.</param>
sealed class GuestInput(Func<InputGate> gate, Func<(int Width, int Height)> size, Func<ulong> nameInput) : IDesktopInput
{
    const ushort KeyExtended = 0x0100, KeyExtended1 = 0x0200, KeyReleased = 0x8000;
    const ushort ButtonDown = 0x8000, MouseButtons = 0x7000, ExtendedButtons = 0x0003, WheelTurned = 0x0200, WheelNegative = 0x0100;
    const int WheelStep = 120;
    const byte ExtendedPrefix = 0xE0, PausePrefix = 0xE1, Released = 0x80;

    int _buttons;

    public void SendKey(ushort flags, byte code)
    {
        var released = (flags & KeyReleased) != 0 ? Released : (byte)0;
        if ((flags & KeyExtended1) != 0) Type(PausePrefix, (byte)(code | released), (byte)(0x45 | released));
        else if ((flags & KeyExtended) != 0) Type(ExtendedPrefix, (byte)(code | released));
        else Type((byte)(code | released));
    }

    public void SendUnicode(ushort flags, ushort unit)
    {
        // A guest knows keys, not characters: those of a US keyboard can be pressed, as most guests have one.
        if ((flags & KeyReleased) != 0 || UsKeyboard.KeyOf((char)unit) is not { } key) return;
        if (key.Shifted) Type(UsKeyboard.Shift);
        Type(key.Code);
        Type((byte)(key.Code | Released));
        if (key.Shifted) Type(UsKeyboard.Shift | Released);
    }

    public void SendMouse(ushort flags, ushort x, ushort y)
    {
        Point(x, y);
        if ((flags & WheelTurned) != 0)
        {
            // Nine bits, two's complement, positive away from the user, 120 for a step (MS-RDPBCGR 2.2.8.1.1.3.1.1.3).
            var turned = (flags & 0xFF) - (flags & WheelNegative);
            gate().TryPost(InputKind.Wheel, -Math.Sign(turned) * Math.Max(1, Math.Abs(turned) / WheelStep), 0, nameInput());
            return;
        }
        Hold(flags & MouseButtons, (flags & ButtonDown) != 0, [(0x1000, 1), (0x2000, 2), (0x4000, 4)]);
    }

    public void SendExtendedMouse(ushort flags, ushort x, ushort y)
    {
        Point(x, y);
        Hold(flags & ExtendedButtons, (flags & ButtonDown) != 0, [(1, 8), (2, 16)]);
    }

    public void SendSynchronize(ushort flags)
    {
        // The guest keeps the state of its lock keys itself, and what is pressed was let go of by the front's own events.
    }

    public void RequestRefresh()
    {
    }

    public bool TryResize(int width, int height, int scalePercent) => true;

    void Point(ushort x, ushort y)
    {
        const int whole = 65535;
        var (width, height) = size();
        if (width < 2 || height < 2) return;
        gate().TryPost(InputKind.PointerTo, Math.Min(whole, x * whole / (width - 1)), Math.Min(whole, y * whole / (height - 1)));
    }

    void Hold(int named, bool isDown, ReadOnlySpan<(int Named, int Button)> buttons)
    {
        if (named == 0) return;
        foreach (var (flag, button) in buttons)
            if ((named & flag) != 0) _buttons = isDown ? _buttons | button : _buttons & ~button;
        gate().TryPost(InputKind.Buttons, _buttons, 0, isDown ? nameInput() : 0);
    }

    /// <summary>Only the last byte of a key carries the name: the guest knows the key when it has read that. A release has none: what is drawn
    /// answers the press.</summary>
    void Type(params ReadOnlySpan<byte> bytes)
    {
        var name = (bytes[^1] & Released) == 0 ? nameInput() : 0;
        for (var i = 0; i < bytes.Length; i++) gate().TryPost(InputKind.Key, bytes[i], 0, i == bytes.Length - 1 ? name : 0);
    }
}
