using System.Diagnostics;
using System.Text;
using RemoteChain.Emulator.Boot;
using Xunit.Abstractions;

namespace RemoteChain.Emulator.Tests;

/// <summary>Debian's unmodified i686 kernel with a busybox file system, from the first instruction to an answer at the prompt; recorded, then
/// replayed.</summary>
public sealed class LinuxBootTests(ITestOutputHelper output)
{
    const long InstructionsMax = 900_000_000, Step = 50_000_000;
    const string Typed = "uname -a; echo $((6*7))$((6*7))\n";

    [GuestFact]
    public void Debian_ToAShellThatAnswers_AndTheSameAgainFromTheRecording()
    {
        var watch = Stopwatch.StartNew();
        InputGate gate = new();
        List<(long Count, string Hash)> hashes = [];
        StringBuilder screen = new();
        using (var machine = Start(gate, screen))
        {
            var typed = false;
            while (machine.Count < InstructionsMax && !screen.ToString().Contains("4242", StringComparison.Ordinal))
            {
                Assert.Equal(MachineStop.Count, machine.Run(machine.Count + Step));
                if (machine.Count % (4 * Step) == 0) hashes.Add((machine.Count, machine.StateHash()));
                if (typed || !screen.ToString().Contains("/ # ", StringComparison.Ordinal)) continue;
                typed = true;
                output.WriteLine($"prompt after {machine.Count / 1_000_000} million instructions, {watch.Elapsed.TotalSeconds:F1} s");
                foreach (var key in Encoding.ASCII.GetBytes(Typed)) Assert.True(gate.TryPost(InputKind.Serial, key));
                // A key and a click as well: the kernel has the keyboard's driver built in.
                foreach (var code in (int[])[0x1E, 0x9E]) Assert.True(gate.TryPost(InputKind.Key, code, id: 1));
                Assert.True(gate.TryPost(InputKind.PointerTo, 30_000, 20_000));
                foreach (var buttons in (int[])[1, 0]) Assert.True(gate.TryPost(InputKind.Buttons, buttons));
            }
            hashes.Add((machine.Count, machine.StateHash()));
            output.WriteLine($"answer after {machine.Count / 1_000_000} million, of which {machine.IdleCount / 1_000_000} idle; "
                + $"{watch.Elapsed.TotalSeconds:F1} s; {machine.Figures}");
        }
        Assert.Contains("SMP PREEMPT_DYNAMIC Debian", screen.ToString()[screen.ToString().IndexOf("uname -a", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("i686 GNU/Linux", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("4242", screen.ToString(), StringComparison.Ordinal);

        StringBuilder again = new();
        using var replayed = Start(new(gate.Recorded), again);
        foreach (var (count, hash) in hashes)
        {
            Assert.Equal(MachineStop.Count, replayed.Run(count));
            Assert.True(hash == replayed.StateHash(), $"the replay has another state at {count}");
        }
        Assert.Equal(screen.ToString(), again.ToString());
    }

    static Machine Start(InputGate gate, StringBuilder screen)
    {
        Machine machine = new(new() { Gate = gate, Serial = value => screen.Append((char)value) });
        var files = new CpioArchive().AddFolder("bin").AddFolder("dev").AddFolder("proc").AddTerminal("dev/console", 5, 1)
            .AddProgram("bin/busybox", Read("busybox")).AddLink("bin/sh", "busybox")
            .AddProgram("init", "#!/bin/sh\nbusybox mount -t proc proc /proc\nbusybox --install -s /bin\nexec setsid cttyhack sh\n"u8)
            .ToArray();
        LinuxBoot.Load(machine, Read("vmlinuz"), files, "console=ttyS0 cryptomgr.notests rdinit=/init quiet", Read("vmlinux"));
        return machine;
    }

    static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(GuestFactAttribute.Folder, name));
}
