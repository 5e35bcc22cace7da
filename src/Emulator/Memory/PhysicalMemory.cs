using RemoteChain.Emulator.Native;
using RemoteChain.Surface;

namespace RemoteChain.Emulator.Memory;

/// <summary>A guest's RAM: a memory file, so that a snapshot can share it, and what lies at physical addresses where no RAM is.</summary>
public sealed unsafe class PhysicalMemory : IDisposable
{
    /// <summary>Pages are 4 KiB everywhere in this machine.</summary>
    public const int PageBytes = 4096;

    /// <summary>The least and the most RAM that a machine may have.</summary>
    public const long BytesMin = 4 << 20, BytesMax = 3L << 30;

    /// <summary>Where RAM is interrupted for video memory (IBM PC).</summary>
    const ulong HoleStart = 0xA0000, HoleEnd = 0xC0000;

    /// <summary>Where firmware lies in RAM and may be made read-only, in blocks (i440FX data sheet, PAM registers).</summary>
    internal const ulong ShadowStart = 0xC0000, ShadowEnd = 0x100000, ShadowBlock = 0x4000;

    readonly DescriptorHandle _file;
    readonly byte[] _hasCode;
    readonly List<MemoryWindow> _windows = [];

    /// <summary>Makes RAM of so many bytes, all zero; pages cost host memory once they are written.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside <see cref="BytesMin"/> to <see cref="BytesMax"/>, or not whole pages.</exception>
    /// <exception cref="IOException">The host has no room.</exception>
    public PhysicalMemory(long bytes)
    {
        if (bytes is < BytesMin or > BytesMax || bytes % PageBytes != 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), $"RAM of {bytes} bytes: it must be whole pages from {BytesMin} to {BytesMax} bytes.");
        Bytes = bytes;
        var descriptor = SysMman.memfd_create("guest-ram", SysMman.MFD_CLOEXEC);
        if (descriptor < 0) throw new IOException("No memory file for the guest's RAM.");
        _file = new(descriptor);
        if (SysMman.ftruncate(descriptor, bytes) != 0) throw new IOException($"No room for {bytes} bytes of guest RAM.");
        // SAFETY: a new mapping over the whole file, which nobody shortens; unmapped in Dispose.
        Start = (byte*)SysMman.mmap(null, (nuint)bytes, SysMman.PROT_READ | SysMman.PROT_WRITE, SysMman.MAP_SHARED, descriptor, 0);
        if ((nint)Start == -1) throw new IOException($"No address space for {bytes} bytes of guest RAM.");
        _hasCode = new byte[bytes / PageBytes];
    }

    /// <summary>Bytes of RAM.</summary>
    public long Bytes { get; }

    internal byte* Start { get; }

    /// <summary>A part of RAM, for loaders and for looking at it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not all of it is RAM.</exception>
    public Span<byte> Span(ulong address, int length)
    {
        if (length < 0 || address > (ulong)Bytes || (ulong)length > (ulong)Bytes - address)
            throw new ArgumentOutOfRangeException(nameof(address), $"{length} bytes at {address:x} are not all in RAM of {Bytes} bytes.");
        // SAFETY: checked above against the mapping.
        return new(Start + address, length);
    }

    /// <summary>Bit n = block n of the firmware's region takes no writes.</summary>
    internal uint ReadOnlyBlocks { get; set; }

    /// <summary>True when all of a page is RAM.</summary>
    internal bool IsRam(ulong address) => address < (ulong)Bytes && address - HoleStart >= HoleEnd - HoleStart;

    /// <summary>Memory beside RAM: firmware, video memory.</summary>
    internal void Add(MemoryWindow window) => _windows.Add(window);

    /// <summary>Where a page's bytes are, to the page's end; null where a device or nothing answers, and for writes to what is
    /// read-only.</summary>
    /// <param name="address">Physical.</param>
    /// <param name="write">It will be written to: video memory remembers that.</param>
    internal byte* Host(ulong address, bool write)
    {
        if (IsRam(address)) return write && IsReadOnly(address) ? null : Start + address;
        foreach (var window in _windows)
            if (address - window.At < window.Bytes) return window.Host(address - window.At, write);
        return null;
    }

    /// <summary>Likewise for instructions: RAM and firmware, never video memory, whose changes nobody watches for code.</summary>
    internal byte* HostOfCode(ulong address)
    {
        if (IsRam(address)) return Start + address;
        foreach (var window in _windows)
            if (!window.IsWritable && address - window.At < window.Bytes) return window.Host(address - window.At, write: false);
        return null;
    }

    bool IsReadOnly(ulong address) => ReadOnlyBlocks != 0 && address - ShadowStart < ShadowEnd - ShadowStart
        && (ReadOnlyBlocks >> (int)((address - ShadowStart) / ShadowBlock) & 1) != 0;

    /// <summary>A word of RAM, or all ones where nothing answers.</summary>
    internal uint Read32(ulong address) => IsRam(address) && address + 3 < (ulong)Bytes ? *(uint*)(Start + address) : uint.MaxValue;

    internal ulong Read64(ulong address) => Read32(address) | ((ulong)Read32(address + 4) << 32);

    internal void Write64(ulong address, ulong value)
    {
        Write32(address, (uint)value);
        Write32(address + 4, (uint)(value >> 32));
    }

    /// <summary>Changes a page table entry in RAM.</summary>
    internal void Write32(ulong address, uint value)
    {
        if (IsRam(address) && address + 3 < (ulong)Bytes) *(uint*)(Start + address) = value;
    }

    /// <summary>A page has decoded code: its next write must be noticed.</summary>
    internal bool HasCode(ulong address) => address < (ulong)Bytes && _hasCode[address / PageBytes] != 0;

    internal void SetCode(ulong address, bool has)
    {
        if (address < (ulong)Bytes) _hasCode[address / PageBytes] = (byte)(has ? 1 : 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SysMman.munmap(Start, (nuint)Bytes);
        _file.Dispose();
    }
}
