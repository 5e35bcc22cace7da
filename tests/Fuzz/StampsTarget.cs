using RemoteChain.Surface;

namespace RemoteChain.Fuzz;

/// <summary>Stamps that hijacked workers leave for the node: 8 bytes of the ring's count, then one entry, laid over a frame ring and over an
/// input ring.</summary>
sealed class StampsTarget : FuzzTarget
{
    const int CountOffset = 64, TailOffset = 128, RingOffset = 4096, SlotBytes = 64, Front = 3;

    /// <summary>No honest stamp of this run is later.</summary>
    const long NowNanos = long.MaxValue / 2;

    readonly DescriptorHandle _frames = FrameFile.Create();
    readonly DescriptorHandle _inputs = InputFile.Create();
    readonly FileStream _rawFrames, _rawInputs;
    long _frameEntries, _inputEntries, _refused;

    internal StampsTarget() : base("stamps", "frame rings and delivered inputs, as the node reads them")
    {
        _rawFrames = SurfaceTarget.OpenRaw(_frames);
        _rawInputs = SurfaceTarget.OpenRaw(_inputs);
        Seeds = [Image(1, 1, 5, 10, 20, 30), Image(2, 2, 5, 10, 20, -1), Image(1, (ulong)Front << 48 | 1, 1, 0, 30, 1), Image(ulong.MaxValue, 0, 0, 0, 0, 0)];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_frameEntries} frames, {_inputEntries} inputs, {_refused} refused";

    internal override void Feed(byte[] input)
    {
        Lay(_rawFrames, CountOffset, input);
        if (!FrameRingReader.TryOpen(_frames, out var frames)) throw new InvalidOperationException("the frame ring does not open");
        using (frames)
        {
            for (var i = 0; i < 4; i++)
            {
                var read = frames.TryRead(NowNanos, out var frame);
                if (read != StampRead.Entry)
                {
                    _refused++;
                    continue;
                }
                _frameEntries++;
                if (frame.SentNanos < frame.TakenNanos || frame.TakenNanos <= 0 || (frame.AcknowledgedNanos != 0 && frame.AcknowledgedNanos < frame.SentNanos))
                    throw new InvalidOperationException($"{frame} was accepted");
            }
        }
        // The reader begins at the tail of now: only what is said to be taken afterwards is read.
        Lay(_rawInputs, TailOffset, new byte[8]);
        if (!InputStampReader.TryOpen(_inputs, Front, out var inputs)) throw new InvalidOperationException("the input ring does not open");
        using (inputs)
        {
            Lay(_rawInputs, TailOffset, input);
            for (var i = 0; i < 4; i++)
            {
                if (inputs.TryRead(NowNanos, out var delivered) != StampRead.Entry) continue;
                _inputEntries++;
                if (delivered.Input.FrontNumber != Front || delivered.SentNanos < delivered.TakenNanos || delivered.TakenNanos < delivered.Input.PublishedNanos)
                    throw new InvalidOperationException($"{delivered} was accepted");
            }
        }
    }

    public override void Dispose()
    {
        _rawFrames.Dispose();
        _rawInputs.Dispose();
        _frames.Dispose();
        _inputs.Dispose();
    }

    static void Lay(FileStream file, int countOffset, byte[] input)
    {
        var count = Math.Min(input.Length, sizeof(ulong));
        file.Position = countOffset;
        file.Write(input, 0, count);
        // The first entry of a frame ring is number 1, of an input ring number 0: the image goes to both places.
        for (var slot = 0; slot < 2 && input.Length > count; slot++)
        {
            file.Position = RingOffset + slot * SlotBytes;
            file.Write(input, count, Math.Min(input.Length - count, SlotBytes));
        }
        file.Flush();
    }

    static byte[] Image(ulong count, params ReadOnlySpan<object> values)
    {
        var image = new byte[sizeof(ulong) + SlotBytes];
        BitConverter.TryWriteBytes(image, count);
        for (var i = 0; i < values.Length; i++)
            BitConverter.TryWriteBytes(image.AsSpan((i + 1) * sizeof(ulong)), values[i] is ulong big ? (long)big : Convert.ToInt64(values[i], null));
        return image;
    }
}
