using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>
/// Samples as bytes, exact to the nanosecond. A block carries the names of its layers and the shapes of its samples (which stages, of
/// which grade) once, so that a sample is little more than its durations: some 40 bytes for a dozen stages.
/// </summary>
public static class SampleCodec
{
    /// <summary>Most samples in one block.</summary>
    public const int SamplesMax = 65_536;

    const byte Version = 1;
    const int NamesMax = 256;
    internal const int NameCharsMax = 128;
    const int NameBytesMax = NameCharsMax * 4;
    const int ShapesMax = 4096;
    const int StagesMax = 256;
    const int LayersMax = 1024;
    const int SharedMax = 65_535;

    [Flags]
    enum Marks : byte
    {
        Busy = 1,
        Probe = 2,
        Censored = 4,
        Shared = 8,
        All = 15,
    }

    // A stage of a shape; an exact one has no interval, which saves two numbers a sample.
    readonly record struct Slot(StageKey Key, Grade Grade, bool IsExact);

    /// <summary>Writes a block.</summary>
    public static byte[] Write(IReadOnlyList<Sample> samples)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples.Count, SamplesMax);
        var names = new Dictionary<string, int>();
        var slots = new List<Slot[]>();
        var shapeOf = samples.Select(sample => ShapeOf(sample, names, slots)).ToArray();

        var writer = new CompactWriter();
        writer.Byte(Version);
        writer.Unsigned((ulong)names.Count);
        foreach (var name in names.Keys) writer.Text(name.Length > NameCharsMax ? name[..NameCharsMax] : name);
        writer.Unsigned((ulong)slots.Count);
        foreach (var shape in slots) WriteShape(writer, shape, names);
        writer.Unsigned((ulong)samples.Count);
        long ticks = 0;
        ulong id = 0;
        for (var i = 0; i < samples.Count; i++)
        {
            WriteSample(writer, samples[i], shapeOf[i], slots[shapeOf[i]], ticks, id);
            (ticks, id) = (samples[i].At.UtcTicks, samples[i].InputId);
        }
        return writer.ToArray();
    }

    /// <summary>Reads a block.</summary>
    /// <param name="bytes">The block; it may be damaged.</param>
    /// <param name="samples">What was written; times are UTC.</param>
    /// <returns>False when the bytes are not a whole block.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ImmutableArray<Sample> samples)
    {
        var reader = new CompactReader(bytes);
        samples = Read(ref reader) ?? [];
        return reader.Ok && reader.AtEnd;
    }

    static ImmutableArray<Sample>? Read(ref CompactReader reader)
    {
        if (reader.Byte() != Version) reader.Fail();
        var names = new string[reader.Count(NamesMax)];
        for (var i = 0; i < names.Length && reader.Ok; i++) names[i] = reader.Text(NameBytesMax);
        var shapes = new Slot[reader.Count(ShapesMax)][];
        for (var i = 0; i < shapes.Length && reader.Ok; i++) shapes[i] = ReadShape(ref reader, names);
        var count = reader.Count(SamplesMax);
        var samples = ImmutableArray.CreateBuilder<Sample>();
        long ticks = 0;
        ulong id = 0;
        for (var i = 0; i < count && reader.Ok; i++)
        {
            var sample = ReadSample(ref reader, shapes, ticks, id);
            if (sample is null) break;
            samples.Add(sample);
            (ticks, id) = (sample.At.UtcTicks, sample.InputId);
        }
        return reader.Ok ? samples.DrainToImmutable() : null;
    }

    // Samples of one session have few shapes, and most the same as the one before: looked for from the end, without making anything.
    static int ShapeOf(Sample sample, Dictionary<string, int> names, List<Slot[]> slots)
    {
        for (var known = slots.Count - 1; known >= 0; known--)
        {
            if (HasShape(sample, slots[known])) return known;
        }
        foreach (var time in sample.Times) names.TryAdd(time.Key.LayerName, names.Count);
        slots.Add([.. sample.Times.Select(SlotOf)]);
        return slots.Count - 1;
    }

    static bool HasShape(Sample sample, Slot[] slots)
    {
        if (sample.Times.Length != slots.Length) return false;
        for (var i = 0; i < slots.Length; i++)
        {
            if (SlotOf(sample.Times[i]) != slots[i]) return false;
        }
        return true;
    }

    static Slot SlotOf(StageTime time) => new(time.Key, time.Grade, time.LowNanos == time.Nanos && time.HighNanos == time.Nanos);

    static void WriteShape(CompactWriter writer, Slot[] shape, Dictionary<string, int> names)
    {
        writer.Unsigned((ulong)shape.Length);
        foreach (var (key, grade, exact) in shape)
        {
            writer.Unsigned((ulong)key.Layer);
            writer.Unsigned((ulong)names[key.LayerName]);
            writer.Byte((byte)key.Stage);
            writer.Byte((byte)((int)grade * 2 + (exact ? 1 : 0)));
        }
    }

    static Slot[] ReadShape(ref CompactReader reader, string[] names)
    {
        var shape = new Slot[reader.Count(StagesMax)];
        for (var i = 0; i < shape.Length && reader.Ok; i++)
        {
            var layer = reader.Count(LayersMax);
            var name = reader.Count(NamesMax);
            var stage = (Stage)reader.Byte();
            var grade = reader.Byte();
            if (name >= names.Length || !Enum.IsDefined(stage) || !Enum.IsDefined((Grade)(grade / 2))) reader.Fail();
            if (reader.Ok) shape[i] = new(new(layer, names[name], stage), (Grade)(grade / 2), (grade & 1) == 1);
        }
        return shape;
    }

    static void WriteSample(CompactWriter writer, Sample sample, int shape, Slot[] slots, long ticks, ulong id)
    {
        writer.Unsigned((ulong)shape);
        writer.Byte((byte)((sample.Load == Load.Busy ? Marks.Busy : 0) | (sample.Origin == SampleOrigin.Probe ? Marks.Probe : 0)
            | (sample.Censored ? Marks.Censored : 0) | (sample.SharedPicture != 1 ? Marks.Shared : 0)));
        writer.Unsigned((ulong)sample.Kind);
        writer.Signed(unchecked((long)(sample.InputId - id)));
        writer.Signed(sample.At.UtcTicks - ticks);
        if (sample.SharedPicture != 1) writer.Unsigned((ulong)Math.Clamp(sample.SharedPicture, 0, SharedMax));
        for (var i = 0; i < slots.Length; i++)
        {
            var time = sample.Times[i];
            writer.Signed(time.Nanos);
            if (slots[i].IsExact) continue;
            writer.Signed(unchecked(time.Nanos - time.LowNanos));
            writer.Signed(unchecked(time.HighNanos - time.Nanos));
        }
    }

    static Sample? ReadSample(ref CompactReader reader, Slot[][] shapes, long ticks, ulong id)
    {
        var shape = reader.Count(ShapesMax);
        var marks = (Marks)reader.Byte();
        var kind = (InputKind)reader.Count(ushort.MaxValue);
        id = unchecked(id + (ulong)reader.Signed());
        ticks = unchecked(ticks + reader.Signed());
        var shared = marks.HasFlag(Marks.Shared) ? reader.Count(SharedMax) : 1;
        if (shape >= shapes.Length || (marks & ~Marks.All) != 0 || !Enum.IsDefined(kind)
            || (ulong)ticks > (ulong)DateTimeOffset.MaxValue.UtcTicks)
            reader.Fail();
        if (!reader.Ok) return null;
        var slots = shapes[shape];
        var times = ImmutableArray.CreateBuilder<StageTime>(slots.Length);
        foreach (var (key, grade, exact) in slots)
        {
            var nanos = reader.Signed();
            var low = exact ? nanos : unchecked(nanos - reader.Signed());
            var high = exact ? nanos : unchecked(nanos + reader.Signed());
            times.Add(new(key, nanos, low, high, grade));
        }
        return reader.Ok ? new(id, kind, marks.HasFlag(Marks.Busy) ? Load.Busy : Load.Idle,
            marks.HasFlag(Marks.Probe) ? SampleOrigin.Probe : SampleOrigin.Passive, new(ticks, TimeSpan.Zero), times.MoveToImmutable(),
            shared, marks.HasFlag(Marks.Censored)) : null;
    }
}
