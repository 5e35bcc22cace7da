namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>Bytes that a drive keeps: a file, or what was changed of another disk. Used on the machine's thread.</summary>
public interface IDisk : IDisposable
{
    /// <summary>Whole sectors of 512 bytes.</summary>
    long Bytes { get; }

    /// <summary>True when writes are refused.</summary>
    bool IsReadOnly { get; }

    /// <summary>Fills a buffer from an offset; the caller stays inside <see cref="Bytes"/>.</summary>
    /// <exception cref="IOException">The host cannot read it.</exception>
    void Read(long offset, Span<byte> to);

    /// <summary>Writes at an offset; the caller stays inside <see cref="Bytes"/>.</summary>
    /// <exception cref="IOException">The host cannot write it, or it is read-only.</exception>
    void Write(long offset, ReadOnlySpan<byte> from);

    /// <summary>Everything that was written is on the host's disk.</summary>
    /// <exception cref="IOException">It is not.</exception>
    void Flush();
}
