using System.Text;
using RemoteChain.Emulator.Boot;

namespace RemoteChain.Emulator.Tests.Guests;

/// <summary>Debian's unmodified i686 kernel with a busybox file system, and what it says on its serial port.</summary>
sealed class LinuxGuest : IDisposable
{
    /// <summary>An init that shows a shell on the serial port.</summary>
    internal const string Shell = "busybox --install -s /bin\nexec setsid cttyhack sh\n";

    const long Step = 10_000_000;

    readonly StringBuilder _said = new();

    /// <param name="init">What runs first, behind a line that mounts /proc.</param>
    /// <param name="options">What else the machine is made of.</param>
    /// <param name="more">Puts more files into its first file system.</param>
    internal LinuxGuest(string init, MachineOptions options, Action<CpioArchive>? more = null)
    {
        Machine = new(options with { Serial = value => _said.Append((char)value) });
        var files = new CpioArchive().AddFolder("bin").AddFolder("dev").AddFolder("proc").AddTerminal("dev/console", 5, 1)
            .AddProgram("bin/busybox", GuestFolder.Read("busybox")).AddLink("bin/sh", "busybox")
            .AddProgram("init", Encoding.ASCII.GetBytes("#!/bin/sh\nbusybox mount -t proc proc /proc\n" + init));
        more?.Invoke(files);
        LinuxBoot.Load(Machine, GuestFolder.Read("vmlinuz"), files.ToArray(), "console=ttyS0 cryptomgr.notests tsc=reliable rdinit=/init quiet", GuestFolder.Read("vmlinux"));
    }

    internal Machine Machine { get; }

    /// <summary>All that came over its serial port.</summary>
    internal string Said => _said.ToString();

    /// <summary>Runs until it has said that.</summary>
    /// <returns>False when it has not within so many instructions, or cannot go on.</returns>
    internal bool RunUntil(string part, long instructionsMax)
    {
        for (long from = 0, until = Machine.Count + instructionsMax; Machine.Count < until;)
        {
            if (Machine.Run(Machine.Count + Step) != MachineStop.Count) return false;
            var text = _said.ToString((int)from, _said.Length - (int)from);
            if (text.Contains(part, StringComparison.Ordinal)) return true;
            from = Math.Max(0, _said.Length - part.Length);
        }
        return false;
    }

    public void Dispose() => Machine.Dispose();
}
