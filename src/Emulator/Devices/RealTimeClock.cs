namespace RemoteChain.Emulator.Devices;

/// <summary>MC146818 with its memory (Motorola data sheet): the date that the machine began with, moved on by guest time; periodic, alarm and update
/// interrupts.</summary>
sealed class RealTimeClock : IDevice
{
    internal static readonly ushort[] Ports = [0x70, 0x71];
    const int SecondsAlarm = 1, MinutesAlarm = 3, HoursAlarm = 5, StatusA = 10, StatusB = 11, StatusC = 12, StatusD = 13, Century = 0x32;
    const int TwentyFour = 2, Binary = 4, UpdateOn = 0x10, AlarmOn = 0x20, PeriodicOn = 0x40, Stopped = 0x80, Any = 0x80;
    const long BaseTicks = 32768;

    // An update shows 244 microseconds before the second.
    const long UpdateTicks = 8;

    readonly GuestClock _clock;
    readonly Action<bool> _line;
    readonly Action _moved;
    readonly byte[] _memory;
    DateTime _zero;
    long _periodAt, _secondAt;
    byte _flags;
    int _index;

    /// <param name="clock">Guest time.</param>
    /// <param name="start">UTC at instruction 0.</param>
    /// <param name="memoryBytes">RAM, for those who look for its size here.</param>
    /// <param name="line">Line 8.</param>
    /// <param name="moved">Told when <see cref="Due"/> changes.</param>
    internal RealTimeClock(GuestClock clock, DateTime start, long memoryBytes, Action<bool> line, Action moved)
    {
        (_clock, _zero, _line, _moved, _memory) = (clock, start, line, moved, Initial(memoryBytes));
    }

    /// <inheritdoc/>
    public long Due { get; private set; } = long.MaxValue;

    DateTime Now => _zero.AddTicks(_clock.Ticks(TimeSpan.TicksPerSecond));

    /// <summary>What firmware boots from: 1 floppy, 2 disk, 3 CD; the first choice in the lowest four bits.</summary>
    internal void SetBootOrder(int order)
    {
        (_memory[0x3D], _memory[0x38]) = ((byte)order, (byte)((order >> 4) & 0xF0));
    }

    /// <inheritdoc/>
    public void Fire(long now)
    {
        if (now >= _periodAt && IsOn(PeriodicOn)) _flags |= PeriodicOn;
        if (now >= _secondAt)
        {
            _flags |= UpdateOn;
            if (IsAlarm()) _flags |= AlarmOn;
        }
        Raise();
        Schedule();
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        if (port == 0x70) return 0xFF;
        switch (_index)
        {
            case 0: return Show(Now.Second);
            case 2: return Show(Now.Minute);
            case 4: return ShowHour(Now.Hour);
            case 6: return (byte)((int)Now.DayOfWeek + 1);
            case 7: return Show(Now.Day);
            case 8: return Show(Now.Month);
            case 9: return Show(Now.Year % 100);
            case Century: return Show(Now.Year / 100);
            case StatusA: return (byte)(_memory[StatusA] | (IsUpdating ? 0x80 : 0));
            case StatusC:
                var flags = _flags;
                _flags = 0;
                _line(false);
                Schedule();
                return flags;
            case StatusD: return 0x80;
            default: return _memory[_index];
        }
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        if (port == 0x70)
        {
            _index = value & 0x7F;
            return;
        }
        switch (_index)
        {
            case 0 or 2 or 4 or 7 or 8 or 9 or Century: SetPart(value); break;
            case StatusA: _memory[StatusA] = (byte)(value & 0x7F); break;
            case StatusC or StatusD: return;
            default: _memory[_index] = value; break;
        }
        if (_index is StatusA or StatusB or SecondsAlarm or MinutesAlarm or HoursAlarm) Schedule();
    }

    bool IsUpdating => _clock.Ticks(BaseTicks) % BaseTicks >= BaseTicks - UpdateTicks && (_memory[StatusB] & Stopped) == 0;

