using Microsoft.Win32.SafeHandles;
using RemoteChain.Emulator;
using RemoteChain.Emulator.Boot;
using RemoteChain.Emulator.Devices.Disks;
using RemoteChain.Emulator.Guests;
using RemoteChain.Surface.Control;

namespace RemoteChain.Machines;

/// <summary>Puts a machine together from what the node has handed over. Files are foreign: whatever is wrong with one comes out as
/// <see cref="InvalidDataException"/>.</summary>
/// <param name="start">What the machine is made of; stays the caller's.</param>
sealed class MachineParts(StartMachine start)
{
    /// <summary>Largest file that is read into memory as a whole.</summary>
    const long FileBytesMax = 256L << 20;

    /// <summary>A machine at its first instruction.</summary>
    /// <param name="gate">Where its input comes from.</param>
    /// <param name="serial">Gets what it sends on its serial port.</param>
    /// <param name="network">Gets the frames that it sends; null = it has no card.</param>
    /// <exception cref="InvalidDataException">A part is missing, or is not what it should be; the message says which.</exception>
    internal Machine Make(InputGate gate, Action<byte> serial, Action<ReadOnlyMemory<byte>>? network)
    {
        Machine machine = new(new()
        {
            MemoryBytes = (long)start.MemoryMib << 20, Gate = gate, Serial = serial, Start = DateTime.UtcNow, ScreenWidth = start.Width,
            ScreenHeight = start.Height, Disks = Disks(), Network = network,
        });
        try
        {
            Load(machine);
            return machine;
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    /// <summary>Where its network asks the node; null when it has none. The caller's.</summary>
    internal ControlSocket? Network() =>
        start.Parts.FirstOrDefault(known => known.Key == MachinePart.Network).Value is { } socket ? new(socket.Duplicate()) : null;

    void Load(Machine machine)
    {
        switch (start.Boot)
        {
            case MachineBoot.Echo:
                EchoDesktop.Load(machine);
                break;
            case MachineBoot.Linux:
                var kernel = Read(MachinePart.Kernel) ?? throw new InvalidDataException("There is no kernel.");
                LinuxBoot.Load(machine, kernel, Read(MachinePart.InitialFiles), start.CommandLine, Read(MachinePart.UnpackedKernel));
                break;
            default:
                var firmware = Read(MachinePart.Firmware) ?? throw new InvalidDataException("There is no firmware.");
                FirmwareBoot.Load(machine, firmware, Read(MachinePart.DisplayFirmware), Has(MachinePart.Cd) ? [BootDevice.Cd, BootDevice.Disk] : [BootDevice.Disk]);
                break;
        }
    }

    /// <summary>The disk with what the machine changes of it, and the CD. Both belong to the machine.</summary>
    List<MachineDisk> Disks()
    {
        List<MachineDisk> disks = [];
        if (Open(MachinePart.Disk) is { } disk)
        {
            var overlay = Open(MachinePart.Overlay) ?? throw new InvalidDataException("There is no place for what the machine changes of its disk.");
            disks.Add(new(OverlayDisk.Open(new FileDisk(disk, isReadOnly: true), overlay)));
        }
        if (Open(MachinePart.Cd) is { } cd) disks.Add(new(new FileDisk(cd, isReadOnly: true), IsCd: true));
        return disks;
    }

    bool Has(MachinePart part) => start.Parts.Any(known => known.Key == part);

    SafeFileHandle? Open(MachinePart part)
    {
        if (start.Parts.FirstOrDefault(known => known.Key == part).Value is not { } descriptor) return null;
        using var own = descriptor.Duplicate();
        return new(own.Detach(), ownsHandle: true);
    }

    byte[]? Read(MachinePart part)
    {
        using var file = Open(part);
        if (file is null) return null;
        var length = RandomAccess.GetLength(file);
        if (length > FileBytesMax) throw new InvalidDataException($"A file of {length >> 20} MiB is too large: {FileBytesMax >> 20} MiB are the most.");
        var bytes = new byte[length];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), done);
            if (read <= 0) throw new InvalidDataException("A file became shorter while it was read.");
            done += read;
        }
        return bytes;
    }
}
