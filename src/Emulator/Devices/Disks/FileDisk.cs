using Microsoft.Win32.SafeHandles;

namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>A disk that is the raw content of a file. What is missing to a whole sector reads as zeros.</summary>
public sealed class FileDisk : IDisk
{
    const int SectorBytes = 512;

    readonly SafeFileHandle _file;

    /// <summary>Takes an open file over.</summary>
    /// <param name="file">Closed with the disk.</param>
    /// <param name="isReadOnly">Refuse writes.</param>
    public FileDisk(SafeFileHandle file, bool isReadOnly)
    {
        _file = file;
        IsReadOnly = isReadOnly;
        Bytes = (RandomAccess.GetLength(file) + SectorBytes - 1) / SectorBytes * SectorBytes;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileDisk Open(string path, bool isReadOnly) =>
        new(File.OpenHandle(path, FileMode.Open, isReadOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.Read), isReadOnly);

    /// <inheritdoc/>
    public long Bytes { get; }

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            var read = RandomAccess.Read(_file, to, offset);
            if (read <= 0) break;
            to = to[read..];
            offset += read;
        }
        to.Clear();
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        if (IsReadOnly) throw new IOException("The disk is read-only.");
        RandomAccess.Write(_file, from, offset);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (!IsReadOnly) RandomAccess.FlushToDisk(_file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
