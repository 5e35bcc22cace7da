using System.Buffers.Binary;

namespace RemoteChain.Machines.EndToEnd;

/// <summary>The smallest file that a boot loader takes for a Linux kernel, with a few bytes of code of ours in place of one: guests that
/// misbehave.</summary>
static class TinyKernel
{
    const int SectorBytes = 512, SetupSectors = 4;

    /// <summary>Loads an empty interrupt table and breaks: a fault while a fault is handled.</summary>
    internal static byte[] TripleFault { get; } = Of(0x0F, 0x01, 0x1D, 0, 0, 0, 0, 0xCC);

    /// <summary>Interrupts off, halted.</summary>
    internal static byte[] HaltsForEver { get; } = Of(0xFA, 0xF4);

    /// <summary>Pulls the reset line.</summary>
    internal static byte[] RestartsItself { get; } = Of(0xB0, 0xFE, 0xE6, 0x64, 0xEB, 0xFE);

    /// <summary>Fills the whole screen with one colour after the other, without end.</summary>
    internal static byte[] FloodsTheDisplay { get; } =
        Of(0x40, 0xBF, 0, 0, 0, 0xE0, 0xB9, 0, 0, 0x0C, 0, 0xF3, 0xAB, 0xEB, 0xF1);

    /// <summary>Sends on its serial port without end.</summary>
    internal static byte[] FloodsItsSerialPort { get; } = Of(0x66, 0xBA, 0xF8, 0x03, 0xB0, 0x78, 0xEE, 0xEB, 0xFD);

    static byte[] Of(params byte[] code)
    {
        var file = new byte[(SetupSectors + 2) * SectorBytes];
        file[0x1F1] = SetupSectors;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x202), 0x5372_6448);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x206), 0x20F);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(0x258), 0x100000);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x260), 4096);
        code.CopyTo(file, (SetupSectors + 1) * SectorBytes);
        return file;
    }
}
