namespace RemoteChain.Emulator.Devices;

/// <summary>8254 with the gate and output of its third counter in port 61h (Intel 8254 data sheet). Counters are computed from the time when
/// somebody looks.</summary>
/// <param name="clock">Guest time.</param>
/// <param name="interrupt">Output of counter 0.</param>
/// <param name="moved">Told when <see cref="Due"/> changes.</param>
sealed class IntervalTimer(GuestClock clock, Action<bool> interrupt, Action moved) : IDevice
{
    internal const long TicksPerSecond = 1_193_182;
    internal static readonly ushort[] Ports = [0x40, 0x41, 0x42, 0x43, 0x61];

    readonly Counter[] _counters = [new(), new(), new()];
    byte _speaker;
    int _refresh;

    /// <inheritdoc/>
    public long Due { get; private set; } = long.MaxValue;

    /// <inheritdoc/>
    public void Fire(long now)
    {
        // Edge triggered: down and up again.
        interrupt(false);
        interrupt(true);
        Schedule();
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        if (port == 0x61)
        {
            // Bit 4 follows memory refresh: it only has to change.
            _refresh ^= 0x10;
            return (byte)((_speaker & 3) | _refresh | (_counters[2].Output(clock.Ticks(TicksPerSecond)) ? 0x20 : 0));
        }
        return port == 0x43 ? (byte)0xFF : _counters[port & 3].Read(clock.Ticks(TicksPerSecond));
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        var ticks = clock.Ticks(TicksPerSecond);
        if (port == 0x61)
        {
            if ((value & 1) != 0 && (_speaker & 1) == 0) _counters[2].Restart(ticks);
            _speaker = value;
            return;
        }
        if (port == 0x43)
        {
            Command(value, ticks);
            return;
        }
        _counters[port & 3].Write(value, ticks);
        if ((port & 3) == 0) Schedule();
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.Add(_speaker, _refresh, Due);
        foreach (var counter in _counters) counter.Save(to);
    }

    void Command(byte value, long ticks)
    {
        var number = value >> 6;
        if (number == 3)
        {
            for (var i = 0; i < 3; i++)
                if ((value & (2 << i)) != 0) _counters[i].Latch(ticks, (value & 0x20) == 0, (value & 0x10) == 0);
            return;
        }
        if ((value & 0x30) == 0)
        {
            _counters[number].Latch(ticks, true, false);
            return;
        }
        _counters[number].SetMode(value);
        if (number != 0) return;
        interrupt(false);
        Schedule();
    }

    void Schedule()
    {
        var next = _counters[0].NextEdge(clock.Ticks(TicksPerSecond));
        Due = next == long.MaxValue ? long.MaxValue : GuestClock.CountAt(next, TicksPerSecond);
        moved();
    }

    sealed class Counter
    {
        int _mode, _access = 3, _reload, _latched = -1, _status = -1, _written;
        bool _running, _highNext, _writeHigh;
        long _start;

        int Period => _reload == 0 ? 0x10000 : _reload;

        bool IsPeriodic => _mode is 2 or 3;

        internal void SetMode(byte value)
        {
            _access = (value >> 4) & 3;
            _mode = (value >> 1) & 7;
            if (_mode > 5) _mode -= 4;
            (_running, _highNext, _writeHigh, _latched, _status) = (false, false, false, -1, -1);
        }

        internal void Restart(long ticks)
        {
            // A one-shot of the gate begins anew; the others go on from the start as well.
            _start = ticks;
        }

        internal void Write(byte value, long ticks)
        {
            if (_access == 3 && !_writeHigh)
            {
                _written = value;
                _writeHigh = true;
                if (_mode == 0) _running = false;
                return;
            }
            _reload = _access switch { 1 => value, 2 => value << 8, _ => _written | (value << 8) };
            _writeHigh = false;
            _start = ticks;
            _running = true;
        }

        internal bool Output(long ticks)
        {
            if (!_running) return _mode != 0;
            var elapsed = ticks - _start;
            return _mode switch
            {
                0 or 1 => elapsed >= Period,
                2 => elapsed % Period != Period - 1,
                3 => elapsed % Period < (Period + 1) / 2,
                _ => elapsed != Period,
            };
        }

        /// <summary>When the output next goes up.</summary>
        internal long NextEdge(long ticks)
        {
            if (!_running) return long.MaxValue;
            var elapsed = ticks - _start;
            if (IsPeriodic) return _start + (elapsed / Period + 1) * Period;
            return elapsed < Period ? _start + Period : long.MaxValue;
        }

        int Count(long ticks)
        {
            if (!_running) return _reload;
            var elapsed = ticks - _start;
            return _mode switch
            {
                2 => (int)(Period - elapsed % Period),
                3 => (int)(Period - 2 * elapsed % Period) & 0xFFFE,
                _ => (int)(Period - elapsed) & 0xFFFF,
            };
        }

        internal void Latch(long ticks, bool count, bool status)
        {
            if (count && _latched < 0) _latched = Count(ticks) & 0xFFFF;
            if (status && _status < 0) _status = (Output(ticks) ? 0x80 : 0) | (_running ? 0 : 0x40) | (_access << 4) | (_mode << 1);
        }

        internal byte Read(long ticks)
        {
            if (_status >= 0)
            {
                var status = (byte)_status;
                _status = -1;
                return status;
            }
            var count = _latched >= 0 ? _latched : Count(ticks) & 0xFFFF;
            if (_access == 3)
            {
                _highNext = !_highNext;
                if (_highNext) return (byte)count;
                _latched = -1;
                return (byte)(count >> 8);
            }
            _latched = -1;
            return (byte)(_access == 2 ? count >> 8 : count);
        }

        internal void Save(StateWriter to) => to.Add(_mode, _access, _reload, _latched, _status, _written, _running ? 1 : 0,
            _highNext ? 1 : 0, _writeHigh ? 1 : 0, _start);
    }
}
