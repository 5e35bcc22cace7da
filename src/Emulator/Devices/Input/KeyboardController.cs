namespace RemoteChain.Emulator.Devices.Input;

/// <summary>8042 with a keyboard and a mouse (IBM PS/2 technical reference), and port 92h beside it. Bytes of the two arrive one after another
/// with a pause, as on their wires, so that a driver that empties the buffer comes to an end.</summary>
sealed class KeyboardController : IDevice
{
    internal static readonly ushort[] Ports = [0x60, 0x64, 0x92];

    /// <summary>A tenth of a millisecond from one byte read to the next.</summary>
    const long PauseInstructions = GuestClock.InstructionsPerSecond / 10_000;
    const byte OutputFull = 1, SystemFlag = 4, CommandLast = 8, Unlocked = 0x10, FromMouse = 0x20;
    const byte KeyboardInterrupt = 1, MouseInterrupt = 2, KeyboardOff = 0x10, MouseOff = 0x20, Translate = 0x40;
    const int AnswersMax = 16;

    readonly GuestClock _clock;
    readonly Action<bool> _keyboardLine, _mouseLine;
    readonly InputTrace _trace;
    readonly Action _reset, _moved;
    readonly Queue<(byte Value, bool Mouse)> _answers = new();
    byte _configuration = KeyboardInterrupt | MouseInterrupt | SystemFlag | Translate, _command, _systemControl = 2, _output;
    bool _commandLast, _full, _fromMouse;
    ulong _outputId;
    long _pauseUntil;

    /// <param name="clock">Guest time.</param>
    /// <param name="keyboardLine">Line 1.</param>
    /// <param name="mouseLine">Line 12.</param>
    /// <param name="trace">Told what the guest has read.</param>
    /// <param name="reset">The guest pulls the reset line.</param>
    /// <param name="moved">Told when <see cref="Due"/> changes.</param>
    internal KeyboardController(GuestClock clock, Action<bool> keyboardLine, Action<bool> mouseLine, InputTrace trace, Action reset, Action moved)
    {
        (_clock, _keyboardLine, _mouseLine, _trace, _reset, _moved) = (clock, keyboardLine, mouseLine, trace, reset, moved);
    }

    internal Keyboard Keyboard { get; } = new();

    internal Mouse Mouse { get; } = new();

    /// <inheritdoc/>
    public long Due { get; private set; } = long.MaxValue;

    /// <inheritdoc/>
    public void Fire(long now)
    {
        Due = long.MaxValue;
        Refill();
    }

    /// <summary>A byte of the keyboard, scan code set 1. Dropped when the guest does not read.</summary>
    internal void Type(byte scanCode, ulong id)
    {
        Keyboard.Type(scanCode, (_configuration & Translate) != 0, id);
        Refill();
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        switch (port)
        {
            case 0x60:
                if (_full) Taken();
                return _output;
            case 0x64:
                return (byte)((_full ? OutputFull | (_fromMouse ? FromMouse : 0) : 0) | SystemFlag | (_commandLast ? CommandLast : 0) | Unlocked);
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
            if ((value & 1) != 0) _reset();
            return;
        }
        _commandLast = port == 0x64;
        if (_commandLast) Command(value);
        else if (_command == 0) ToKeyboard(value);
        else Parameter(value);
        Refill();
    }

    void Command(byte value)
    {
        _command = 0;
        switch (value)
        {
            case 0x20: Answer(_configuration); break;
            case 0xA7: _configuration |= MouseOff; break;
            case 0xA8: _configuration &= unchecked((byte)~MouseOff); break;
            case 0xA9 or 0xAB: Answer(0); break;
            case 0xAA: Answer(0x55); break;
            case 0xAD: _configuration |= KeyboardOff; break;
            case 0xAE: _configuration &= unchecked((byte)~KeyboardOff); break;
            case 0xC0: Answer(0x80); break;
            case 0xD0: Answer((byte)(1 | (_systemControl & 2) | (_full && !_fromMouse ? 0x10 : 0) | (_full && _fromMouse ? 0x20 : 0))); break;
            case 0x60 or (>= 0xD1 and <= 0xD4): _command = value; break;
            // Pulses of the output lines; line 0 is the processor's reset.
            case >= 0xF0 when (value & 1) == 0: _reset(); break;
        }
    }

    void Parameter(byte value)
    {
        switch (_command)
        {
            case 0x60: _configuration = value; break;
            case 0xD1 when (value & 1) == 0: _reset(); break;
            case 0xD1: _systemControl = (byte)((_systemControl & ~2) | (value & 2)); break;
            case 0xD2: Answer(value); break;
            case 0xD3: Answer(value, mouse: true); break;
            case 0xD4:
                _configuration &= unchecked((byte)~MouseOff);
                Mouse.Write(value);
                break;
        }
        _command = 0;
    }

    void ToKeyboard(byte value)
    {
        _configuration &= unchecked((byte)~KeyboardOff);
        Keyboard.Write(value);
    }

    void Answer(byte value, bool mouse = false)
    {
        if (_answers.Count < AnswersMax) _answers.Enqueue((value, mouse));
    }

    void Taken()
    {
        _full = false;
        _pauseUntil = _clock.Now + PauseInstructions;
        SetLines();
        _trace.Read(_outputId);
        Refill();
    }

    /// <summary>Puts the next byte where the guest finds it.</summary>
    internal void Refill()
    {
        if (!_full && _answers.Count > 0)
        {
            (_output, _fromMouse) = _answers.Dequeue();
            (_outputId, _full) = (0, true);
        }
        Mouse.Refill();
        var keyboard = (_configuration & KeyboardOff) == 0 && !Keyboard.Line.IsEmpty;
        var mouse = (_configuration & MouseOff) == 0 && !Mouse.Line.IsEmpty;
        if (!_full && (keyboard || mouse))
        {
            if (_clock.Now < _pauseUntil)
            {
                Due = _pauseUntil;
                _moved();
            }
            else
            {
                _fromMouse = !keyboard;
                (_output, _outputId) = keyboard ? Keyboard.Line.Take() : Mouse.Line.Take();
                _full = true;
            }
        }
        SetLines();
    }

    void SetLines()
    {
        // One byte after another must be an edge each.
        if (!_full)
        {
            _keyboardLine(false);
            _mouseLine(false);
            return;
        }
        _keyboardLine(!_fromMouse && (_configuration & KeyboardInterrupt) != 0);
        _mouseLine(_fromMouse && (_configuration & MouseInterrupt) != 0);
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.Add(_configuration, _command, _systemControl, _output, _commandLast ? 1 : 0, _full ? 1 : 0, _fromMouse ? 1 : 0, _pauseUntil, Due);
        foreach (var (value, mouse) in _answers) to.Add(value, mouse ? 1 : 0);
        Keyboard.Save(to);
        Mouse.Save(to);
    }
}
