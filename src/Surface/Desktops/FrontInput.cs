namespace RemoteChain.Surface.Desktops;

/// <summary>One front's ring, and what this front holds down at the host.</summary>
sealed class FrontInput(InputRingReader ring, IDesktopInput desktop) : IDisposable
{
    const ushort KeyExtended = 0x0100, KeyExtended1 = 0x0200, KeyReleased = 0x8000;
    const ushort MouseDown = 0x8000, MouseButtons = 0x7000, ExtendedButtons = 0x0003;
    const int Prefixes = 4, Codes = 256;

    // Indexed by prefix and scancode. Unicode input is not kept: its press alone is the character.
    readonly ulong[] _keys = new ulong[Prefixes * Codes / 64];
    ushort _buttons, _extendedButtons;
    ushort _x, _y;

    internal int Number => ring.FrontNumber;

    internal InputRead TryRead(out InputEvent input) => ring.TryRead(out input);

    internal void AwaitAnnounced() => ring.AwaitAnnounced();

    internal void AnnouncePicture(bool isComing) => ring.AnnouncePicture(isComing);

    internal void Stamp(long takenNanos, long sentNanos) => ring.Stamp(takenNanos, sentNanos);

    internal void StampGuest(ulong id, long interruptNanos, long readNanos) => ring.StampGuest(id, interruptNanos, readNanos);

    /// <summary>Writes one key or mouse event to the host's socket.</summary>
    internal void Send(in InputEvent input)
    {
        switch (input.Kind)
        {
            case InputKind.Scancode:
                Keep(input.Flags, (byte)input.A);
                desktop.SendKey(input.Flags, (byte)input.A);
                break;
            case InputKind.Unicode:
                desktop.SendUnicode(input.Flags, (ushort)input.A);
                break;
            case InputKind.Mouse:
                _x = (ushort)input.A;
                _y = (ushort)input.B;
                Keep(ref _buttons, input.Flags, MouseButtons);
                desktop.SendMouse(input.Flags, _x, _y);
                break;
            case InputKind.ExtendedMouse:
                _x = (ushort)input.A;
                _y = (ushort)input.B;
                Keep(ref _extendedButtons, input.Flags, ExtendedButtons);
                desktop.SendExtendedMouse(input.Flags, _x, _y);
                break;
            case InputKind.Synchronize:
                // The host releases every key when it gets this.
                Array.Clear(_keys);
                desktop.SendSynchronize(input.Flags);
                break;
            case InputKind.ReleaseAll:
                ReleaseAll();
                break;
        }
    }

    /// <summary>Lets go of every key and button that this front pressed.</summary>
    internal void ReleaseAll()
    {
        for (var key = 0; key < Prefixes * Codes; key++)
        {
            if ((_keys[key / 64] >> (key % 64) & 1) != 0) desktop.SendKey((ushort)((key / Codes * KeyExtended) | KeyReleased), (byte)key);
        }
        Array.Clear(_keys);
        for (ushort button = 0x1000; button <= 0x4000; button <<= 1)
        {
            if ((_buttons & button) != 0) desktop.SendMouse(button, _x, _y);
        }
        for (ushort button = 1; button <= 2; button <<= 1)
        {
            if ((_extendedButtons & button) != 0) desktop.SendExtendedMouse(button, _x, _y);
        }
        _buttons = _extendedButtons = 0;
    }

    public void Dispose() => ring.Dispose();

    void Keep(ushort flags, byte code)
    {
        var key = ((flags & (KeyExtended | KeyExtended1)) / KeyExtended * Codes) + code;
        var bit = 1UL << (key % 64);
        if ((flags & KeyReleased) != 0) _keys[key / 64] &= ~bit;
        else _keys[key / 64] |= bit;
    }

    static void Keep(ref ushort held, ushort flags, ushort buttons)
    {
        var named = (ushort)(flags & buttons);
        held = (flags & MouseDown) != 0 ? (ushort)(held | named) : (ushort)(held & ~named);
    }
}
