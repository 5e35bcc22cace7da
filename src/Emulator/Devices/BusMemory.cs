using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices;

/// <summary>RAM as devices reach it without the processor. Addresses come from the guest: what is not RAM is refused.</summary>
sealed class BusMemory(PhysicalMemory memory, Mmu mmu)
{
    internal bool TryRead(ulong address, Span<byte> to)
    {
        if (!IsRam(address, to.Length)) return false;
        memory.Span(address, to.Length).CopyTo(to);
        return true;
    }

    internal bool TryWrite(ulong address, ReadOnlySpan<byte> from)
    {
        if (!IsRam(address, from.Length)) return false;
        from.CopyTo(memory.Span(address, from.Length));
        mmu.WrittenByDevice(address, from.Length);
        return true;
    }

    /// <summary>A number of the guest's; 0 where there is no RAM.</summary>
    internal ulong ReadNumber(ulong address, int bytes)
    {
        Span<byte> value = stackalloc byte[8];
        value.Clear();
        TryRead(address, value[..bytes]);
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    internal void WriteNumber(ulong address, int bytes, ulong number)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(value, number);
        TryWrite(address, value[..bytes]);
    }

    bool IsRam(ulong address, int length) => address <= (ulong)memory.Bytes && (ulong)length <= (ulong)memory.Bytes - address;
}
