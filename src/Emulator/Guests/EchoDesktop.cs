using System.Buffers.Binary;
using System.Text;
using Iced.Intel;
using RemoteChain.Emulator.Boot;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Guests;

/// <summary>
/// A desktop of a few kilobytes, without an operating system: it shows what is typed, and beside it the count of instructions at which it read the
/// key. Between two keys it is halted. Made to measure with: there is nothing in it that could take time unnoticed. A byte on its serial port says how many
/// milliseconds it shall wait between reading a key and drawing, from the next key on.
/// </summary>
/// <remarks>This file holds the start, the keyboard and where things lie; <c>EchoDesktop.Drawing.cs</c> what is drawn, <c>EchoDesktop.Waiting.cs</c> the
/// wait.</remarks>
public sealed partial class EchoDesktop
{
    const uint CodeAt = 0x100000, FontAt = 0x110000, KeysAt = 0x112000, TitleAt = 0x113000, TableAt = 0x114000, VariablesAt = 0x115000, StackAt = 0x120000;
    const uint Column = VariablesAt, Row = VariablesAt + 4, Shift = VariablesAt + 8, Extended = VariablesAt + 12, TablePointer = VariablesAt + 16, Wait = VariablesAt + 24;
    const int TimerVector = 0x20, KeyboardVector = 0x21, GateBytes = 8, Keys = 128;
    const byte LeftShift = 0x2A, RightShift = 0x36, ExtendedPrefix = 0xE0, Backspace = 8, Enter = 10;

    const string Plain = "\u001b1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
    const string Shifted = "\u001b!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
    const string Title = "RemoteChain echo: type. Instructions at the last key:";

    readonly Assembler _a = new(32);
    readonly int _width, _height;
    Label _keyboard, _timer, _wait, _drawLetter, _drawCount, _advance;

    EchoDesktop(int width, int height)
    {
        (_width, _height) = (width, height);
        _keyboard = _a.CreateLabel();
        _timer = _a.CreateLabel();
        _wait = _a.CreateLabel();
        _drawLetter = _a.CreateLabel();
        _drawCount = _a.CreateLabel();
        _advance = _a.CreateLabel();
    }

