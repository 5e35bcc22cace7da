namespace RemoteChain.Emulator.Devices;

/// <summary>8042 with a keyboard on its first port (IBM PS/2 technical reference), and port 92h beside it. The second port has no
/// mouse yet.</summary>
/// <param name="interrupt">Line 1.</param>
/// <param name="trace">Told what the guest has read.</param>
/// <param name="reset">The guest pulls the reset line.</param>
sealed class KeyboardController(Action<bool> interrupt, InputTrace trace, Action reset) : IDevice
{
    internal static readonly ushort[] Ports = [0x60, 0x64, 0x92];
    const int PendingMax = 64;
    const byte Acknowledge = 0xFA, Resend = 0xFE, SelfTestPassed = 0xAA;
    const byte OutputFull = 1, SystemFlag = 4, CommandLast = 8, InterruptOn = 1, Translate = 0x40;

    readonly Queue<(byte Value, ulong Id)> _pending = new();
    byte _configuration = InterruptOn | SystemFlag | Translate, _command, _keyboardCommand, _systemControl = 2;
    bool _commandLast;

    /// <summary>A byte of the keyboard, scan code set 1 (already translated). Dropped when the guest does not read.</summary>
    internal void Type(byte scanCode, ulong id)
    {
        if (_pending.Count < PendingMax) _pending.Enqueue((scanCode, id));
        Update();
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        switch (port)
        {
            case 0x60:
                var (value, id) = _pending.Count > 0 ? _pending.Dequeue() : default;
                Update();
                trace.Read(id);
                return value;
            case 0x64:
                return (byte)((_pending.Count > 0 ? OutputFull : 0) | SystemFlag | (_commandLast ? CommandLast : 0) | 0x10);
            default:
                return _systemControl;
        }
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        if (port == 0x92)
        {
            _systemControl = (byte)(value & ~1);
            if ((value & 1) != 0) reset();
        }
        else if (port == 0x64)
        {
            _commandLast = true;
            Command(value);
        }
        else
        {
            _commandLast = false;
            if (_command == 0) Keyboard(value);
            else Parameter(value);
        }
    }

    void Command(byte value)
    {
        _command = 0;
        switch (value)
        {
            case 0x20: Answer(_configuration); break;
            case 0xA7: _configuration |= 0x20; break;
            case 0xA8: _configuration &= 0xDF; break;
            case 0xA9: Answer(1); break;
            case 0xAA: Answer(0x55); break;
            case 0xAB: Answer(0); break;
            case 0xAD: _configuration |= 0x10; break;
            case 0xAE: _configuration &= 0xEF; break;
            case 0xD0: Answer((byte)(1 | _systemControl & 2)); break;
            case 0x60 or 0xD1 or 0xD2 or 0xD3 or 0xD4: _command = value; break;
            case 0xFE: reset(); break;
        }
    }

    void Parameter(byte value)
    {
        switch (_command)
        {
            case 0x60: _configuration = value; break;
            case 0xD1 when (value & 1) == 0: reset(); break;
            case 0xD2: Answer(value); break;
        }
        _command = 0;
        Update();
    }

    void Keyboard(byte value)
    {
        if (_keyboardCommand != 0)
        {
            _keyboardCommand = 0;
            Answer(Acknowledge);
            return;
        }
        switch (value)
        {
            case 0xED or 0xF0 or 0xF3:
                _keyboardCommand = value;
                Answer(Acknowledge);
                break;
            case 0xEE:
                Answer(0xEE);
                break;
            case 0xF2:
                Answer(Acknowledge, 0xAB, 0x83);
                break;
            case 0xFF:
                Answer(Acknowledge, SelfTestPassed);
                break;
            case >= 0xF4 and <= 0xF6:
                Answer(Acknowledge);
                break;
            default:
                Answer(Resend);
                break;
        }
    }

    void Answer(params ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            if (_pending.Count < PendingMax) _pending.Enqueue((value, 0));
        Update();
    }

    void Update()
    {
        interrupt(false);
        interrupt(_pending.Count > 0 && (_configuration & InterruptOn) != 0);
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.Add(_configuration, _command, _keyboardCommand, _systemControl, _commandLast ? 1 : 0, _pending.Count);
        foreach (var (value, _) in _pending) to.Add(value);
    }
}
