using RemoteChain.Emulator.Guests;

namespace RemoteChain.Emulator.Tests;

/// <summary>The desktop that latency is measured with.</summary>
public sealed class EchoDesktopTests
{
    const int LetterA = 0x1E, Millis = 20;

    /// <summary>The guest's clock counts 250 million instructions a second.</summary>
    const long PerMilli = 250_000;

    [Fact]
    public void Key_BehindAByteOnTheSerialPort_IsDrawnSoManyMillisecondsLater()
    {
        InputGate gate = new();
        using Machine machine = new(new() { MemoryBytes = 16 << 20, Gate = gate });
        EchoDesktop.Load(machine);
        machine.Run(50_000_000);
        machine.Display.TakeFrame();

        Assert.InRange(DrawnAfter(), 0, PerMilli / 10);
        gate.TryPost(InputKind.Serial, Millis);
        Assert.InRange(DrawnAfter(), Millis * PerMilli - PerMilli / 10, Millis * PerMilli + PerMilli / 5);
        Assert.InRange(DrawnAfter(), Millis * PerMilli - PerMilli / 10, Millis * PerMilli + PerMilli / 5);
        gate.TryPost(InputKind.Serial, 0);
        Assert.InRange(DrawnAfter(), 0, PerMilli / 10);

        long DrawnAfter()
        {
            gate.TryPost(InputKind.Key, LetterA);
            var pressed = machine.Count;
            while (!machine.Display.TakeFrame() && machine.Count < pressed + 100 * PerMilli) machine.Run(machine.Count + PerMilli / 50);
            var drawn = machine.Count - pressed;
            gate.TryPost(InputKind.Key, LetterA | 0x80);
            machine.Run(machine.Count + PerMilli);
            machine.Display.TakeFrame();
            return drawn;
        }
    }
}
