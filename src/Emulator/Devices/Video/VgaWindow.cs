using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices.Video;

/// <summary>The addresses A0000 to BFFFF, through which a VGA's four planes are reached (IBM VGA technical reference). A byte of plane n at offset
/// o lies in video memory at 4 o + n.</summary>
sealed class VgaWindow(VgaRegisters vga, VbeRegisters vbe, MemoryWindow memory) : IMappedRange
{
    const int ChainFour = 8, OddEven = 0x10, Kilobytes64 = 0x10000, Kilobytes32 = 0x8000;
    const int SetReset = 0, EnableSetReset = 1, ColourCompare = 2, Rotate = 3, ReadPlane = 4, Mode = 5, Map = 6, Ignore = 7, BitMask = 8;

    uint _latch;

    /// <inheritdoc/>
    public ulong Start => 0xA0000;

    /// <inheritdoc/>
    public ulong Bytes => 0x20000;

    /// <inheritdoc/>
    public uint Read(ulong offset, int bytes)
    {
        uint value = 0;
        for (var i = 0; i < bytes; i++) value |= (uint)ReadByte((int)offset + i) << (8 * i);
        return value;
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int bytes, uint value)
    {
        for (var i = 0; i < bytes; i++) WriteByte((int)offset + i, (byte)(value >> (8 * i)));
    }

    byte ReadByte(int offset)
    {
        var at = Place(offset);
        if (at < 0) return 0xFF;
        if ((vga.Sequencer[4] & ChainFour) != 0) return Get(at);
        if ((vga.Graphics[Mode] & OddEven) != 0) return Get(((at & ~1) << 1) | (vga.Graphics[ReadPlane] & 2) | (at & 1));
        if ((long)at * 4 + 4 > (long)memory.Bytes) return 0xFF;
        _latch = BinaryPrimitives.ReadUInt32LittleEndian(memory.Span[(at * 4)..]);
        if ((vga.Graphics[Mode] & 8) == 0) return (byte)(_latch >> (8 * (vga.Graphics[ReadPlane] & 3)));
        // Bits are set where all planes that count have the wanted colour.
        var different = (_latch ^ Spread(vga.Graphics[ColourCompare])) & Spread(vga.Graphics[Ignore]);
        different |= different >> 16;
        return (byte)~(different | (different >> 8));
    }

    void WriteByte(int offset, byte value)
    {
        var at = Place(offset);
        if (at < 0) return;
        var planes = vga.Sequencer[2];
        if ((vga.Sequencer[4] & ChainFour) != 0)
        {
            if ((planes >> (at & 3) & 1) != 0) Put(at, value);
        }
        else if ((vga.Graphics[Mode] & OddEven) != 0)
        {
            var plane = (vga.Graphics[ReadPlane] & 2) | (at & 1);
            if ((planes >> plane & 1) != 0) Put(((at & ~1) << 1) | plane, value);
        }
        else if ((long)at * 4 + 4 <= (long)memory.Bytes)
        {
            WritePlanes(at, value, Spread(planes));
        }
    }

    void WritePlanes(int at, byte value, uint planes)
    {
        var mode = vga.Graphics[Mode] & 3;
        var bits = vga.Graphics[BitMask];
        var rotate = vga.Graphics[Rotate] & 7;
        var rotated = (byte)((value >> rotate) | (value << (8 - rotate)));
        uint colour;
        switch (mode)
        {
            case 0:
                var fixedPlanes = Spread(vga.Graphics[EnableSetReset]);
                colour = (Everywhere(rotated) & ~fixedPlanes) | (Spread(vga.Graphics[SetReset]) & fixedPlanes);
                break;
            case 1:
                Put32(at, _latch, planes);
                return;
            case 2:
                colour = Spread(value);
                break;
            default:
                bits &= rotated;
                colour = Spread(vga.Graphics[SetReset]);
                break;
        }
        colour = ((vga.Graphics[Rotate] >> 3) & 3) switch { 0 => colour, 1 => colour & _latch, 2 => colour | _latch, _ => colour ^ _latch };
        var mask = Everywhere(bits);
        Put32(at, (colour & mask) | (_latch & ~mask), planes);
    }

    /// <summary>Where an offset of the window leads: -1 = nowhere.</summary>
    int Place(int offset)
    {
        switch ((vga.Graphics[Map] >> 2) & 3)
        {
            case 0: return offset;
            case 1: return offset < Kilobytes64 ? offset + vbe.WindowStart : -1;
            case 2: return offset - Kilobytes64 is >= 0 and < Kilobytes32 ? offset - Kilobytes64 : -1;
            default: return offset - Kilobytes64 - Kilobytes32 is >= 0 and < Kilobytes32 ? offset - Kilobytes64 - Kilobytes32 : -1;
        }
    }

    byte Get(int at) => at < (int)memory.Bytes ? memory.Span[at] : (byte)0xFF;

    void Put(int at, byte value)
    {
        if (at >= (int)memory.Bytes) return;
        memory.Span[at] = value;
        memory.MarkChanged(at / PhysicalMemory.PageBytes);
    }

    void Put32(int at, uint value, uint planes)
    {
        var to = memory.Span[(at * 4)..];
        BinaryPrimitives.WriteUInt32LittleEndian(to, (BinaryPrimitives.ReadUInt32LittleEndian(to) & ~planes) | (value & planes));
        memory.MarkChanged(at * 4 / PhysicalMemory.PageBytes);
    }

    /// <summary>Bit n fills byte n.</summary>
    static uint Spread(int bits) => ((bits & 1) != 0 ? 0xFFu : 0) | ((bits & 2) != 0 ? 0xFF00u : 0) | ((bits & 4) != 0 ? 0xFF0000u : 0)
        | ((bits & 8) != 0 ? 0xFF000000u : 0);

    static uint Everywhere(byte value) => value * 0x01010101u;

    internal void Save(StateWriter to) => to.Add(_latch);
}
