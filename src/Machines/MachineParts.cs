using RemoteChain.Emulator;
using RemoteChain.Emulator.Boot;
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
    /// <exception cref="InvalidDataException">A part is missing, or is not what it should be; the message says which.</exception>
    internal Machine Make(InputGate gate, Action<byte> serial)
    {
        Machine machine = new(new()
        {
            MemoryBytes = (long)start.MemoryMib << 20, Gate = gate, Serial = serial, Start = DateTime.UtcNow, ScreenWidth = start.Width,
            ScreenHeight = start.Height,
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
                throw new InvalidDataException("This version starts no firmware.");
        }
    }

    byte[]? Read(MachinePart part)
    {
        if (start.Parts.FirstOrDefault(known => known.Key == part).Value is not { } descriptor) return null;
        using var own = descriptor.Duplicate();
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = new(own.Detach(), ownsHandle: true);
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
