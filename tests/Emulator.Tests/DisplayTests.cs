using Iced.Intel;
using RemoteChain.Emulator.Devices.Video;
using RemoteChain.Surface;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Tests;

/// <summary>What a guest draws is what somebody outside sees, and costs what changed.</summary>
public sealed class DisplayTests : IDisposable
{
    const uint Pixels = VideoAdapter.MemoryAt;
    const int Width = 640, Height = 480, Long = 10_000_000;

    readonly Bench _bench = new();

    Display Display => _bench.Machine.Display;

    [Fact]
    public void Mode_ThatTheGuestSets_IsAWholeBlackPicture()
    {
        _bench.Assemble(a =>
        {
            SetMode(a, Width, Height, 32);
            a.hlt();
        });
        _bench.Run(Long);

        Assert.True(Display.TakeFrame());
        Assert.Equal((Width, Height), (Display.Width, Display.Height));
        Assert.Equal([new(0, 0, Width, Height)], Display.Damage.ToArray());
        Assert.Equal(-1, Display.Picture.IndexOfAnyExcept((byte)0));
        Assert.False(Display.TakeFrame());
    }

    [Fact]
    public void Pixels_AreDamageOfTheirTilesOnly_AndWhatIsTheSameAgainIsNone()
    {
        _bench.Assemble(a =>
        {
            SetMode(a, Width, Height, 32);
            a.hlt();
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.mov(__dword_ptr[Pixels + (100 * Width + 200) * 4], 0x00FF8040);
            a.mov(__dword_ptr[Pixels + (107 * Width + 210) * 4], 0x00112233);
            a.hlt();
            a.jmp(loop);
        });
        _bench.Run(Long);
        Display.TakeFrame();
        GoOn();

        Assert.True(Display.TakeFrame());
        var damage = Assert.Single(Display.Damage.ToArray());
        Assert.True(damage.Contains(new(200, 100, 11, 8)) && damage.Width <= 64 && damage.Height == 8, damage.ToString());
        Assert.Equal([0x40, 0x80, 0xFF, 0], Display.Picture.Slice((100 * Width + 200) * 4, 4).ToArray());
        GoOn();
        Assert.False(Display.TakeFrame());
    }

    [Theory]
    [InlineData(15, 0x7C1Fu, 0x00FF00FFu)]
    [InlineData(16, 0x07E0u, 0x0000FF00u)]
    [InlineData(24, 0x00123456u, 0x00123456u)]
    public void Pixels_OfOtherDepths_HaveTheirColour(int depth, uint written, uint shown)
    {
        _bench.Assemble(a =>
        {
            SetMode(a, Width, Height, depth);
            a.mov(__dword_ptr[Pixels], unchecked((int)written));
            a.hlt();
        });
        _bench.Run(Long);

        Assert.True(Display.TakeFrame());
        Assert.Equal(shown, BitConverter.ToUInt32(Display.Picture));
    }

    [Fact]
    public void Frame_InASurface_IsThePictureAndNamesTheInputThatItAnswers()
    {
        _bench.Assemble(a =>
        {
            SetMode(a, Width, Height, 32);
            var loop = a.CreateLabel();
            a.Label(ref loop);
            a.@in(al, 0x64);
            a.test(al, 1);
            a.je(loop);
            a.mov(__dword_ptr[Pixels], 0x0000FF00);
            a.@in(al, 0x60);
            a.mov(__dword_ptr[Pixels + 4], 0x00FFFFFF);
            a.hlt();
        });
        _bench.Run(1000);
        using var file = SurfaceFile.Create();
        using SurfaceWriter writer = new(file);
        Assert.True(Display.Publish(writer));
        Assert.Equal(0u, Display.Stamps.InputId);
        Assert.True(_bench.Machine.Options.Gate.TryPost(Emulator.InputKind.Key, 0x1E, id: 77));
        _bench.Run(Long);

        Assert.True(Display.Publish(writer));
        Assert.Equal(77u, Display.Stamps.InputId);
        Assert.InRange(Display.Stamps.ReadNanos, 1, Display.Stamps.WrittenNanos);
        Assert.True(SurfaceReader.TryOpen(file, out var reader));
        using (reader)
        {
            Assert.Equal(SurfaceRead.Copied, reader.ReadGeometry(out var geometry));
            Assert.Equal((Width, Height), (geometry.Width, geometry.Height));
            var pixels = new byte[8];
            Assert.Equal(SurfaceRead.Copied, reader.CopyRectangle(geometry, new(0, 0, 2, 1), pixels, 8));
            Assert.Equal([0, 0xFF, 0, 0, 0xFF, 0xFF, 0xFF, 0], pixels);
        }
    }

