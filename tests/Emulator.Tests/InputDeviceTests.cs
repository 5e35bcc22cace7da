using RemoteChain.Emulator.Devices;
using RemoteChain.Emulator.Devices.Input;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Tests;

/// <summary>Keyboard, mouse and absolute pointer, at the ports that a guest's driver uses.</summary>
public sealed class InputDeviceTests
{
    const byte FromMouse = 0x20, Full = 1;

    readonly KeyboardController _controller;
    long _now;
    bool _keyboardLine, _mouseLine;

    public InputDeviceTests() => _controller = new(new(() => _now), up => _keyboardLine = up, up => _mouseLine = up, new(), () => { }, () => { });

    [Fact]
    public void Key_IsReadOnceAndRaisesItsLine()
    {
        _controller.Type(0x1E, 1);
        Assert.True(_keyboardLine && !_mouseLine);
        Assert.Equal([0x1E], Drain());
        Assert.False(_keyboardLine);
    }

    [Fact]
    public void Keys_AtOnce_LeaveTheBufferEmptyInBetween()
    {
        for (var i = 0; i < 100; i++) _controller.Type(0x1E, 0);
        Assert.Equal(0x1E, _controller.Read(0x60));
        // A driver that empties the buffer before it looks for a keyboard must come to an end.
        Assert.Equal(0, _controller.Read(0x64) & Full);
        Assert.Equal(99, Drain().Count);
    }

    [Theory]
    [InlineData(new byte[] { 0x1E, 0x9E }, new byte[] { 0x1C, 0xF0, 0x1C })]
    [InlineData(new byte[] { 0xE0, 0x4B, 0xE0, 0xCB }, new byte[] { 0xE0, 0x6B, 0xE0, 0xF0, 0x6B })]
    [InlineData(new byte[] { 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5 }, new byte[] { 0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77 })]
    public void Keys_WithoutTranslation_AreSetTwo(byte[] typed, byte[] read)
    {
        Command(0x60, 0x01);
        foreach (var code in typed) _controller.Type(code, 0);
        Assert.Equal(read, Drain());
    }

    [Fact]
    public void Lights_AreWhatTheGuestSet()
    {
        _controller.Write(0x60, 0xED);
        _controller.Write(0x60, 0x06);
        Assert.Equal([0xFA, 0xFA], Drain());
        Assert.Equal(6, _controller.Keyboard.Lights);
    }

    [Fact]
    public void Keys_WhileTheGuestHasSwitchedTheKeyboardOff_AreLost()
    {
        _controller.Write(0x60, 0xF5);
        _controller.Type(0x1E, 0);
        _controller.Write(0x60, 0xF4);
        _controller.Type(0x1F, 0);
        Assert.Equal([0xFA, 0xFA, 0x1F], Drain());
    }

    [Fact]
    public void Mouse_AskedForAWheel_SaysMovementButtonsAndWheel()
    {
        foreach (var rate in (byte[])[200, 100, 80]) ToMouse(0xF3, rate);
        ToMouse(0xF2);
        ToMouse(0xF4);
        Assert.Equal([0xFA, 0xFA, 0xFA, 0xFA, 0xFA, 0xFA, 0xFA, 3, 0xFA], Drain());

        _controller.Mouse.Move(5, -3, 0);
        _controller.Mouse.Press(1, 0);
        _controller.Mouse.Turn(-1, 0);
        _now += GuestClock.InstructionsPerSecond;
        _controller.Refill();

        Assert.NotEqual(0, _controller.Read(0x64) & FromMouse);
        Assert.True(_mouseLine && !_keyboardLine);
        Assert.Equal([0x08, 5, 3, 0, 0x09, 0, 0, 0, 0x09, 0, 0, 0xFF], Drain());
    }

    [Fact]
    public void Mouse_MovedFarWhileTheGuestIsBusy_SaysAllOfItInTheEnd()
    {
        ToMouse(0xF4);
        Drain();
        for (var i = 0; i < 1000; i++) _controller.Mouse.Move(3, 1, 0);
        _controller.Refill();
        var packets = Drain();

        Assert.Equal(0, packets.Count % 3);
        Assert.Equal(3000, Enumerable.Range(0, packets.Count / 3).Sum(i => packets[3 * i + 1]));
        Assert.InRange(packets.Count, 3, 3 * 20);
    }

    [Fact]
    public void Mouse_OfADisabledPort_IsQuiet()
    {
        ToMouse(0xF4);
        Drain();
        _controller.Write(0x64, 0xA7);
        _controller.Mouse.Move(1, 1, 0);
        _controller.Refill();
        Assert.Empty(Drain());
        _controller.Write(0x64, 0xA8);
        Assert.Equal([0x28, 1, 0xFF], Drain());
    }

    [Fact]
    public unsafe void Pointer_OnceTheGuestAskedForPositions_IsWhereTheUserHasIt()
    {
        using Bench bench = new();
        var gate = bench.Machine.Options.Gate;
        var at = Bench.CodeAt;
        uint Ask(int command, uint argument)
        {
            bench.Assemble(a =>
            {
                a.mov(eax, 0x564D5868);
                a.mov(ebx, unchecked((int)argument));
                a.mov(ecx, command);
                a.mov(edx, PointerBackdoor.Port);
                a.@in(eax, dx);
                a.hlt();
            }, at += 0x100);
            bench.State->Halted = 0;
            bench.Run(100);
            return (uint)bench.State->Gpr[Cpu.Core.Ax];
        }
        Assert.Equal(0xFFFF0000, Ask(40, 0));
        Ask(41, 0x45414552);
        Assert.Equal(1u, Ask(40, 0));
        Assert.Equal(0x3442554Au, Ask(39, 1));
        Ask(41, 0x53424152);
        gate.TryPost(InputKind.PointerTo, 1000, 2000);
        gate.TryPost(InputKind.Buttons, 1);
        gate.TryPost(InputKind.PointerTo, 99999, -5);
        bench.Run(10);

        Assert.Equal(12u, Ask(40, 0));
        Assert.Equal(0u, Ask(39, 4));
        Assert.Equal((1000u, 2000u), ((uint)bench.State->Gpr[Cpu.Core.Bx], (uint)bench.State->Gpr[Cpu.Core.Cx]));
        Assert.Equal(0x20u, Ask(39, 4));
        Ask(39, 4);
        Assert.Equal((65535u, 0u), ((uint)bench.State->Gpr[Cpu.Core.Bx], (uint)bench.State->Gpr[Cpu.Core.Cx]));
        Ask(41, 0xF5);
        Assert.Equal(0xFFFF0000, Ask(40, 0));
    }

    void Command(byte command, byte parameter)
    {
        _controller.Write(0x64, command);
        _controller.Write(0x60, parameter);
    }

    void ToMouse(params ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes) Command(0xD4, value);
    }

    /// <summary>Reads as a driver does, with guest time passing.</summary>
    List<byte> Drain()
    {
        List<byte> read = [];
        while (true)
        {
            while ((_controller.Read(0x64) & Full) != 0) read.Add(_controller.Read(0x60));
            if (((IDevice)_controller).Due == long.MaxValue) return read;
            _now = ((IDevice)_controller).Due;
            _controller.Fire(_now);
        }
    }
}
