using System.Text;
using RemoteChain.Emulator.Boot;

namespace RemoteChain.Emulator.Tests.Guests;

/// <summary>What SeaBIOS, as Debian packages it, starts from a disk or a CD, and its text screen.</summary>
sealed class FirmwareGuest : IDisposable
{
    internal const string Firmware = "firmware/bios-256k.bin", DisplayFirmware = "firmware/vgabios-stdvga.bin";

    const long Step = 10_000_000;

    /// <summary>Eight milliseconds between what a key sends: more than firmware needs to fetch it.</summary>
    const long KeyStep = 2_000_000;

    const byte Released = 0x80;

    /// <summary>The unshifted keys of a US keyboard by their codes in set 1.</summary>
    const string Keys = "\0\u001b1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";

    readonly InputGate _gate = new();
    readonly StringBuilder _log = new();

    internal FirmwareGuest(MachineDisk disk, long memoryBytes)
    {
        Machine = new(new() { MemoryBytes = memoryBytes, Gate = _gate, FirmwareLog = value => _log.Append((char)value), Disks = [disk] });
        FirmwareBoot.Load(Machine, GuestFolder.Read(Firmware), GuestFolder.Read(DisplayFirmware), disk.IsCd ? BootDevice.Cd : BootDevice.Disk);
    }

    internal Machine Machine { get; }

    /// <summary>What the firmware said while it started.</summary>
    internal string Log => _log.ToString();

    /// <summary>The characters of the text screen, from plane 0.</summary>
    internal string Text
    {
        get
        {
            const int columns = 80, rows = 25, planes = 4;
            StringBuilder text = new();
            for (var cell = 0; cell < columns * rows; cell++)
            {
                if (cell % columns == 0) text.AppendLine();
                var character = Machine.Video.Memory.Span[cell * planes];
                text.Append(character is >= 32 and < 127 ? (char)character : ' ');
            }
            return text.ToString();
        }
    }

    /// <summary>Runs until its screen shows that.</summary>
    /// <returns>False when it has not within so many instructions, or cannot go on.</returns>
    internal bool RunUntil(string part, long instructionsMax)
    {
        for (var until = Machine.Count + instructionsMax; Machine.Count < until;)
        {
            if (Machine.Run(Machine.Count + Step) != MachineStop.Count) return false;
            if (Text.Contains(part, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    /// <summary>Presses keys as a person does: one after the other.</summary>
    internal void Type(string text)
    {
        foreach (var letter in text)
        {
            var code = Keys.IndexOf(letter, StringComparison.Ordinal);
            foreach (var sent in (int[])[code, code | Released])
            {
                if (code < 1 || !_gate.TryPost(InputKind.Key, sent)) throw new ArgumentException($"no key for '{letter}'", nameof(text));
                Machine.Run(Machine.Count + KeyStep);
            }
        }
    }

    public void Dispose() => Machine.Dispose();
}
