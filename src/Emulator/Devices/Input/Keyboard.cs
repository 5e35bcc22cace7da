namespace RemoteChain.Emulator.Devices.Input;

/// <summary>A PS/2 keyboard (IBM PS/2 technical reference). It never repeats a key by itself: whoever holds one down repeats it where the key
/// is.</summary>
sealed class Keyboard
{
    const byte Acknowledge = 0xFA, Resend = 0xFE, SelfTestPassed = 0xAA, Echo = 0xEE;
    const byte SetLights = 0xED, SelectSet = 0xF0, Identify = 0xF2, SetRepeat = 0xF3, Enable = 0xF4, Disable = 0xF5, SetDefaults = 0xF6, Reset = 0xFF;

    byte _command, _set = 2;
    bool _scanning = true;

    /// <summary>What it has to say.</summary>
    internal ByteLine Line { get; } = new();

    /// <summary>Lights: bit 0 scroll lock, 1 num lock, 2 caps lock.</summary>
    internal byte Lights { get; private set; }

    /// <summary>A key goes down or up.</summary>
    /// <param name="code">A byte of scan code set 1.</param>
    /// <param name="translated">The controller translates: then set 1 is what the guest gets of set 2.</param>
    /// <param name="id">The input it ends, for stamps.</param>
    internal void Type(byte code, bool translated, ulong id)
    {
        if (!_scanning) return;
        Span<byte> room = stackalloc byte[2];
        // Without translation a keyboard in set 1 and a translated one in set 2 look the same.
        Line.TryAdd(translated || _set == 1 ? [code] : ScanCodes.ToSecond(code, room), id);
    }

    /// <summary>A byte from the guest.</summary>
    internal void Write(byte value)
    {
        if (_command != 0)
        {
            Parameter(value);
            return;
        }
        switch (value)
        {
            case SetLights or SelectSet or SetRepeat:
                _command = value;
                Line.TryAdd([Acknowledge]);
                break;
            case Echo:
                Line.TryAdd([Echo]);
                break;
            case Identify:
                Line.TryAdd([Acknowledge, 0xAB, 0x83]);
                break;
            case Enable or Disable or SetDefaults:
                _scanning = value != Disable;
                Line.TryAdd([Acknowledge]);
                break;
            case Reset:
                Line.Clear();
                (_scanning, _set, Lights) = (true, 2, 0);
                Line.TryAdd([Acknowledge, SelfTestPassed]);
                break;
            default:
                Line.TryAdd([Resend]);
                break;
        }
    }

    void Parameter(byte value)
    {
        Line.TryAdd([Acknowledge]);
        if (_command == SetLights) Lights = (byte)(value & 7);
        if (_command == SelectSet && value == 0) Line.TryAdd([_set]);
        if (_command == SelectSet && value is >= 1 and <= 3) _set = value;
        _command = 0;
    }

    internal void Save(StateWriter to)
    {
        to.Add(_command, _set, _scanning ? 1 : 0, Lights);
        Line.Save(to);
    }
}
