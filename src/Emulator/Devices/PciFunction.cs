using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices;

/// <summary>One function on the bus: its 256 configuration registers, of which only those can be written that a guest may write (PCI Local Bus
/// 2.2, chapter 6), and its base addresses.</summary>
sealed class PciFunction
{
    internal const int Command = 4, Status = 6, FirstBar = 0x10, InterruptLine = 0x3C, InterruptPin = 0x3D;
    internal const ushort PortsOn = 1, MemoryOn = 2, MasterOn = 4;
    const int BarsMax = 6;

    readonly byte[] _registers = new byte[256];
    readonly byte[] _writable = new byte[256];
    readonly Bar?[] _bars = new Bar?[BarsMax];

    internal PciFunction(ushort vendor, ushort device, uint type, byte header = 0)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_registers, vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(_registers.AsSpan(2), device);
        BinaryPrimitives.WriteUInt32LittleEndian(_registers.AsSpan(8), type << 8);
        _registers[14] = header;
        _registers[Command] = (byte)(PortsOn | MemoryOn | MasterOn);
        _writable[Command] = 7;
        _writable[Command + 1] = 4;
        _writable[InterruptLine] = 0xFF;
    }

    /// <summary>Told after a register of the function's own changed: its number.</summary>
    internal Action<int> Changed { get; set; } = _ => { };

    internal ReadOnlySpan<byte> Registers => _registers;

    internal bool IsMaster => (_registers[Command] & MasterOn) != 0;

    internal byte this[int register] => _registers[register];

    /// <summary>Puts bytes where no guest writes, or lets it write them.</summary>
    internal void Set(int register, ReadOnlySpan<byte> bytes, byte writable = 0)
    {
        bytes.CopyTo(_registers.AsSpan(register));
        _writable.AsSpan(register, bytes.Length).Fill(writable);
    }

    /// <summary>Its interrupt, as pin A at a line that firmware would have chosen.</summary>
    internal void SetInterrupt(int line)
    {
        _registers[InterruptPin] = 1;
        _registers[InterruptLine] = (byte)line;
    }

    /// <summary>A base address.</summary>
    /// <param name="number">0 to 5.</param>
    /// <param name="bytes">A power of two.</param>
    /// <param name="flags">Its lowest bits: 1 = ports, 8 = prefetchable memory.</param>
    /// <param name="at">Where firmware would have put it; 0 = nowhere.</param>
    /// <param name="moved">Told where it is now; null = switched off.</param>
    internal void SetBar(int number, uint bytes, byte flags, uint at, Action<uint?> moved)
    {
        _bars[number] = new(bytes, flags, moved);
        BinaryPrimitives.WriteUInt32LittleEndian(_registers.AsSpan(FirstBar + 4 * number), at | flags);
        Place(number);
    }

    internal void Write(int register, byte value)
    {
        var bar = (register - FirstBar) >> 2;
        if (register >= FirstBar && bar < BarsMax)
        {
            if (_bars[bar] is { } there) WriteBar(bar, there, register & 3, value);
            return;
        }
        _registers[register] = (byte)((_registers[register] & ~_writable[register]) | (value & _writable[register]));
        if (register is Command) PlaceAll();
        if (_writable[register] != 0) Changed(register);
    }

    void WriteBar(int number, Bar bar, int position, byte value)
    {
        _registers[FirstBar + 4 * number + position] = value;
        var at = _registers.AsSpan(FirstBar + 4 * number);
        BinaryPrimitives.WriteUInt32LittleEndian(at, (BinaryPrimitives.ReadUInt32LittleEndian(at) & ~(bar.Bytes - 1)) | bar.Flags);
        // A guest writes an address whole; in between it lies nowhere that matters.
        if (position == 3) Place(number);
    }

    void PlaceAll()
    {
        for (var i = 0; i < BarsMax; i++) Place(i);
    }

    void Place(int number)
    {
        if (_bars[number] is not { } bar) return;
        var address = BinaryPrimitives.ReadUInt32LittleEndian(_registers.AsSpan(FirstBar + 4 * number)) & ~(bar.Bytes - 1);
        var on = (_registers[Command] & ((bar.Flags & 1) != 0 ? PortsOn : MemoryOn)) != 0 && address != 0;
        uint? now = on ? address : null;
        if (now == bar.Now) return;
        bar.Now = now;
        bar.Moved(now);
    }

    internal void Save(StateWriter to) => to.AddBytes(_registers);

    sealed class Bar(uint bytes, byte flags, Action<uint?> moved)
    {
        internal uint Bytes => bytes;

        internal byte Flags => flags;

        internal Action<uint?> Moved => moved;

        internal uint? Now { get; set; }
    }
}