    bool IsOn(int interrupt) => (_memory[StatusB] & interrupt) != 0;

    /// <summary>A part of the date is set; an impossible date keeps the day that it had.</summary>
    void SetPart(byte value)
    {
        var now = Now;
        var number = IsOn(Binary) ? value : (value >> 4) * 10 + (value & 15);
        var changed = _index switch
        {
            0 => now.AddSeconds(number - now.Second),
            2 => now.AddMinutes(number - now.Minute),
            4 => now.AddHours(Hour(value) - now.Hour),
            7 => now.AddDays(number - now.Day),
            8 => now.AddMonths(number - now.Month),
            9 => WithYear(now, now.Year / 100 * 100 + number),
            _ => WithYear(now, number * 100 + now.Year % 100),
        };
        _zero += changed - now;
    }

    static DateTime WithYear(DateTime now, int year) => year is >= 1900 and < 2200 ? now.AddYears(year - now.Year) : now;

    int Hour(byte value)
    {
        var afternoon = !IsOn(TwentyFour) && (value & 0x80) != 0;
        var hour = value & 0x7F;
        if (!IsOn(Binary)) hour = (hour >> 4) * 10 + (hour & 15);
        if (IsOn(TwentyFour)) return hour;
        return hour % 12 + (afternoon ? 12 : 0);
    }

    byte ShowHour(int hour)
    {
        if (IsOn(TwentyFour)) return Show(hour);
        return (byte)(Show(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? 0x80 : 0));
    }

    byte Show(int value) => (byte)(IsOn(Binary) ? value : value / 10 * 16 + value % 10);

    bool IsAlarm()
    {
        var now = Now;
        return Matches(SecondsAlarm, Show(now.Second)) && Matches(MinutesAlarm, Show(now.Minute)) && Matches(HoursAlarm, ShowHour(now.Hour));
    }

    bool Matches(int register, byte now) => (_memory[register] & 0xC0) == 0xC0 || _memory[register] == now;

    void Raise()
    {
        if ((_flags & _memory[StatusB] & (PeriodicOn | AlarmOn | UpdateOn)) == 0) return;
        _flags |= Any;
        _line(true);
    }

    /// <summary>Nothing fires while its flag still waits to be read, or nobody wants it.</summary>
    void Schedule()
    {
        var ticks = _clock.Ticks(BaseTicks);
        var rate = _memory[StatusA] & 15;
        // The two fastest rates are two slower ones, as in the data sheet's table.
        var period = rate == 0 ? 0 : 1L << (rate <= 2 ? rate + 6 : rate - 1);
        _periodAt = IsOn(PeriodicOn) && period > 0 && (_flags & PeriodicOn) == 0
            ? GuestClock.CountAt((ticks / period + 1) * period, BaseTicks) : long.MaxValue;
        _secondAt = IsOn(UpdateOn | AlarmOn) && !IsOn(Stopped)
            ? GuestClock.CountAt((ticks / BaseTicks + 1) * BaseTicks, BaseTicks) : long.MaxValue;
        var due = Math.Min(_periodAt, _secondAt);
        if (due == Due) return;
        Due = due;
        _moved();
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.Add(_index, _flags, _zero.Ticks, Due, _periodAt, _secondAt);
        to.AddBytes(_memory);
    }

    static byte[] Initial(long bytes)
    {
        var memory = new byte[128];
        memory[StatusA] = 0x26;
        memory[StatusB] = TwentyFour;
        (memory[0x15], memory[0x16]) = (0x80, 2);
        var extended = (int)Math.Min(0xFFFF, (bytes >> 10) - 1024);
        (memory[0x17], memory[0x18]) = ((byte)extended, (byte)(extended >> 8));
        (memory[0x30], memory[0x31]) = ((byte)extended, (byte)(extended >> 8));
        var high = (int)Math.Min(0xFFFF, Math.Max(0, (bytes - (16 << 20)) >> 16));
        (memory[0x34], memory[0x35]) = ((byte)high, (byte)(high >> 8));
        return memory;
    }
}
