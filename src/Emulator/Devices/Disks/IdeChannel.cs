namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>One of a controller's two cables (ATA/ATAPI-6): the registers, whose drive they mean, and the ways in which data moves: words through a
/// port, or by the controller from and to memory. A command is done when the write that began it returns; the guest sees no difference to a very
/// fast drive.</summary>
sealed class IdeChannel : IWideDevice
{
    internal const int BufferBytes = 1 << 16;
    const byte Ready = 0x40, Seeked = 0x10, DataWanted = 8, Failed = 1, InterruptOff = 2, ResetOn = 4;

    readonly ushort _first, _control;
    readonly Action<bool> _line;
    readonly Action _dmaWaits;
    readonly IdeDrive?[] _drives;
    readonly byte[] _buffer = new byte[BufferBytes];
    byte _status = Ready | Seeked, _error, _controls;
    int _at, _end;
    bool _fromGuest;
    Action _then = () => { };

    internal IdeChannel(ushort first, ushort control, Action<bool> line, Action dmaWaits, IdeDrive? master, IdeDrive? slave)
    {
        (_first, _control, _line, _dmaWaits, _drives) = (first, control, line, dmaWaits, [master, slave]);
        Reset();
    }

    /// <summary>What the guest wrote last; a drive reads its parameters here and puts its answers here.</summary>
    internal IdeRegisters Registers { get; } = new();

    /// <summary>Bytes on the way between guest and drive.</summary>
    internal Span<byte> Buffer => _buffer;

    /// <summary>A transfer by the controller that waits for it to be started: true = towards the guest; null = none.</summary>
    internal bool? WaitingDma { get; private set; }

    /// <summary>The interrupt is up, for the controller's status.</summary>
    internal bool IsInterrupting { get; private set; }

    internal IdeDrive? Selected => _drives[(Registers.Device >> 4) & 1];

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (Selected is not { } drive) return _drives[0] is null && _drives[1] is null ? uint.MaxValue >> (32 - 8 * bytes) : 0;
        if (port == _control) return _status;
        if (port == _first) return ReadData(bytes);
        var wide = (_controls & 0x80) != 0;
        switch (port - _first)
        {
            case 1: return _error;
            case 2: return Registers.Count(wide);
            case 3: return Registers.Low(wide);
            case 4: return Registers.Middle(wide);
            case 5: return Registers.High(wide);
            case 6: return Registers.Device;
            default:
                SetLine(false);
                return _status;
        }
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        if (port == _control)
        {
            var before = _controls;
            _controls = (byte)value;
            if ((before & ~_controls & ResetOn) != 0) Reset();
            SetLine(IsInterrupting);
            return;
        }
        if (port == _first)
        {
            WriteData(bytes, value);
            return;
        }
        if (port - _first == 7)
        {
            Command((byte)value);
            return;
        }
        _controls &= 0x7F;
        Registers.Write(port - _first, (byte)value);
    }

    /// <summary>The command is over.</summary>
    /// <param name="error">Bits of the error register; 0 = it went well.</param>
    internal void Complete(byte error = 0)
    {
        WaitingDma = null;
        (_at, _end) = (0, 0);
        _error = error;
        _status = (byte)(Ready | Seeked | (error != 0 ? Failed : 0));
        SetLine(true);
    }

    /// <summary>The guest shall read so many bytes of the buffer.</summary>
    internal void SendToGuest(int bytes, Action then)
    {
        Begin(bytes, fromGuest: false, then);
        SetLine(true);
    }

    /// <summary>The guest shall write so many bytes into the buffer.</summary>
    internal void TakeFromGuest(int bytes, bool interrupt, Action then)
    {
        Begin(bytes, fromGuest: true, then);
        if (interrupt) SetLine(true);
    }

    /// <summary>The controller shall move what the drive streams.</summary>
    internal void WaitForDma(bool toGuest)
    {
        WaitingDma = toGuest;
        _status = Ready | Seeked | DataWanted;
        _dmaWaits();
    }

    void Begin(int bytes, bool fromGuest, Action then)
    {
        (_at, _end, _fromGuest, _then) = (0, Math.Min(bytes, BufferBytes), fromGuest, then);
        (_error, _status) = (0, Ready | Seeked | DataWanted);
    }

    void Command(byte command)
    {
        if (Selected is not { } drive) return;
        SetLine(false);
        WaitingDma = null;
        (_at, _end, _error, _status) = (0, 0, 0, Ready | Seeked);
        if (command == 0x90)
        {
            // Both drives test themselves.
            Registers.Device = 0;
            (_drives[0] ?? drive).Sign(Registers);
            Complete();
            _error = 1;
            return;
        }
        drive.Execute(command, this);
    }

    uint ReadData(int bytes)
    {
        if ((_status & DataWanted) == 0 || _fromGuest || WaitingDma is not null) return 0;
        uint value = 0;
        for (var i = 0; i < bytes && _at < _end; i++) value |= (uint)_buffer[_at++] << (8 * i);
        if (_at >= _end) Moved();
        return value;
    }

    void WriteData(int bytes, uint value)
    {
        if ((_status & DataWanted) == 0 || !_fromGuest || WaitingDma is not null) return;
        for (var i = 0; i < bytes && _at < _end; i++) _buffer[_at++] = (byte)(value >> (8 * i));
        if (_at >= _end) Moved();
    }

    void Moved()
    {
        _status = Ready | Seeked;
        _then();
    }

    void Reset()
    {
        WaitingDma = null;
        (_at, _end, _error, _status) = (0, 0, 1, Ready | Seeked);
        foreach (var drive in _drives) drive?.Reset();
        Registers.Device = 0;
        (_drives[0] ?? _drives[1])?.Sign(Registers);
        if ((_drives[0] ?? _drives[1])?.IsReadyAfterReset == false) _status = 0;
        SetLine(false);
    }

    void SetLine(bool up)
    {
        IsInterrupting = up;
        _line(up && (_controls & InterruptOff) == 0);
    }

    internal void Save(StateWriter to)
    {
        to.Add(_status, _error, _controls, _at, _end, _fromGuest ? 1 : 0, IsInterrupting ? 1 : 0, WaitingDma is { } towards ? towards ? 2 : 1 : 0);
        to.AddBytes(_buffer.AsSpan(0, _end));
        Registers.Save(to);
        foreach (var drive in _drives) drive?.Save(to);
    }
}
