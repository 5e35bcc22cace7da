using RemoteChain.Surface;

namespace RemoteChain.Fuzz;

/// <summary>An input ring that a hijacked front fills: the input is laid over the slot that the desktop reads next.</summary>
sealed class InputTarget : FuzzTarget
{
    const int RingOffset = 4096, SlotBytes = 64, Front = 3;

    readonly DescriptorHandle _file = InputFile.Create();
    readonly FileStream _raw;
    readonly InputRingWriter _writer;
    readonly InputRingReader _reader;
    long _accepted, _refused;
    int _slot;

    internal InputTarget() : base("input", "a front's input ring, as the desktop reads it")
    {
        _raw = SurfaceTarget.OpenRaw(_file);
        if (!InputRingReader.TryOpen(_file, Front, out var reader)) throw new InvalidOperationException("the ring does not open");
        _reader = reader;
        _writer = new InputRingWriter(_file, Bell.Create(), Front);
        InputEvent[] events = [new(InputKind.Scancode, 0, 30), new(InputKind.Unicode, 1, 65), new(InputKind.Mouse, 0x800, 5, 6), new(InputKind.Synchronize, 2),
            new(InputKind.ExtendedMouse, 1, 5, 6), new(InputKind.Resize, 0, 800, 600, 100), new(InputKind.Refresh, 0), new(InputKind.ReleaseAll, 0)];
        Seeds = [.. events.Select(Snapshot)];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_accepted} accepted, {_refused} refused";

    internal override void Feed(byte[] input)
    {
        if (_writer.Write(new(InputKind.Refresh, 0), out _) != InputWrite.Written) throw new InvalidOperationException("the ring is full");
        _raw.Position = RingOffset + _slot * SlotBytes;
        _raw.Write(input, 0, Math.Min(input.Length, SlotBytes));
        if (_reader.TryRead(out var read) == InputRead.Entry)
        {
            _accepted++;
            if (read.FrontNumber != Front || !Enum.IsDefined(read.Kind)) throw new InvalidOperationException($"{read} was accepted");
        }
        else
        {
            _refused++;
            // A corrupt entry ends that front; the fuzz mends it to go on.
            _raw.Position = RingOffset + _slot * SlotBytes;
            _raw.Write(Seeds[^1]);
            if (_reader.TryRead(out _) != InputRead.Entry) throw new InvalidOperationException("a good entry is refused");
        }
        _slot = (_slot + 1) % InputRingWriter.Capacity;
    }

    public override void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _raw.Dispose();
        _file.Dispose();
    }

    byte[] Snapshot(InputEvent input)
    {
        _writer.Write(input, out _);
        _reader.TryRead(out _);
        var image = new byte[SlotBytes];
        _raw.Position = RingOffset + _slot++ * SlotBytes;
        _raw.ReadExactly(image);
        return image;
    }
}