    [Fact]
    public void Mode_LargerThanVideoMemory_ShowsWhatThereIs()
    {
        _bench.Assemble(a =>
        {
            SetMode(a, VbeRegisters.SideMax, VbeRegisters.SideMax, 32);
            a.hlt();
        });
        _bench.Run(Long);
        Assert.True(Display.TakeFrame());
        Assert.Equal(VbeRegisters.SideMax, Display.Height);
    }

    [Fact]
    public void Text_IsDrawnWithTheFontThatTheGuestLoaded()
    {
        var ports = _bench.Machine.Ports;
        void Indexed(ushort port, byte index, byte value)
        {
            ports.Write(port, 1, index);
            ports.Write((ushort)(port + 1), 1, value);
        }
        ports.Write(0x3C2, 1, 1);
        // 80 columns, 400 lines, cells of 16, the whole of 80 x 25.
        foreach (var (index, value) in ((byte, byte)[])[(1, 79), (0x12, 0x8F), (7, 2), (9, 15), (0x13, 40), (0xA, 0x20)]) Indexed(0x3D4, index, value);
        // The palette's first two, behind the attribute controller's.
        _ = ports.Read(0x3DA, 1);
        ports.Write(0x3C0, 1, 1);
        ports.Write(0x3C0, 1, 1);
        ports.Write(0x3C8, 1, 1);
        foreach (var part in (byte[])[63, 0, 63]) ports.Write(0x3C9, 1, part);
        ports.Write(0x3C0, 1, 0x20);
        // The glyph of A: plane 2 alone, at 32 bytes a glyph.
        Indexed(0x3C4, 2, 4);
        Indexed(0x3CE, 8, 0xFF);
        Poke(0xA0000 + 'A' * 32, 0xC0);
        Indexed(0x3C4, 2, 3);
        Indexed(0x3CE, 5, 0x10);
        Indexed(0x3CE, 6, 0x0E);
        Poke(0xB8000 + 2, (byte)'A');
        Poke(0xB8000 + 3, 0x01);

        Assert.True(Display.TakeFrame());
        Assert.Equal((640, 400), (Display.Width, Display.Height));
        uint Pixel(int x, int y) => BitConverter.ToUInt32(Display.Picture[((y * 640 + x) * 4)..]);
        Assert.Equal((0x00FF00FFu, 0x00FF00FFu, 0u, 0u), (Pixel(8, 0), Pixel(9, 0), Pixel(10, 0), Pixel(8, 1)));
        Poke(0xB8000 + 2, (byte)' ');
        Assert.True(Display.TakeFrame());
        Assert.InRange(Display.Damage[0].Height, 1, 16);
        Assert.Equal(0u, Pixel(8, 0));
    }

    unsafe void Poke(uint address, byte value) => Memory.Access.Store(_bench.Machine.Core, _bench.State, address, 1, value);

    /// <summary>Past the HLT that it stands on.</summary>
    unsafe void GoOn()
    {
        _bench.State->Halted = 0;
        _bench.Run(Long);
    }

    static void SetMode(Assembler a, int width, int height, int depth)
    {
        foreach (var (index, value) in ((int, int)[])[(4, 0), (1, width), (2, height), (3, depth), (4, 0x41)])
        {
            a.mov(edx, VbeRegisters.IndexPort);
            a.mov(eax, index);
            a.@out(dx, ax);
            a.mov(edx, VbeRegisters.ValuePort);
            a.mov(eax, value);
            a.@out(dx, ax);
        }
    }

    public void Dispose() => _bench.Dispose();
}
