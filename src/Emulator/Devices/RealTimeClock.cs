namespace RemoteChain.Emulator.Devices;

/// <summary>MC146818 with its memory: the date that the machine began with, moved on by guest time. Alarms and periodic interrupts are not
/// there.</summary>
/// <param name="clock">Guest time.</param>
/// <param name="start">UTC at instruction 0.</param>
/// <param name="memoryBytes">RAM, for those who look for its size here.</param>
sealed class RealTimeClock(GuestClock clock, DateTime start, long memoryBytes) : IDevice
{
    internal static readonly ushort[] Ports = [0x70, 0x71];
    const int StatusA = 10, StatusB = 11, StatusC = 12, StatusD = 13, Century = 0x32;
    const int BinaryMode = 4;

    readonly byte[] _memory = Initial(memoryBytes);
    int _index;

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        if (port == 0x70) return 0xFF;
        var now = start.AddTicks(clock.Ticks(TimeSpan.TicksPerSecond));
        return _index switch
        {
            0 => Show(now.Second),
            2 => Show(now.Minute),
            4 => Show(now.Hour),
            6 => Show((int)now.DayOfWeek + 1),
            7 => Show(now.Day),
            8 => Show(now.Month),
            9 => Show(now.Year % 100),
            Century => Show(now.Year / 100),
            StatusC => 0,
            StatusD => 0x80,
            _ => _memory[_index],
        };
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        if (port == 0x70) _index = value & 0x7F;
        else _memory[_index] = value;
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.Add(_index);
        to.AddBytes(_memory);
    }

    byte Show(int value) => (byte)((_memory[StatusB] & BinaryMode) != 0 ? value : value / 10 * 16 + value % 10);

    static byte[] Initial(long bytes)
    {
        var memory = new byte[128];
        memory[StatusA] = 0x26;
        memory[StatusB] = 2;
        (memory[0x15], memory[0x16]) = (0x80, 2);
        var extended = (int)Math.Min(0xFFFF, (bytes >> 10) - 1024);
        (memory[0x17], memory[0x18]) = ((byte)extended, (byte)(extended >> 8));
        (memory[0x30], memory[0x31]) = ((byte)extended, (byte)(extended >> 8));
        var high = (int)Math.Min(0xFFFF, Math.Max(0, (bytes - (16 << 20)) >> 16));
        (memory[0x34], memory[0x35]) = ((byte)high, (byte)(high >> 8));
        return memory;
    }
}
