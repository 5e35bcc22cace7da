using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>What one machine changed of a disk that many share: a sparse file with a header, a map of the blocks that are in it, and the blocks.
/// The disk below is never written to.</summary>
public sealed class OverlayDisk : IDisk
{
    /// <summary>What is copied when its first byte changes.</summary>
    public const int BlockBytes = 1 << 16;

    /// <summary>No disk is larger: its map would be.</summary>
    public const long BytesMax = 1L << 42;
    const int HeaderBytes = 4096;
    static ReadOnlySpan<byte> Magic => "RChainO1"u8;

    readonly IDisk _below;
    readonly SafeFileHandle _file;
    readonly byte[] _map;
    readonly byte[] _block = new byte[BlockBytes];
    readonly long _dataAt;

    OverlayDisk(IDisk below, SafeFileHandle file, byte[] map)
    {
        (_below, _file, _map) = (below, file, map);
        _dataAt = HeaderBytes + (map.Length + HeaderBytes - 1L) / HeaderBytes * HeaderBytes;
    }

    /// <summary>An empty file becomes an overlay; another is read.</summary>
    /// <param name="below">What is not in the file; disposed with this.</param>
    /// <param name="file">Readable and writable; closed with this.</param>
    /// <exception cref="InvalidDataException">The file is no overlay, or one of a disk of another size; the message says which.</exception>
    /// <exception cref="IOException">The host cannot read or write it.</exception>
    public static OverlayDisk Open(IDisk below, SafeFileHandle file)
    {
        if (below.Bytes > BytesMax) throw new InvalidDataException($"A disk of {below.Bytes} bytes is larger than an overlay can be.");
        var map = new byte[((below.Bytes + BlockBytes - 1) / BlockBytes + 7) / 8];
        Span<byte> header = stackalloc byte[Magic.Length + 2 * sizeof(long)];
        if (RandomAccess.GetLength(file) == 0)
        {
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], below.Bytes);
            BinaryPrimitives.WriteInt64LittleEndian(header[16..], BlockBytes);
            RandomAccess.Write(file, map, HeaderBytes);
            RandomAccess.Write(file, header, 0);
            return new(below, file, map);
        }
        if (RandomAccess.Read(file, header, 0) < header.Length || !header.StartsWith(Magic))
            throw new InvalidDataException("The file is no overlay of a disk.");
        var bytes = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        if (bytes != below.Bytes || BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != BlockBytes)
            throw new InvalidDataException($"The overlay belongs to a disk of {bytes} bytes, not of {below.Bytes}.");
        for (var read = 0; read < map.Length;)
        {
            var part = RandomAccess.Read(file, map.AsSpan(read), HeaderBytes + read);
            if (part <= 0) throw new InvalidDataException("The overlay ends inside its map.");
            read += part;
        }
        return new(below, file, map);
    }

    /// <inheritdoc/>
    public long Bytes => _below.Bytes;

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            var block = offset / BlockBytes;
            var length = (int)Math.Min(to.Length, (block + 1) * BlockBytes - offset);
            if (IsHere(block)) ReadHere(offset, to[..length]);
            else _below.Read(offset, to[..length]);
            to = to[length..];
            offset += length;
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        while (from.Length > 0)
        {
            var block = offset / BlockBytes;
            var length = (int)Math.Min(from.Length, (block + 1) * BlockBytes - offset);
            if (!IsHere(block)) Bring(block);
            RandomAccess.Write(_file, from[..length], _dataAt + offset);
            from = from[length..];
            offset += length;
        }
    }

    /// <inheritdoc/>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    bool IsHere(long block) => (_map[block / 8] >> (int)(block % 8) & 1) != 0;

    void ReadHere(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            var read = RandomAccess.Read(_file, to, _dataAt + offset);
            // A map that promises more than the file holds: zeros, as of any hole in it.
            if (read <= 0) break;
            to = to[read..];
            offset += read;
        }
        to.Clear();
    }

    /// <summary>Copies a block in. The map says so only once the block is there, so that a crash in between loses nothing.</summary>
    void Bring(long block)
    {
        var at = block * BlockBytes;
        var part = _block.AsSpan(0, (int)Math.Min(BlockBytes, Bytes - at));
        _below.Read(at, part);
        RandomAccess.Write(_file, part, _dataAt + at);
        _map[block / 8] |= (byte)(1 << (int)(block % 8));
        RandomAccess.Write(_file, _map.AsSpan((int)(block / 8), 1), HeaderBytes + block / 8);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _below.Dispose();
    }
}
