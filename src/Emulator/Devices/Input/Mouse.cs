namespace RemoteChain.Emulator.Devices.Input;

/// <summary>A PS/2 mouse that becomes one with a wheel, and one with five buttons, when it is asked in the way that drivers ask
/// (Microsoft IntelliMouse: sampling rates 200, 100, 80; then 200, 200, 80).</summary>
sealed class Mouse
{
    const byte Acknowledge = 0xFA, Resend = 0xFE, SelfTestPassed = 0xAA;
    const byte Plain = 0, Wheel = 3, FiveButtons = 4;
    const byte SetRate = 0xF3, SetResolution = 0xE8, Wrap = 0xEE, EndWrap = 0xEC, Reset = 0xFF;
    const int PacketsWaiting = 2, MoveMax = 255, WheelMax = 7;

    byte _command, _kind, _rate = 100, _resolution = 2, _buttons, _saidButtons;
    byte _rateBefore, _rateBeforeThat;
    bool _reporting, _remote, _wrap, _double;
    int _x, _y, _wheel;
    ulong _id;

    /// <summary>What it has to say.</summary>
    internal ByteLine Line { get; } = new();

    /// <summary>True when the guest listens to movements.</summary>
    internal bool IsReporting => _reporting && !_remote && !_wrap;

    /// <summary>It was moved: right and down count up.</summary>
    internal void Move(int x, int y, ulong id)
    {
        (_x, _y) = (Math.Clamp(_x + x, -0x4000, 0x4000), Math.Clamp(_y + y, -0x4000, 0x4000));
        Report(id);
    }

    /// <summary>Buttons are now these: bit 0 left, 1 right, 2 middle, 3 and 4 on its side.</summary>
    internal void Press(byte buttons, ulong id)
    {
        // A press must not melt into the movement before it.
        if (HasNews) Say();
        _buttons = (byte)(buttons & 0x1F);
        Report(id);
    }

    /// <summary>Its wheel was turned; towards the user counts up.</summary>
    internal void Turn(int steps, ulong id)
    {
        _wheel = Math.Clamp(_wheel + steps, -1000, 1000);
        Report(id);
    }

    /// <summary>Packets for the driver of an absolute pointer: they only say that there is news elsewhere.</summary>
    internal void Nudge()
    {
        if (IsReporting && Line.Count < PacketsWaiting * 4) Packet(0, 0, 0, 0, 0);
    }

    /// <summary>Says what it could not say before, once there is room.</summary>
    internal void Refill()
    {
        if (IsReporting && HasNews && Line.IsEmpty) Say();
    }

    /// <summary>A byte from the guest.</summary>
    internal void Write(byte value)
    {
        if (_wrap && value is not (Reset or EndWrap))
        {
            Line.TryAdd([value]);
            return;
        }
        Line.TryAdd([Acknowledge]);
        if (_command != 0)
        {
            Parameter(value);
            return;
        }
        switch (value)
        {
            case 0xE6: _double = false; break;
            case 0xE7: _double = true; break;
            case SetRate or SetResolution: _command = value; break;
            case 0xE9: Line.TryAdd([Status, _resolution, _rate]); break;
            case 0xEA: _remote = false; break;
            case 0xEB: Say(); break;
            case EndWrap: _wrap = false; break;
            case Wrap: _wrap = true; break;
            case 0xF0: _remote = true; break;
            case 0xF2: Line.TryAdd([_kind]); break;
            case 0xF4: _reporting = true; break;
            case 0xF5: _reporting = false; break;
            case 0xF6: Default(); break;
            case Reset:
                Default();
                _kind = Plain;
                Line.Clear();
                Line.TryAdd([Acknowledge, SelfTestPassed, Plain]);
                break;
            default:
                Line.TryAdd([Resend]);
                break;
        }
    }

    byte Status => (byte)((_remote ? 0x40 : 0) | (_reporting ? 0x20 : 0) | (_double ? 0x10 : 0) | ((_buttons & 1) << 2) | ((_buttons & 4) >> 1)
        | ((_buttons & 2) >> 1));

    bool HasNews => _x != 0 || _y != 0 || _wheel != 0 || _buttons != _saidButtons;

    void Parameter(byte value)
    {
        if (_command == SetResolution)
        {
            _resolution = (byte)(value & 3);
        }
        else
        {
            if (_rateBeforeThat == 200 && _rateBefore == 100 && value == 80) _kind = Wheel;
            if (_rateBeforeThat == 200 && _rateBefore == 200 && value == 80) _kind = FiveButtons;
            (_rateBeforeThat, _rateBefore, _rate) = (_rateBefore, value, value);
        }
        _command = 0;
    }

    void Default()
    {
        (_rate, _resolution, _reporting, _remote, _wrap, _double, _command) = (100, 2, false, false, false, false, 0);
        (_x, _y, _wheel) = (0, 0, 0);
    }

    void Report(ulong id)
    {
        _id = id;
        if (!IsReporting)
        {
            (_x, _y, _wheel, _saidButtons) = (0, 0, 0, _buttons);
            return;
        }
        if (Line.Count < PacketsWaiting * 4) Say();
    }

    void Say()
    {
        var x = Math.Clamp(_x, -MoveMax, MoveMax);
        // The mouse counts up towards the top.
        var y = Math.Clamp(-_y, -MoveMax, MoveMax);
        var wheel = _kind == Plain ? _wheel : Math.Clamp(_wheel, -WheelMax, WheelMax);
        _x -= x;
        _y += y;
        _wheel -= wheel;
        _saidButtons = _buttons;
        Packet(x, y, wheel, _buttons, _id);
    }

    void Packet(int x, int y, int wheel, byte buttons, ulong id)
    {
        var first = (byte)(8 | (buttons & 7) | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0));
        switch (_kind)
        {
            case Plain: Line.TryAdd([first, (byte)x, (byte)y], id); break;
            case Wheel: Line.TryAdd([first, (byte)x, (byte)y, (byte)wheel], id); break;
            default: Line.TryAdd([first, (byte)x, (byte)y, (byte)((wheel & 15) | ((buttons & 0x18) << 1))], id); break;
        }
    }

    internal void Save(StateWriter to)
    {
        to.Add(_command, _kind, _rate, _resolution, _buttons, _saidButtons, _rateBefore, _rateBeforeThat, _x, _y, _wheel);
        to.Add(_reporting ? 1 : 0, _remote ? 1 : 0, _wrap ? 1 : 0, _double ? 1 : 0);
        Line.Save(to);
    }
}
