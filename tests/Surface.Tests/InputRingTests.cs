namespace RemoteChain.Surface.Tests;

public sealed class InputRingTests : IDisposable
{
    readonly DescriptorHandle _file = InputFile.Create();
    readonly Bell _bell = Bell.Create();
    readonly InputRingWriter _writer;
    readonly InputRingReader _reader;

    public InputRingTests()
    {
        Assert.True(InputRingReader.TryOpen(_file, 5, out var reader));
        _reader = reader;
        _writer = new InputRingWriter(_file, new Bell(_bell.Handle.Duplicate()), 5);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
        _bell.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void Write_OneOfEachKind_ArrivesWithIdAndStamps()
    {
        InputEvent[] events =
        [
            new(InputKind.Scancode, 0x8000, 30, ReceivedNanos: 7), new(InputKind.Unicode, 0, 0x20AC), new(InputKind.Mouse, 0x0800, 10, 20),
            new(InputKind.ExtendedMouse, 1, 3, 4), new(InputKind.Synchronize, 2), new(InputKind.Resize, 0, 800, 600, 150),
            new(InputKind.Refresh, 0), new(InputKind.ReleaseAll, 0),
        ];
        for (var i = 0; i < events.Length; i++)
        {
            Assert.Equal(InputWrite.Written, _writer.Write(events[i], out var id));
            Assert.Equal((5ul << 48) + (ulong)i + 1, id);
        }
        Assert.True(_bell.Wait(0));
        foreach (var written in events)
        {
            Assert.Equal(InputRead.Entry, _reader.TryRead(out var read));
            Assert.Equal(5, read.FrontNumber);
            Assert.True(read.PublishedNanos > 0);
            Assert.Equal(written, read with { Id = 0, PublishedNanos = 0 });
        }
        Assert.Equal(InputRead.None, _reader.TryRead(out _));
    }

    [Fact]
    public void Write_Crowded_KeepsOnlyTheNewestMoveAndAllKeys()
    {
        for (var i = 0; i < 5000; i++) _writer.Write(new(InputKind.Mouse, InputEvent.MouseMoveFlag, i, 1), out _);
        Assert.True(_writer.HasPending);
        Assert.Equal(InputWrite.Written, _writer.Write(new(InputKind.Scancode, 0, 30), out _));
        var events = ReadAll();
        Assert.InRange(events.Count, InputRingWriter.Capacity / 2, InputRingWriter.Capacity / 2 + 3);
        // The move that led to the key comes right before it.
        Assert.Equal((InputKind.Scancode, InputKind.Mouse, 4999), (events[^1].Kind, events[^2].Kind, events[^2].A));
        Assert.False(_writer.HasPending);
    }

    [Fact]
    public void Write_Full_DropsThenOwesAReleaseFirst()
    {
        var written = 0;
        while (_writer.Write(new(InputKind.Scancode, 0, 30), out _) == InputWrite.Written) written++;
        Assert.Equal(InputRingWriter.Capacity, written);
        Assert.Equal(InputWrite.Dropped, _writer.Write(new(InputKind.Scancode, 0x8000, 30), out var id));
        Assert.Equal(0ul, id);
        Assert.Equal(InputWrite.Coalesced, _writer.Write(new(InputKind.Mouse, InputEvent.MouseMoveFlag, 3, 4), out _));
        ReadAll();
        _bell.Clear();
        _writer.Flush();
        Assert.True(_bell.Clear());
        Assert.Equal([InputKind.ReleaseAll, InputKind.Mouse], ReadAll().ConvertAll(e => e.Kind));
        Assert.Equal(InputWrite.Written, _writer.Write(new(InputKind.Scancode, 0, 31), out _));
    }

    [Fact]
    public void Attach_NewDesktop_SkipsWhatWasTypedBefore()
    {
        _writer.Write(new(InputKind.Scancode, 0, 30), out _);
        Assert.True(InputRingReader.TryOpen(_file, 5, out var successor));
        using var attached = successor;
        Assert.Equal(InputRead.None, successor.TryRead(out _));
        _writer.Write(new(InputKind.Scancode, 0, 31), out _);
        Assert.Equal(InputRead.Entry, successor.TryRead(out var input));
        Assert.Equal(31, input.A);
    }

    [Fact]
    public void Read_EventOfAnotherFront_IsCorrupt()
    {
        Assert.True(InputRingReader.TryOpen(_file, 6, out var other));
        using var attached = other;
        _writer.Write(new(InputKind.Scancode, 0, 30), out _);
        Assert.Equal(InputRead.Corrupt, other.TryRead(out _));
    }

    List<InputEvent> ReadAll()
    {
        var events = new List<InputEvent>();
        while (_reader.TryRead(out var input) == InputRead.Entry) events.Add(input);
        return events;
    }
}
