using System.Diagnostics;
using RemoteChain.Surface.Control;
using RemoteChain.Surface.Tests.Child;

namespace RemoteChain.Surface.Tests;

/// <summary>Writers and readers in processes of their own, and what happens when they are killed.</summary>
public sealed class SurfaceProcessTests
{
    const int HuntAccepted = 5_000;
    static readonly TimeSpan s_hunt = TimeSpan.FromSeconds(4), s_huntOnABusyMachine = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Hunt_WriterNeverPauses_NoReaderEverUsesTwoColours()
    {
        using var surface = SurfaceFile.Create();
        using var readOnly = SurfaceFile.OpenReadOnly(surface);
        using var bell = Bell.Create();
        using var otherBell = Bell.Create();
        using var painter = await TestChild.StartAsync("paint");
        using var other = await TestChild.StartAsync("check");
        painter.StartPainting(surface);
        painter.Control.Send(new AttachFront(1, false, bell.Handle, null));
        painter.Control.Send(new AttachFront(2, false, otherBell.Handle, null));
        other.Control.Send(new Join(2, "", false, readOnly, otherBell.Handle, null, null));

        Assert.True(SurfaceReader.TryOpen(readOnly, out var reader));
        using var _ = reader;
        var checker = new Checker(reader);
        for (var watch = Stopwatch.StartNew();
             watch.Elapsed < s_hunt || (checker.Accepted < HuntAccepted && watch.Elapsed < s_huntOnABusyMachine);)
        {
            bell.Wait(20);
            checker.Look();
        }
        other.Control.Send(new Stop());
        var others = await other.ReportAsync();
        painter.Control.Send(new Stop());
        var frames = long.Parse(await painter.ReportAsync());

        Assert.True(frames > 50_000, $"only {frames} frames");
        Assert.True(checker.Accepted >= HuntAccepted, checker.ToString());
        Assert.Equal((0, 0), (checker.Torn, checker.Corrupt));
        Assert.Contains("torn=0 ", others);
        Assert.EndsWith("corrupt=0", others);
        Assert.DoesNotContain("accepted=0 ", others);
    }

    [Fact]
    public async Task Copy_WriterKilledInside_StalledUntilANewWriterAttaches()
    {
        using var surface = SurfaceFile.Create();
        using var painter = await TestChild.StartAsync("die-inside");
        painter.StartPainting(surface);
        Assert.Equal("inside", await painter.ReportAsync());
        painter.Kill();

        Assert.True(SurfaceReader.TryOpen(surface, out var reader, stallMillis: 50));
        using var _ = reader;
        var checker = new Checker(reader);
        Assert.Equal(SurfaceRead.WriterStalled, checker.Look());
        // Rows outside the band in which it died are still whole.
        var geometry = new SurfaceGeometry(Painter.Width, Painter.Height, SurfaceGeometry.StrideOf(Painter.Width), 1);
        var below = new SurfaceRectangle(0, 64, 8, 8);
        Assert.Equal(SurfaceRead.Copied, reader.CopyRectangle(geometry, below, new byte[8 * 8 * 4], 8 * 4));

        using var writer = new SurfaceWriter(surface);
        Assert.Equal(geometry, writer.Geometry);
        Assert.Equal(DamageRead.Entry, reader.TryReadDamage(out var repaired));
        Assert.Equal(new SurfaceRectangle(0, 0, Painter.Width, 64), repaired.Rectangle);
        var rows = new byte[Painter.Width * 4 * 64];
        Assert.Equal(SurfaceRead.Copied, reader.CopyRectangle(geometry, repaired.Rectangle, rows, Painter.Width * 4));
        Assert.False(rows.AsSpan().ContainsAnyExcept((byte)0));
        Painter.Paint(writer, new byte[Painter.Width * 4 * Painter.Height], 2);
        Assert.Equal(SurfaceRead.Copied, checker.Look());
        Assert.Equal(0, checker.Torn);
    }

