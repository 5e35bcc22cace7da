namespace RemoteChain.Surface;

public sealed unsafe partial class SurfaceReader
{
    ulong _nextDamage;

    /// <summary>Sequence of the newest damage entry that was read or skipped; 0 = none was ever published.</summary>
    public ulong LastDamage => _nextDamage - 1;

    /// <summary>Something was published that has not been read or skipped.</summary>
    public bool HasDamage => Volatile.Read(ref At<ulong>(SurfaceLayout.DamageHead)) + 1 != _nextDamage;

    /// <summary>Reads the next damage entry. After a resize an entry of the new generation always follows.</summary>
    public DamageRead TryReadDamage(out DamageEntry entry) => Read(Volatile.Read(ref At<ulong>(SurfaceLayout.DamageHead)), out entry);

    /// <summary>Adds all that is new to a region.</summary>
    /// <returns><see cref="DamageRead.Entry"/> when something was added, else what happened instead. After
    /// <see cref="DamageRead.FellBehind"/>
    /// the region may hold a part of what was missed, which the full picture makes needless.</returns>
    public DamageRead Drain(DamageRegion region)
    {
        // Only up to the head of now: a writer that never pauses must not keep this reader here.
        var head = Volatile.Read(ref At<ulong>(SurfaceLayout.DamageHead));
        var added = false;
        while (true)
        {
            var read = Read(head, out var entry);
            if (read == DamageRead.None) return added ? DamageRead.Entry : DamageRead.None;
            if (read != DamageRead.Entry) return read;
            region.Add(entry);
            added = true;
        }
    }

    /// <summary>Forgets all damage up to now: call it before taking a full picture.</summary>
    public void SkipDamage() => _nextDamage = Volatile.Read(ref At<ulong>(SurfaceLayout.DamageHead)) + 1;

    DamageRead Read(ulong head, out DamageEntry entry)
    {
        entry = default;
        // Distances, not comparisons: they hold for any values that a hostile writer may put there.
        var waiting = head - _nextDamage + 1;
        if (waiting == 0) return DamageRead.None;
        if (waiting > long.MaxValue) return DamageRead.Corrupt;
        if (waiting > SurfaceLayout.DamageEntries) return FellBehind();

        ref var slot = ref At<DamageSlot>(SurfaceLayout.DamageRing + (int)(_nextDamage % SurfaceLayout.DamageEntries) * sizeof(DamageSlot));
        var before = Volatile.Read(ref slot.Sequence);
        var copy = slot;
        Interlocked.MemoryBarrier();
        var after = Volatile.Read(ref slot.Sequence);
        // The writer has lapped this reader and is overwriting, or has overwritten, the entry.
        if (before != _nextDamage || after != _nextDamage) return FellBehind();

        entry = new(copy.Sequence, new(copy.X, copy.Y, copy.Width, copy.Height), copy.Generation, copy.LastInputId, copy.ReceivedNanos,
            copy.DecodedNanos, copy.PublishedNanos);
        if (!IsPossible(entry)) return DamageRead.Corrupt;
        _nextDamage++;
        return DamageRead.Entry;
    }

    DamageRead FellBehind()
    {
        SkipDamage();
        return DamageRead.FellBehind;
    }

    static bool IsPossible(in DamageEntry entry) =>
        entry.Rectangle.X is >= 0 and < SurfaceFile.SideMax && entry.Rectangle.Y is >= 0 and < SurfaceFile.SideMax
        && entry.Rectangle.Width >= 1 && entry.Rectangle.Width <= SurfaceFile.SideMax - entry.Rectangle.X
        && entry.Rectangle.Height >= 1 && entry.Rectangle.Height <= SurfaceFile.SideMax - entry.Rectangle.Y
        && entry.Generation != 0 && entry.ReceivedNanos >= 0 && entry.DecodedNanos >= 0 && entry.PublishedNanos >= 0;
}
