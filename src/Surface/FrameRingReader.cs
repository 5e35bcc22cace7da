using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RemoteChain.Surface;

/// <summary>Outcome of reading stamps that another process left in shared memory.</summary>
public enum StampRead
{
    /// <summary>Nothing that is complete.</summary>
    None,

    /// <summary>An entry was read.</summary>
    Entry,

    /// <summary>Entries were overwritten before they were read; reading goes on with what is there.</summary>
    FellBehind,

    /// <summary>The writer put an impossible value there: its stamps are not to be used any more.</summary>
    Corrupt,
}

/// <summary>The node's view of a front's <see cref="FrameRingWriter"/>, read-only. Used by one thread at a time. It believes no value in the
/// file.</summary>
public sealed unsafe class FrameRingReader : IDisposable
{
    /// <summary>A frame that was not acknowledged for this long is read without.</summary>
    public const long AcknowledgementNanosMax = 2_000_000_000;

    const long ReadingNanosMax = 1_000_000_000;

    readonly SharedMapping _mapping;
    ulong _next = 1;

    FrameRingReader(SharedMapping mapping) => _mapping = mapping;

    /// <summary>Maps the ring. The caller keeps <paramref name="frames"/>.</summary>
    /// <returns>False when it is no sealed frame ring of this version.</returns>
    public static bool TryOpen(DescriptorHandle frames, [NotNullWhen(true)] out FrameRingReader? reader)
    {
        var mapping = SharedMapping.TryMap(frames, writable: false, FrameLayout.Magic, FrameLayout.Length);
        reader = mapping is null ? null : new FrameRingReader(mapping);
        return reader is not null;
    }

    /// <summary>Reads the next picture once its acknowledgement is there, is not to be expected, or is overdue.</summary>
    public StampRead TryRead(long nowNanos, out SentFrame frame)
    {
        frame = default;
        // Distances, not comparisons: they hold for any values that a hostile writer may put there.
        var waiting = Volatile.Read(ref At<ulong>(FrameLayout.Head)) - _next + 1;
        if (waiting == 0) return StampRead.None;
        if (waiting > long.MaxValue) return StampRead.Corrupt;
        if (waiting > FrameRingWriter.Capacity) return FellBehind(waiting);

        ref var slot = ref At<FrameSlot>(FrameLayout.Ring + (int)(_next % FrameRingWriter.Capacity) * sizeof(FrameSlot));
        var before = Volatile.Read(ref slot.Sequence);
        var copy = slot;
        Interlocked.MemoryBarrier();
        if (before != _next || Volatile.Read(ref slot.Sequence) != _next) return FellBehind(waiting);
        if (IsYetToCome(copy.SentNanos, nowNanos) || IsYetToCome(copy.AcknowledgedNanos, nowNanos)) return StampRead.None;
        if (copy.TakenNanos <= 0 || copy.SentNanos < copy.TakenNanos || copy.SentNanos > nowNanos) return StampRead.Corrupt;
        if (copy.AcknowledgedNanos == FrameLayout.AcknowledgementAwaited)
        {
            if (nowNanos - copy.SentNanos < AcknowledgementNanosMax) return StampRead.None;
            copy.AcknowledgedNanos = 0;
        }
        if (copy.AcknowledgedNanos != 0 && (copy.AcknowledgedNanos < copy.SentNanos || copy.AcknowledgedNanos > nowNanos)) return StampRead.Corrupt;
        frame = new(copy.Sequence, copy.LastDamage, copy.TakenNanos, copy.SentNanos, copy.AcknowledgedNanos);
        _next++;
        return StampRead.Entry;
    }

    /// <summary>Stamped by a worker that goes on working while the node reads: later than the moment at which the reading began, but not by
    /// more than a reading can take.</summary>
    internal static bool IsYetToCome(long stampNanos, long nowNanos) => stampNanos > nowNanos && stampNanos - nowNanos < ReadingNanosMax;

    /// <summary>Unmaps.</summary>
    public void Dispose() => _mapping.Dispose();

    StampRead FellBehind(ulong waiting)
    {
        // Half a ring back from the newest: near enough to lose little, far enough not to be overtaken again at once.
        _next += waiting > FrameRingWriter.Capacity / 2 ? waiting - FrameRingWriter.Capacity / 2 : 1;
        return StampRead.FellBehind;
    }

    // SAFETY: every offset is a constant of FrameLayout or an index below Capacity, all inside the mapping's checked length.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