    [Fact]
    public async Task Copy_WritersKilledAtRandom_EachSuccessorRepairsAndNothingIsTorn()
    {
        using var surface = SurfaceFile.Create();
        Assert.True(SurfaceReader.TryOpen(surface, out var reader, stallMillis: 20));
        using var _ = reader;
        var checker = new Checker(reader);
        var random = new Random(1);
        for (var round = 0; round < 8; round++)
        {
            using var painter = await TestChild.StartAsync("paint");
            painter.StartPainting(surface, 640, 480);
            var killAfter = Stopwatch.GetTimestamp() + random.Next(20, 60) * 1_000_000L;
            while (Stopwatch.GetTimestamp() < killAfter) checker.Look();
            painter.Kill();
            Assert.NotEqual(SurfaceRead.Corrupt, checker.Look());
            using var writer = new SurfaceWriter(surface);
            writer.Resize(640, 480);
            Assert.Equal(SurfaceRead.Copied, checker.Look());
        }
        Assert.Equal((0, 0), (checker.Torn, checker.Corrupt));
    }

    [Fact]
    public async Task Publish_ReaderKilled_WriterAndOtherReaderGoOn()
    {
        using var surface = SurfaceFile.Create();
        using var readOnly = SurfaceFile.OpenReadOnly(surface);
        using var writer = new SurfaceWriter(surface);
        writer.Resize(Painter.Width, Painter.Height);
        using var mine = Bell.Create();
        using var theirs = Bell.Create();
        Assert.True(writer.AttachBell(1, new Bell(mine.Handle.Duplicate())));
        Assert.True(writer.AttachBell(2, new Bell(theirs.Handle.Duplicate())));
        Assert.True(SurfaceReader.TryOpen(readOnly, out var reader));
        using var _ = reader;
        var picture = new byte[Painter.Width * 4 * Painter.Height];
        using (var child = await TestChild.StartAsync("check"))
        {
            child.Control.Send(new Join(2, "", false, readOnly, theirs.Handle, null, null));
            for (var i = 1; i <= 2_000; i++) Painter.Paint(writer, picture, i);
            child.Kill();
        }
        for (var i = 1; i <= 2_000; i++) Painter.Paint(writer, picture, i);
        Assert.True(mine.Wait(0));
        var checker = new Checker(reader);
        Assert.Equal(SurfaceRead.Copied, checker.Look());
        Assert.Equal(1, checker.FellBehind);
        Assert.Equal(0, checker.Torn);
    }

    [Fact]
    public async Task Input_FrontTypesFasterThanTheDesktopReads_ArrivesWholeAndInOrder()
    {
        using var input = InputFile.Create();
        using var surface = SurfaceFile.Create();
        using var bell = Bell.Create();
        using var typist = await TestChild.StartAsync("type");
        Assert.True(InputRingReader.TryOpen(input, 7, out var ring));
        using var _ = ring;
        typist.Control.Send(new Join(7, "", true, surface, bell.Handle, input, bell.Handle));
        var keys = 0;
        var releases = 0;
        ulong lastId = 0;
        while (keys < 200_000)
        {
            Assert.True(bell.Wait(10_000));
            while (ring.TryRead(out var input1) is var read && read != InputRead.None)
            {
                Assert.Equal(InputRead.Entry, read);
                Assert.True(input1.Id > lastId);
                Assert.True(input1.PublishedNanos >= input1.ReceivedNanos);
                lastId = input1.Id;
                if (input1.Kind == InputKind.ReleaseAll) releases++;
                else Assert.Equal(keys++ & 0xFFFF, input1.A);
            }
        }
        typist.Control.Send(new Stop());
        while (ring.TryRead(out var rest) == InputRead.Entry) keys += rest.Kind == InputKind.Scancode ? 1 : 0;
        var report = (await typist.ReportAsync()).Split(' ');
        Assert.Equal(releases > 0, int.Parse(report[1]) > 0);
    }
}