    /// <summary>Puts the desktop into a machine's RAM and its processor at the first instruction.</summary>
    /// <param name="machine">New, never run.</param>
    /// <exception cref="InvalidDataException">The machine's RAM is too small.</exception>
    public static void Load(Machine machine)
    {
        if (machine.Memory.Bytes < 2 << 20) throw new InvalidDataException("The echo desktop needs 2 MiB of RAM.");
        var code = new EchoDesktop(machine.Options.ScreenWidth, machine.Options.ScreenHeight).Assemble(out var keyboard, out var timer);
        code.CopyTo(machine.Memory.Span(CodeAt, code.Length));
        EchoFont.Bytes.CopyTo(machine.Memory.Span(FontAt, EchoFont.Bytes.Length));
        // Scan codes count from 1; the characters of the keys with shift follow those without.
        Encoding.ASCII.GetBytes(Plain).CopyTo(machine.Memory.Span(KeysAt + 1, Keys - 1));
        Encoding.ASCII.GetBytes(Shifted).CopyTo(machine.Memory.Span(KeysAt + Keys + 1, Keys - 1));
        Encoding.ASCII.GetBytes(Title).CopyTo(machine.Memory.Span(TitleAt, Title.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(machine.Memory.Span(TablePointer, 2), 256 * GateBytes - 1);
        BinaryPrimitives.WriteUInt32LittleEndian(machine.Memory.Span(TablePointer + 2, 4), TableAt);
        foreach (var (vector, handler) in ((int, uint)[])[(TimerVector, timer), (KeyboardVector, keyboard)])
        {
            // An interrupt gate of ring 0.
            var gate = machine.Memory.Span((uint)(TableAt + vector * GateBytes), GateBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(gate, handler & 0xFFFF | FlatStart.CodeSelector << 16);
            BinaryPrimitives.WriteUInt32LittleEndian(gate[4..], handler & 0xFFFF0000 | 0x8E00);
        }
        FlatStart.Enter(machine, CodeAt, 0);
    }

    byte[] Assemble(out uint keyboard, out uint timer)
    {
        Start();
        Keyboard();
        WaitAsTold();
        Timer();
        Advance();
        DrawLetter();
        DrawCount();
        using MemoryStream code = new();
        var assembled = _a.Assemble(new StreamCodeWriter(code), CodeAt, BlockEncoderOptions.ReturnNewInstructionOffsets);
        (keyboard, timer) = ((uint)assembled.GetLabelRIP(_keyboard), (uint)assembled.GetLabelRIP(_timer));
        return code.ToArray();
    }

    void Start()
    {
        var rest = _a.CreateLabel();
        _a.mov(esp, StackAt);
        _a.lidt(__[TablePointer]);
        // Both interrupt controllers: their vectors from 0x20 on, only the keyboard unmasked.
        foreach (var (port, value) in ((byte, byte)[])[(0x20, 0x11), (0x21, 0x20), (0x21, 4), (0x21, 1), (0xA0, 0x11), (0xA1, 0x28), (0xA1, 2), (0xA1, 1), (0x21, 0xFD), (0xA1, 0xFF)])
        {
            _a.mov(al, value);
            _a.@out(port, al);
        }
        SetMode();
        DrawTitle();
        _a.sti();
        _a.Label(ref rest);
        _a.hlt();
        _a.jmp(rest);
    }

    void Keyboard()
    {
        var (extended, released, shifted, done, lookUp, count, enter, erase) = (_a.CreateLabel(), _a.CreateLabel(), _a.CreateLabel(), _a.CreateLabel(),
            _a.CreateLabel(), _a.CreateLabel(), _a.CreateLabel(), _a.CreateLabel());
        _a.Label(ref _keyboard);
        _a.pushad();
        _a.xor(eax, eax);
        _a.@in(al, 0x60);
        // What follows E0 is a key without a letter.
        _a.xor(ecx, ecx);
        _a.xchg(__dword_ptr[Extended], ecx);
        _a.cmp(al, ExtendedPrefix);
        _a.je(extended);
        _a.test(ecx, ecx);
        _a.jne(done);
        _a.cmp(al, 0x80);
        _a.jae(released);
        _a.cmp(al, LeftShift);
        _a.je(shifted);
        _a.cmp(al, RightShift);
        _a.jne(lookUp);
        _a.Label(ref shifted);
        _a.mov(__dword_ptr[Shift], Keys);
        _a.jmp(done);
        _a.Label(ref released);
        _a.and(al, 0x7F);
        _a.cmp(al, LeftShift);
        _a.sete(cl);
        _a.cmp(al, RightShift);
        _a.sete(ch);
        _a.or(cl, ch);
        _a.je(done);
        _a.mov(__dword_ptr[Shift], 0);
        _a.jmp(done);
        _a.Label(ref extended);
        _a.mov(__dword_ptr[Extended], 1);
        _a.jmp(done);
        _a.Label(ref lookUp);
        _a.call(_wait);
        _a.add(eax, __dword_ptr[Shift]);
        _a.movzx(eax, __byte_ptr[eax + KeysAt]);
        _a.cmp(al, Backspace);
        _a.je(erase);
        _a.cmp(al, Enter);
        _a.je(enter);
        _a.cmp(al, EchoFont.First);
        _a.jb(done);
        _a.mov(ecx, __dword_ptr[Column]);
        _a.mov(edx, __dword_ptr[Row]);
        _a.call(_drawLetter);
        _a.inc(__dword_ptr[Column]);
        _a.cmp(__dword_ptr[Column], _width / CellWidth);
        _a.jb(count);
        _a.Label(ref enter);
        _a.call(_advance);
        _a.jmp(count);
        _a.Label(ref erase);
        _a.cmp(__dword_ptr[Column], 0);
        _a.je(done);
        _a.dec(__dword_ptr[Column]);
        _a.mov(eax, EchoFont.First);
        _a.mov(ecx, __dword_ptr[Column]);
        _a.mov(edx, __dword_ptr[Row]);
        _a.call(_drawLetter);
        _a.Label(ref count);
        _a.call(_drawCount);
        _a.Label(ref done);
        _a.mov(al, 0x20);
        _a.@out(0x20, al);
        _a.popad();
        _a.iretd();
    }
}
