namespace RemoteChain.Emulator.Devices.Input;

/// <summary>The part of VMware's backdoor that a guest needs for an absolute pointer and for the processor's frequency: a read of 32 bits at one
/// port, with a magic number and a command in registers, answered in registers. Linux' vmmouse speaks it, open-vm-tools document it.</summary>
sealed class PointerBackdoor : IWideDevice
{
    internal const ushort Port = 0x5658;
    internal const int SideMax = 0xFFFF;
    const uint Magic = 0x564D_5868, None = uint.MaxValue;
    const int GetVersion = 10, PointerData = 39, PointerStatus = 40, PointerCommand = 41, GetFrequency = 45, GetProcessor = 68;
    const uint Enable = 0x4541_4552, Disable = 0xF5, Relative = 0x4C45_5252, Absolute = 0x5342_4152, SpokenVersion = 0x3442_554A;
    const uint Error = 0xFFFF_0000;
    const int WordsMax = 1024, WordsOfEvent = 4;
    const byte Left = 0x20, Right = 0x10, Middle = 0x08;

    readonly Core _core;
    readonly InputTrace _trace;
    readonly Queue<uint> _words = new();
    bool _enabled;
    uint _buttons;
    int _x, _y;
    ulong _id;

    internal PointerBackdoor(Core core, InputTrace trace) => (_core, _trace) = (core, trace);

    /// <summary>True while the guest wants positions instead of movements.</summary>
    internal bool IsAbsolute { get; private set; }

    /// <summary>The pointer is there: 0 to 65535 from the left and from above.</summary>
    internal void MoveTo(int x, int y, ulong id)
    {
        (_x, _y) = (x, y);
        Add(0, id);
    }

    internal void Press(byte buttons, ulong id)
    {
        _buttons = (uint)((buttons & 1) != 0 ? Left : 0) | ((buttons & 2) != 0 ? Right : 0u) | ((buttons & 4) != 0 ? Middle : 0u);
        Add(0, id);
    }

    internal void Turn(int steps, ulong id) => Add(steps, id);

    void Add(int wheel, ulong id)
    {
        _id = id;
        if (_words.Count > WordsMax - WordsOfEvent) return;
        _words.Enqueue(_buttons);
        _words.Enqueue((uint)_x);
        _words.Enqueue((uint)_y);
        _words.Enqueue((byte)Math.Clamp(wheel, -127, 127));
    }

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (bytes != 4 || _core.Get32(Core.Ax) != Magic) return None >> (32 - 8 * bytes);
        switch ((int)(_core.Get32(Core.Cx) & 0xFFFF))
        {
            case GetVersion:
                _core.Set32(Core.Bx, Magic);
                return 6;
            case PointerStatus:
                return _enabled ? (uint)_words.Count : Error;
            case PointerData:
                return Take((int)Math.Min(_core.Get32(Core.Bx), WordsOfEvent));
            case PointerCommand:
                Command(_core.Get32(Core.Bx));
                return 0;
            case GetFrequency:
                // The time stamp counter's, and the bus clock for timers that this machine does not have.
                _core.Set32(Core.Bx, 0);
                _core.Set32(Core.Cx, (uint)GuestClock.InstructionsPerSecond);
                return (uint)GuestClock.InstructionsPerSecond;
            case GetProcessor:
                return 1u << 31;
            default:
                return None;
        }
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
    }

    uint Take(int words)
    {
        if (_words.Count < words || words == 0) return Error;
        var first = _words.Dequeue();
        if (words > 1) _core.Set32(Core.Bx, _words.Dequeue());
        if (words > 2) _core.Set32(Core.Cx, _words.Dequeue());
        if (words > 3) _core.Set32(Core.Dx, _words.Dequeue());
        if (_words.Count == 0) _trace.Read(_id);
        return first;
    }

    void Command(uint command)
    {
        switch (command)
        {
            case Enable:
                _words.Clear();
                _words.Enqueue(SpokenVersion);
                _enabled = true;
                break;
            case Disable:
                _words.Clear();
                _enabled = IsAbsolute = false;
                break;
            case Absolute or Relative:
                IsAbsolute = _enabled && command == Absolute;
                break;
        }
    }

    internal void Save(StateWriter to)
    {
        to.Add(_enabled ? 1 : 0, IsAbsolute ? 1 : 0, _buttons, _x, _y, _words.Count);
        foreach (var word in _words) to.Add(word);
    }
}
