namespace RemoteChain.Emulator.Boot;

/// <summary>What firmware boots from.</summary>
public enum BootDevice
{
    /// <summary>The first hard disk.</summary>
    Disk = 2,

    /// <summary>The first CD.</summary>
    Cd = 3,
}

/// <summary>Starts a machine with firmware (SeaBIOS and its VGA BIOS), which starts what is on a disk or a CD.</summary>
public static class FirmwareBoot
{
    /// <summary>Sizes that firmware may have: it fills the end of the address space in powers of two.</summary>
    public const int BytesMin = 64 << 10, BytesMax = 1 << 20;
    const int LowBytes = 128 << 10;
    const ulong End = 1UL << 32;

    /// <summary>Puts firmware where a processor begins.</summary>
    /// <param name="machine">New, never run.</param>
    /// <param name="firmware">The whole image, such as bios-256k.bin.</param>
    /// <param name="videoFirmware">That of the graphics adapter, such as vgabios-stdvga.bin; without it the firmware shows nothing.</param>
    /// <param name="from">What to try, in this order; one to three.</param>
    /// <exception cref="InvalidDataException">The image has no possible size.</exception>
    public static void Load(Machine machine, ReadOnlySpan<byte> firmware, ReadOnlySpan<byte> videoFirmware, params ReadOnlySpan<BootDevice> from)
    {
        if (firmware.Length is < BytesMin or > BytesMax || !int.IsPow2(firmware.Length))
            throw new InvalidDataException($"Firmware of {firmware.Length} bytes: it has a power of two between {BytesMin} and {BytesMax}.");
        machine.AddFirmware(firmware, End - (ulong)firmware.Length);
        var low = Math.Min(LowBytes, firmware.Length);
        firmware[^low..].CopyTo(machine.Memory.Span(PhysicalMemory.ShadowEnd - (ulong)low, low));
        if (videoFirmware.Length > 0) machine.Firmware.Add("vgaroms/vgabios.bin", videoFirmware.ToArray());
        var order = 0;
        for (var i = 0; i < from.Length; i++) order |= (int)from[i] << (4 * i);
        machine.Clock.SetBootOrder(order);
    }
}
