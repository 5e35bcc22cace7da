using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Guests;

public sealed partial class EchoDesktop
{
    const ushort SerialData = 0x3F8, SerialStatus = 0x3FD;
    const byte InterruptMask = 0x21, OnlyKeyboard = 0xFD, KeyboardAndTimer = 0xFC, TimerControl = 0x43, TimerCount = 0x40;

    /// <summary>The timer counts 1,193,182 times a second.</summary>
    const ushort CountsPerMilli = 1193;

    /// <summary>As many milliseconds as the last byte on the serial port said, halted; leaves all registers.</summary>
    /// <remarks>Called while the keyboard's interrupt is in service: the timer's comes before it, a further key's does not.</remarks>
    void WaitAsTold()
    {
        var (told, milli, done) = (_a.CreateLabel(), _a.CreateLabel(), _a.CreateLabel());
        _a.Label(ref _wait);
        _a.pushad();
        _a.mov(dx, SerialStatus);
        _a.@in(al, dx);
        _a.test(al, 1);
        _a.je(told);
        _a.mov(dx, SerialData);
        _a.@in(al, dx);
        _a.movzx(eax, al);
        _a.mov(__dword_ptr[Wait], eax);
        _a.Label(ref told);
        _a.mov(ecx, __dword_ptr[Wait]);
        _a.test(ecx, ecx);
        _a.je(done);
        _a.Label(ref milli);
        // Counter 0, both bytes, an interrupt at the end of the count; unmasked behind it, so that nothing older comes through.
        foreach (var (port, value) in ((byte, byte)[])[(TimerControl, 0x30), (TimerCount, CountsPerMilli & 0xFF), (TimerCount, CountsPerMilli >> 8), (InterruptMask, KeyboardAndTimer)])
        {
            _a.mov(al, value);
            _a.@out(port, al);
        }
        _a.sti();
        _a.hlt();
        _a.cli();
        _a.dec(ecx);
        _a.jne(milli);
        _a.mov(al, OnlyKeyboard);
        _a.@out(InterruptMask, al);
        _a.Label(ref done);
        _a.popad();
        _a.ret();
    }

    void Timer()
    {
        _a.Label(ref _timer);
        _a.push(eax);
        _a.mov(al, 0x20);
        _a.@out(0x20, al);
        _a.pop(eax);
        _a.iretd();
    }
}
