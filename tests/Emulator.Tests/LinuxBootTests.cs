using System.Diagnostics;
using System.Text;
using RemoteChain.Emulator.Tests.Guests;
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
        string screen;
        using (LinuxGuest guest = new(LinuxGuest.Shell, new() { Gate = gate }))
        {
            var machine = guest.Machine;
            var typed = false;
            while (machine.Count < InstructionsMax && !guest.Said.Contains("4242", StringComparison.Ordinal))
            {
                Assert.Equal(MachineStop.Count, machine.Run(machine.Count + Step));
                if (machine.Count % (4 * Step) == 0) hashes.Add((machine.Count, machine.StateHash()));
                if (typed || !guest.Said.Contains("/ # ", StringComparison.Ordinal)) continue;
                typed = true;
                output.WriteLine($"prompt after {machine.Count / 1_000_000} million instructions, {watch.Elapsed.TotalSeconds:F1} s");
                foreach (var key in Encoding.ASCII.GetBytes(Typed)) Assert.True(gate.TryPost(InputKind.Serial, key));
                // A key and a click as well: the kernel has the keyboard's driver built in.
                foreach (var code in (int[])[0x1E, 0x9E]) Assert.True(gate.TryPost(InputKind.Key, code, id: 1));
                Assert.True(gate.TryPost(InputKind.PointerTo, 30_000, 20_000));
                foreach (var buttons in (int[])[1, 0]) Assert.True(gate.TryPost(InputKind.Buttons, buttons));
            }
            screen = guest.Said;
            hashes.Add((machine.Count, machine.StateHash()));
            output.WriteLine($"answer after {machine.Count / 1_000_000} million, of which {machine.IdleCount / 1_000_000} idle; "
                + $"{watch.Elapsed.TotalSeconds:F1} s; {machine.Figures}");
        }
        Assert.Contains("SMP PREEMPT_DYNAMIC Debian", screen[screen.IndexOf("uname -a", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("i686 GNU/Linux", screen, StringComparison.Ordinal);
        Assert.Contains("4242", screen, StringComparison.Ordinal);

        using LinuxGuest replayed = new(LinuxGuest.Shell, new() { Gate = new(gate.Recorded) });
        foreach (var (count, hash) in hashes)
        {
            Assert.Equal(MachineStop.Count, replayed.Machine.Run(count));
            Assert.True(hash == replayed.Machine.StateHash(), $"the replay has another state at {count}");
        }
        Assert.Equal(screen, replayed.Said);
    }
}
