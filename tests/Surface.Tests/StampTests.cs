namespace RemoteChain.Surface.Tests;

/// <summary>What workers note for the node: when an input was passed on, when a picture was sent and acknowledged.</summary>
public sealed class StampTests : IDisposable
{
    const int Front = 5;

    readonly DescriptorHandle _input = InputFile.Create();
    readonly DescriptorHandle _frames = FrameFile.Create();
    readonly Bell _bell = Bell.Create();
    readonly InputRingWriter _writer;
    readonly InputRingReader _reader;
    readonly InputStampReader _stamps;
    readonly FrameRingWriter _frameWriter;
    readonly FrameRingReader _frameReader;

    public StampTests()
    {
        Assert.True(InputRingReader.TryOpen(_input, Front, out var reader));
        Assert.True(InputStampReader.TryOpen(_input, Front, out var stamps));
        Assert.True(FrameRingReader.TryOpen(_frames, out var frameReader));
        (_reader, _stamps, _frameReader) = (reader, stamps, frameReader);
        _writer = new InputRingWriter(_input, new Bell(_bell.Handle.Duplicate()), Front);
        _frameWriter = new FrameRingWriter(_frames);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
        _stamps.Dispose();
        _frameWriter.Dispose();
        _frameReader.Dispose();
        _bell.Dispose();
        _input.Dispose();
        _frames.Dispose();
    }

    static long Now => MonotonicClock.NowNanos();

    [Fact]
    public void InputStamps_PassedOn_ComeOnceTheRingHasLetGo()
    {
        _writer.Write(new(InputKind.Scancode, 0, 30, ReceivedNanos: Now), out var id);
        Assert.Equal(StampRead.None, _stamps.TryRead(Now, out _));
        Assert.Equal(InputRead.Entry, _reader.TryRead(out _));
        var taken = Now;
        _reader.Stamp(taken, taken + 5);
        Assert.Equal(StampRead.None, _stamps.TryRead(Now, out _));
        Assert.Equal(InputRead.None, _reader.TryRead(out _));
        Assert.Equal(StampRead.Entry, _stamps.TryRead(Now, out var delivered));
        Assert.Equal((id, taken, taken + 5), (delivered.Input.Id, delivered.TakenNanos, delivered.SentNanos));
        Assert.InRange(delivered.TakenNanos, delivered.Input.PublishedNanos, long.MaxValue);
        Assert.Equal(StampRead.None, _stamps.TryRead(Now, out _));
    }

    [Fact]
    public void InputStamps_TakenWithoutSending_ArePassedOver()
    {
        _writer.Write(new(InputKind.Resize, 0, 800, 600, 100), out _);
        _writer.Write(new(InputKind.Scancode, 0, 30), out var id);
        Assert.Equal(InputRead.Entry, _reader.TryRead(out _));
        Assert.Equal(InputRead.Entry, _reader.TryRead(out _));
        _reader.Stamp(Now, Now);
        _reader.TryRead(out _);
        Assert.Equal(StampRead.Entry, _stamps.TryRead(Now, out var delivered));
        Assert.Equal(id, delivered.Input.Id);
    }

    [Fact]
    public void InputStamps_ManyRoundsOfTheRing_LoseNothingThatIsReadInTime()
    {
        var read = 0;
        for (var i = 0; i < 5 * InputRingWriter.Capacity; i++)
        {
            _writer.Write(new(InputKind.Scancode, 0, 30), out _);
            Assert.Equal(InputRead.Entry, _reader.TryRead(out _));
            _reader.Stamp(Now, Now);
            if (i % 100 != 0) continue;
            while (_stamps.TryRead(Now, out _) == StampRead.Entry) read++;
        }
        _reader.TryRead(out _);
        while (_stamps.TryRead(Now, out _) == StampRead.Entry) read++;
        Assert.Equal(5 * InputRingWriter.Capacity, read);
    }

    [Fact]
    public void InputStamps_NobodyLookedForTooLong_SaysSoAndGoesOn()
    {
        for (var i = 0; i < 3 * InputRingWriter.Capacity; i++)
        {
            _writer.Write(new(InputKind.Scancode, 0, 30), out _);
            _reader.TryRead(out _);
            _reader.Stamp(Now, Now);
        }
        _reader.TryRead(out _);
        Assert.Equal(StampRead.FellBehind, _stamps.TryRead(Now, out _));
        Assert.Equal(StampRead.Entry, _stamps.TryRead(Now, out _));
    }

