using System.Buffers.Binary;
using System.Text;
using RemoteChain.Emulator.Devices.Video;

namespace RemoteChain.Emulator.Boot;

/// <summary>Starts a Linux kernel the way a boot loader does: the 32-bit boot protocol of the kernel's documentation (x86/boot.rst), without
/// firmware.</summary>
public static class LinuxBoot
{
    const int ParametersAt = 0x90000, CommandLineAt = 0x92000, CommandLineMax = 2047;
    const int SectorBytes = 512, HeaderAt = 0x1F1, HeaderEnd = 0x268;
    const ulong KernelAt = 0x100000;
    const uint Magic = 0x5372_6448;

    /// <summary>Puts kernel, initial file system and command line into a machine's RAM and its processor before the first
    /// instruction.</summary>
    /// <param name="machine">New, never run.</param>
    /// <param name="kernel">A bzImage with boot protocol 2.10 or later.</param>
    /// <param name="initialFiles">An archive that the kernel understands; may be empty.</param>
    /// <param name="commandLine">The kernel's parameters, ASCII.</param>
    /// <param name="unpacked">The ELF image that the kernel holds compressed, if the caller has unpacked it: saves the guest two thousand million
    /// instructions.</param>
    /// <exception cref="InvalidDataException">It is no such kernel, or does not fit; the message says which.</exception>
    public static void Load(Machine machine, ReadOnlySpan<byte> kernel, ReadOnlySpan<byte> initialFiles, string commandLine,
        ReadOnlySpan<byte> unpacked = default)
    {
        if (kernel.Length < 4 * SectorBytes || BinaryPrimitives.ReadUInt32LittleEndian(kernel[0x202..]) != Magic)
            throw new InvalidDataException("The kernel is no bzImage: the header's magic is missing.");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(kernel[0x206..]);
        if (version < 0x20A) throw new InvalidDataException($"The kernel speaks boot protocol {version >> 8}.{version & 255}; 2.10 is the least.");
        var setupSectors = kernel[HeaderAt] == 0 ? 4 : kernel[HeaderAt];
        var body = (setupSectors + 1) * SectorBytes;
        if (body >= kernel.Length) throw new InvalidDataException("The kernel ends inside its own setup code.");
        var text = Encoding.ASCII.GetBytes(commandLine);
        if (text.Length > CommandLineMax) throw new InvalidDataException($"The command line is longer than {CommandLineMax} bytes.");
        var memory = machine.Memory;
        var needed = Math.Max((ulong)(kernel.Length - body), BinaryPrimitives.ReadUInt32LittleEndian(kernel[0x260..]));
        var preferred = BinaryPrimitives.ReadUInt64LittleEndian(kernel[0x258..]);
        var filesAt = ((ulong)memory.Bytes - (ulong)initialFiles.Length) & ~0xFFFUL;
        if (initialFiles.Length > memory.Bytes || Math.Max(KernelAt, preferred) + needed > filesAt)
            throw new InvalidDataException($"Kernel and initial files do not fit into {memory.Bytes >> 20} MB of RAM.");
        kernel[body..].CopyTo(memory.Span(KernelAt, kernel.Length - body));
        initialFiles.CopyTo(memory.Span(filesAt, initialFiles.Length));
        text.CopyTo(memory.Span(CommandLineAt, text.Length));
        WriteParameters(memory, kernel, filesAt, initialFiles.Length);
        machine.Video.Begin(machine.Options.ScreenWidth, machine.Options.ScreenHeight);
        WriteScreen(memory.Span(ParametersAt, 64), machine.Options);
        FlatStart.Enter(machine, unpacked.IsEmpty ? (uint)KernelAt : LoadImage(memory, unpacked, filesAt), ParametersAt);
    }

