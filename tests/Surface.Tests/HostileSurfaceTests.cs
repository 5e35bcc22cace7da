using RemoteChain.Surface.Native;

namespace RemoteChain.Surface.Tests;

/// <summary>Readers of a file that a hijacked process fills with anything it likes.</summary>
public sealed unsafe class HostileSurfaceTests
{
    const int Rounds = 20_000;

    [Fact]
    public void Reader_RandomHeaderAndRing_NeverThrowsAndStaysInside()
    {
        using var file = SurfaceFile.Create(256, 256);
        using var writer = new SurfaceWriter(file);
        Assert.True(SurfaceReader.TryOpen(file, out var reader, stallMillis: 0));
        using var _ = reader;
        var random = new Random(5);
        var destination = new byte[SurfaceFile.SideMax * 4 * 4];
        var bitmap = new byte[PointerShape.BitmapBytesMax];
        var outcomes = new HashSet<string>();
        for (var round = 0; round < Rounds; round++)
        {
            writer.Resize(1 + random.Next(256), 1 + random.Next(256));
            writer.SetPointer(bitmap, 1 + random.Next(384), 1 + random.Next(384), 0, 0);
            Scribble(file, random, 64, SurfaceLayout.PointerBitmap);
            var read = reader.ReadGeometry(out var geometry);
            outcomes.Add($"geometry {read}");
            for (var i = 0; i < 4; i++)
            {
                var damage = reader.TryReadDamage(out var entry);
                outcomes.Add($"damage {damage}");
                if (read != SurfaceRead.Copied || damage != DamageRead.Entry) continue;
                // As a front does it: the entry's rectangle, cut to rows that fit the buffer.
                var rectangle = entry.Rectangle with { Height = Math.Min(entry.Rectangle.Height, 4) };
                outcomes.Add($"copy {reader.CopyRectangle(geometry, rectangle, destination, SurfaceFile.SideMax * 4)}");
            }
            outcomes.Add($"pointer {reader.ReadPointer(out var shape, bitmap)}");
            Assert.InRange(reader.PointerPosition.X, 0, ushort.MaxValue);
        }
        // The fuzz reached both sides of every check.
        Assert.Superset(new HashSet<string> { "geometry Copied", "geometry Corrupt", "damage Entry", "damage Corrupt", "damage FellBehind",
            "copy Copied", "copy Corrupt", "pointer Copied", "pointer Corrupt" }, outcomes);
    }

    [Fact]
    public void Successor_OfAHostileWriter_RestoresAWorkingSurface()
    {
        var random = new Random(6);
        var bitmap = new byte[PointerShape.BitmapBytesMax];
        for (var round = 0; round < 500; round++)
        {
            using var file = SurfaceFile.Create(256, 256);
            using (var writer = new SurfaceWriter(file)) writer.Resize(100, 100);
            Scribble(file, random, 64, SurfaceLayout.DamageRing);
            using var successor = new SurfaceWriter(file);
            Assert.True(SurfaceReader.TryOpen(file, out var reader, stallMillis: 0));
            using var _ = reader;
            successor.Resize(50, 40);
            successor.SetPointer(PointerKind.Hidden);
            Assert.Equal(SurfaceRead.Copied, reader.ReadGeometry(out var geometry));
            Assert.Equal(DamageRead.Entry, reader.TryReadDamage(out var entry));
            Assert.Equal(geometry.Bounds, entry.Rectangle);
            Assert.Equal(SurfaceRead.Copied, reader.CopyRectangle(geometry, entry.Rectangle, new byte[200 * 40], 200));
            Assert.Equal(SurfaceRead.Copied, reader.ReadPointer(out var shape, bitmap));
            Assert.Equal(PointerKind.Hidden, shape.Kind);
        }
    }

    [Fact]
    public void InputReader_RandomRing_NeverThrowsAndGivesOnlyPossibleEvents()
    {
        using var file = InputFile.Create();
        using var writer = new InputRingWriter(file, Bell.Create(), 9);
        Assert.True(InputRingReader.TryOpen(file, 9, out var reader));
        using var _ = reader;
        var random = new Random(7);
        var outcomes = new HashSet<InputRead>();
        for (var round = 0; round < Rounds; round++)
        {
            writer.Write(new(InputKind.Mouse, 0, 5, 6), out var _);
            Scribble(file, random, round % 4 == 0 ? 64 : InputLayout.Ring, InputLayout.Length);
            for (var i = 0; i < 4; i++)
            {
                var read = reader.TryRead(out var input);
                outcomes.Add(read);
                if (read == InputRead.Entry) Assert.Equal(9, input.FrontNumber);
            }
        }
        Assert.Superset(new HashSet<InputRead> { InputRead.Corrupt, InputRead.Entry }, outcomes);
    }

    /// <summary>Puts a few interesting or random values anywhere between two offsets, past every check of the writer.</summary>
    static void Scribble(DescriptorHandle file, Random random, int from, int to)
    {
        Span<ulong> interesting = [0, 1, 2, 64, 1023, 1024, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000, ulong.MaxValue, long.MaxValue, (ulong)random.NextInt64()];
        for (var i = random.Next(4); i >= 0; i--)
        {
            var value = interesting[random.Next(interesting.Length)];
            // Headers are a thousandth of the file and more interesting than the rest.
            var end = random.Next(2) == 0 ? Math.Min(to, from + 256) : to;
            Assert.True(Unistd.pwrite(file.Descriptor, &value, (nuint)random.Next(1, 9), random.Next(from, end - 8)) > 0);
        }
    }
}