    [Fact]
    public void Stamps_MadeWhileTheNodeReads_WaitForTheNextReading()
    {
        var began = Now;
        _writer.Write(new(InputKind.Scancode, 0, 30), out _);
        _reader.TryRead(out _);
        _reader.Stamp(Now, Now);
        _reader.TryRead(out _);
        _frameWriter.Write(1, 1, Now, Now, isAcknowledged: true);
        _frameWriter.Acknowledge(1, Now);
        Assert.Equal((StampRead.None, StampRead.None), (_stamps.TryRead(began, out _), _frameReader.TryRead(began, out _)));
        Assert.Equal((StampRead.Entry, StampRead.Entry), (_stamps.TryRead(Now, out _), _frameReader.TryRead(Now, out _)));
    }

    [Fact]
    public void InputStamps_StampsThatCannotBe_AreCorrupt()
    {
        _writer.Write(new(InputKind.Scancode, 0, 30), out _);
        _reader.TryRead(out _);
        _reader.Stamp(Now, Now + 60_000_000_000);
        _reader.TryRead(out _);
        Assert.Equal(StampRead.Corrupt, _stamps.TryRead(Now, out _));
    }

    [Fact]
    public void Frames_Acknowledged_AreReadWithAllStamps()
    {
        var now = Now;
        _frameWriter.Write(frame: 7, lastDamage: 3, now - 30, now - 20, isAcknowledged: true);
        Assert.Equal(StampRead.None, _frameReader.TryRead(now, out _));
        _frameWriter.Acknowledge(7, now - 10);
        Assert.Equal(StampRead.Entry, _frameReader.TryRead(now, out var frame));
        Assert.Equal(new SentFrame(1, 3, now - 30, now - 20, now - 10), frame);
    }

    [Fact]
    public void Frames_AnswerStampedBeforeTheSending_CountsAsAtOnce()
    {
        // Another thread received the answer while the one that sent was on its way to the clock.
        var now = Now;
        _frameWriter.Write(frame: 7, lastDamage: 3, now - 30, now - 10, isAcknowledged: true);
        _frameWriter.Acknowledge(7, now - 20);
        Assert.Equal(StampRead.Entry, _frameReader.TryRead(now, out var frame));
        Assert.Equal(now - 10, frame.AcknowledgedNanos);
    }

    [Fact]
    public void Frames_OneAcknowledgementForSeveral_CountsForAll()
    {
        var now = Now;
        for (var i = 0u; i < 3; i++) _frameWriter.Write(uint.MaxValue - 1 + i, i, now - 30, now - 20, isAcknowledged: true);
        // The client's number has wrapped: 0 comes after uint.MaxValue.
        _frameWriter.Acknowledge(0, now);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(StampRead.Entry, _frameReader.TryRead(now, out var frame));
            Assert.Equal(now, frame.AcknowledgedNanos);
        }
    }

    [Fact]
    public void Frames_NeverAcknowledged_AreReadWithoutWhenItIsOverdue()
    {
        var now = Now;
        _frameWriter.Write(1, 1, now - 30, now - 20, isAcknowledged: true);
        Assert.Equal(StampRead.Entry, _frameReader.TryRead(now + FrameRingReader.AcknowledgementNanosMax, out var frame));
        Assert.Equal(0, frame.AcknowledgedNanos);
        _frameWriter.Write(2, 1, now - 30, now - 20, isAcknowledged: false);
        Assert.Equal(StampRead.Entry, _frameReader.TryRead(now, out _));
    }

    [Fact]
    public void Frames_NobodyLookedForTooLong_SaysSoAndGoesOn()
    {
        var now = Now;
        for (var i = 1u; i <= FrameRingWriter.Capacity + 5; i++) _frameWriter.Write(i, i, now - 30, now - 20, isAcknowledged: false);
        Assert.Equal(StampRead.FellBehind, _frameReader.TryRead(now, out _));
        Assert.Equal(StampRead.Entry, _frameReader.TryRead(now, out var frame));
        Assert.InRange(frame.Sequence, (ulong)FrameRingWriter.Capacity / 2, (ulong)FrameRingWriter.Capacity);
    }

    [Fact]
    public void Frames_StampsThatCannotBe_AreCorrupt()
    {
        var now = Now;
        _frameWriter.Write(1, 1, now, now - 20, isAcknowledged: false);
        Assert.Equal(StampRead.Corrupt, _frameReader.TryRead(now, out _));
    }
}