    /// <summary>Puts the loadable parts of an ELF image where they want to be (System V ABI, chapter 5).</summary>
    /// <returns>Its entry.</returns>
    static uint LoadImage(PhysicalMemory memory, ReadOnlySpan<byte> image, ulong end)
    {
        const int header = 52, programHeader = 32;
        if (image.Length < header || !image.StartsWith("\u007FELF\u0001\u0001"u8)) throw new InvalidDataException("The unpacked kernel is no 32-bit ELF image.");
        var table = BinaryPrimitives.ReadUInt32LittleEndian(image[28..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[44..]);
        if (table + (ulong)count * programHeader > (ulong)image.Length) throw new InvalidDataException("The unpacked kernel ends inside its own headers.");
        for (var i = 0; i < count; i++)
        {
            var part = image.Slice((int)table + i * programHeader, programHeader);
            const uint load = 1;
            if (BinaryPrimitives.ReadUInt32LittleEndian(part) != load) continue;
            var from = BinaryPrimitives.ReadUInt32LittleEndian(part[4..]);
            ulong at = BinaryPrimitives.ReadUInt32LittleEndian(part[12..]);
            var bytes = BinaryPrimitives.ReadUInt32LittleEndian(part[16..]);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(part[20..]);
            if ((ulong)from + bytes > (ulong)image.Length || size < bytes || at < KernelAt || at + size > end)
                throw new InvalidDataException($"Part {i} of the unpacked kernel lies outside of the file or of RAM.");
            image.Slice((int)from, (int)bytes).CopyTo(memory.Span(at, (int)bytes));
            memory.Span(at + bytes, (int)(size - bytes)).Clear();
        }
        return BinaryPrimitives.ReadUInt32LittleEndian(image[24..]);
    }

    static void WriteParameters(PhysicalMemory memory, ReadOnlySpan<byte> kernel, ulong filesAt, int filesBytes)
    {
        var zeroPage = memory.Span(ParametersAt, 4096);
        var headerEnd = Math.Min(HeaderEnd, 0x202 + kernel[0x201]);
        kernel[HeaderAt..headerEnd].CopyTo(zeroPage[HeaderAt..]);
        zeroPage[0x210] = 0xFF;
        zeroPage[0x211] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(zeroPage[0x214..], (uint)KernelAt);
        BinaryPrimitives.WriteUInt32LittleEndian(zeroPage[0x218..], filesBytes == 0 ? 0 : (uint)filesAt);
        BinaryPrimitives.WriteUInt32LittleEndian(zeroPage[0x21C..], (uint)filesBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(zeroPage[0x228..], CommandLineAt);
        // The memory map as a firmware would tell it: conventional memory, its last kilobyte reserved, all above one megabyte.
        (ulong At, ulong Bytes, uint Kind)[] map =
            [(0, 0x9FC00, 1), (0x9FC00, 0x400, 2), (0xF0000, 0x10000, 2), (KernelAt, (ulong)memory.Bytes - KernelAt, 1)];
        zeroPage[0x1E8] = (byte)map.Length;
        for (var i = 0; i < map.Length; i++)
        {
            var entry = zeroPage[(0x2D0 + 20 * i)..];
            BinaryPrimitives.WriteUInt64LittleEndian(entry, map[i].At);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], map[i].Bytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], map[i].Kind);
        }
    }

    /// <summary>The frame buffer, as a boot loader that set a VESA mode tells of it (struct screen_info of the kernel's documentation): the kernel's
    /// own driver for such buffers then shows its console there.</summary>
    static void WriteScreen(Span<byte> screen, MachineOptions options)
    {
        const byte linear = 0x23, depth = 32;
        screen[0x0F] = linear;
        BinaryPrimitives.WriteUInt16LittleEndian(screen[0x12..], (ushort)options.ScreenWidth);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[0x14..], (ushort)options.ScreenHeight);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[0x16..], depth);
        BinaryPrimitives.WriteUInt32LittleEndian(screen[0x18..], VideoAdapter.MemoryAt);
        // In units of 64 KiB.
        BinaryPrimitives.WriteUInt32LittleEndian(screen[0x1C..], VideoAdapter.MemoryBytes >> 16);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[0x24..], (ushort)(options.ScreenWidth * depth / 8));
        // Size and position of red, green, blue and what is unused.
        ((ReadOnlySpan<byte>)[8, 16, 8, 8, 8, 0, 8, 24]).CopyTo(screen[0x26..]);
    }
}
