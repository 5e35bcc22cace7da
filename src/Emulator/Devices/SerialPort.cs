namespace RemoteChain.Emulator.Devices;

/// <summary>16550A (National PC16550D data sheet). Sends at once; receives into a FIFO behind which more waits.</summary>
/// <param name="first">First of its eight ports.</param>
/// <param name="interrupt">Its line.</param>
/// <param name="sent">Gets every byte that the guest sends.</param>
sealed class SerialPort(ushort first, Action<bool> interrupt, Action<byte> sent) : IDevice
{
    const int WaitingMax = 1 << 16, FifoBytes = 16;
    const byte ReceiveInterrupt = 1, EmptyInterrupt = 2, DivisorLatch = 0x80, Loop = 0x10;

    readonly Queue<byte> _received = new();
    byte _enabled, _fifo, _line, _modem, _scratch;
    ushort _divisor = 12;
    bool _emptyPending;

    internal ushort[] Ports { get; } = [.. Enumerable.Range(first, 8).Select(port => (ushort)port)];

    /// <summary>A byte comes in from outside; dropped beyond 64 KiB that the guest did not read.</summary>
    internal void Receive(byte value)
    {
        if (_received.Count < WaitingMax) _received.Enqueue(value);
        Update();
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        switch (port - first)
        {
            case 0 when (_line & DivisorLatch) != 0:
                return (byte)_divisor;
            case 0:
                var value = _received.Count > 0 ? _received.Dequeue() : (byte)0;
                Update();
                return value;
            case 1:
                return (_line & DivisorLatch) != 0 ? (byte)(_divisor >> 8) : _enabled;
            case 2:
                return Identify();
            case 3:
                return _line;
            case 4:
                return _modem;
            case 5:
                return (byte)(0x60 | (_received.Count > 0 ? 1 : 0));
            case 6:
                // In loop the outputs come back as inputs; else a modem that is ready.
                return (_modem & Loop) != 0
                    ? (byte)(((_modem & 2) << 3) | ((_modem & 1) << 5) | ((_modem & 4) << 4) | ((_modem & 8) << 4))
                    : (byte)0xB0;
            default:
                return _scratch;
        }
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        switch (port - first)
        {
            case 0 when (_line & DivisorLatch) != 0:
                _divisor = (ushort)((_divisor & 0xFF00) | value);
                break;
            case 0:
                if ((_modem & Loop) != 0) Receive(value);
                else sent(value);
                _emptyPending = true;
                break;
            case 1 when (_line & DivisorLatch) != 0:
                _divisor = (ushort)((_divisor & 0xFF) | (value << 8));
                break;
            case 1:
                if ((value & ~_enabled & EmptyInterrupt) != 0) _emptyPending = true;
                _enabled = (byte)(value & 15);
                break;
            case 2:
                _fifo = value;
                if ((value & 2) != 0) _received.Clear();
                break;
            case 3:
                _line = value;
                break;
            case 4:
                _modem = (byte)(value & 0x1F);
                break;
            case 7:
                _scratch = value;
                break;
        }
        Update();
    }

    byte Identify()
    {
        var fifo = (_fifo & 1) != 0 ? 0xC0 : 0;
        if (_received.Count > 0 && (_enabled & ReceiveInterrupt) != 0)
            return (byte)(fifo | ((_fifo & 1) != 0 && _received.Count < FifoBytes ? 0xC : 4));
        if (!_emptyPending || (_enabled & EmptyInterrupt) == 0) return (byte)(fifo | 1);
        // Reading this is what takes the interrupt back.
        _emptyPending = false;
        Update();
        return (byte)(fifo | 2);
    }

    void Update()
    {
        var wanted = (_received.Count > 0 && (_enabled & ReceiveInterrupt) != 0) || (_emptyPending && (_enabled & EmptyInterrupt) != 0);
        // One cause after another must be an edge each, or an edge-triggered controller misses the second.
        interrupt(false);
        const byte connected = 8;
        interrupt(wanted && (_modem & connected) != 0 && (_modem & Loop) == 0);
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.Add(_enabled, _fifo, _line, _modem, _scratch, _divisor, _emptyPending ? 1 : 0, _received.Count);
        to.AddBytes(_received.ToArray());
    }
}
