using RemoteChain.Emulator.Devices.Video;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Guests;

public sealed partial class EchoDesktop
{
    /// <summary>A letter of five columns and seven rows, with one of each between them, everything twice as large.</summary>
    const int CellWidth = 12, CellHeight = 16;

    const uint Ink = 0xE8F0E8, Paper = 0x102030;
    const int TitleRow = 0, FirstTextRow = 2, Digits = 15, BytesPerPixel = 4;
    const ushort IndexPort = VbeRegisters.IndexPort, ValuePort = VbeRegisters.ValuePort;

    int RowBytes => _width * BytesPerPixel;

    void SetMode()
    {
        // Width, height and depth while it is off, then on, with a linear buffer.
        foreach (var (index, value) in ((int, int)[])[(4, 0), (1, _width), (2, _height), (3, 32), (4, 0x41)])
        {
            _a.mov(dx, IndexPort);
            _a.mov(ax, (ushort)index);
            _a.@out(dx, ax);
            _a.mov(dx, ValuePort);
            _a.mov(ax, (ushort)value);
            _a.@out(dx, ax);
        }
        Fill(0, _height);
    }

    void Fill(int firstRow, int rows)
    {
        _a.mov(edi, VideoAdapter.MemoryAt + (uint)(firstRow * RowBytes));
        _a.mov(ecx, _width * rows);
        _a.mov(eax, Paper);
        _a.cld();
        _a.rep.stosd();
    }

    void DrawTitle()
    {
        for (var i = 0; i < Title.Length; i++)
        {
            _a.movzx(eax, __byte_ptr[TitleAt + (uint)i]);
            _a.mov(ecx, i);
            _a.mov(edx, TitleRow);
            _a.call(_drawLetter);
        }
        _a.mov(__dword_ptr[Row], FirstTextRow);
    }

    /// <summary>A new line; below the last one the screen begins anew.</summary>
    void Advance()
    {
        var inside = _a.CreateLabel();
        _a.Label(ref _advance);
        _a.mov(__dword_ptr[Column], 0);
        _a.inc(__dword_ptr[Row]);
        _a.cmp(__dword_ptr[Row], _height / CellHeight);
        _a.jb(inside);
        _a.mov(__dword_ptr[Row], FirstTextRow);
        Fill(FirstTextRow * CellHeight, _height - FirstTextRow * CellHeight);
        _a.Label(ref inside);
        _a.ret();
    }

    /// <summary>EAX = letter, ECX = column, EDX = row; changes all registers but ESP.</summary>
    void DrawLetter()
    {
        var (rows, columns, store) = (_a.CreateLabel(), _a.CreateLabel(), _a.CreateLabel());
        _a.Label(ref _drawLetter);
        _a.lea(esi, __[eax + eax * 4 + (FontAt - EchoFont.First * EchoFont.Columns)]);
        _a.imul(edi, edx, CellHeight * RowBytes);
        _a.imul(ecx, ecx, CellWidth * BytesPerPixel);
        _a.lea(edi, __[edi + ecx + VideoAdapter.MemoryAt]);
        _a.xor(ebp, ebp);
        _a.Label(ref rows);
        _a.xor(ebx, ebx);
        _a.mov(edx, ebp);
        _a.shr(edx, 1);
        _a.Label(ref columns);
        _a.mov(eax, Paper);
        _a.cmp(ebx, EchoFont.Columns);
        _a.jae(store);
        _a.movzx(ecx, __byte_ptr[esi + ebx]);
        _a.bt(ecx, edx);
        _a.jnc(store);
        _a.mov(eax, Ink);
        _a.Label(ref store);
        _a.mov(__dword_ptr[edi], eax);
        _a.mov(__dword_ptr[edi + 4], eax);
        _a.add(edi, 2 * BytesPerPixel);
        _a.inc(ebx);
        _a.cmp(ebx, EchoFont.Columns + 1);
        _a.jb(columns);
        _a.add(edi, RowBytes - CellWidth * BytesPerPixel);
        _a.inc(ebp);
        _a.cmp(ebp, CellHeight);
        _a.jb(rows);
        _a.ret();
    }

    /// <summary>The time stamp counter counts instructions: its digits, from the last to the first.</summary>
    void DrawCount()
    {
        var digits = _a.CreateLabel();
        _a.Label(ref _drawCount);
        _a.rdtsc();
        _a.mov(ecx, Digits);
        _a.Label(ref digits);
        _a.push(ecx);
        // EDX:EAX by ten in two steps: the high half first, its rest goes in front of the low one.
        _a.mov(ebx, 10);
        _a.mov(ecx, eax);
        _a.mov(eax, edx);
        _a.xor(edx, edx);
        _a.div(ebx);
        _a.xchg(eax, ecx);
        _a.div(ebx);
        _a.xchg(edx, ecx);
        _a.push(eax);
        _a.push(edx);
        _a.lea(eax, __[ecx + '0']);
        _a.mov(ecx, __dword_ptr[esp + 8]);
        _a.add(ecx, Title.Length);
        _a.mov(edx, TitleRow);
        _a.call(_drawLetter);
        _a.pop(edx);
        _a.pop(eax);
        _a.pop(ecx);
        _a.dec(ecx);
        _a.jne(digits);
        _a.ret();
    }
}
