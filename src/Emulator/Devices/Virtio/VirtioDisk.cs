using System.Buffers.Binary;
using System.Text;
using RemoteChain.Emulator.Devices.Disks;

namespace RemoteChain.Emulator.Devices.Virtio;

/// <summary>A disk without a drive (Virtio 1.1, section 5.2): many sectors by one request.</summary>
sealed class VirtioDisk : VirtioDevice
{
    const ushort Kind = 2;
    const uint Type = 0x0100_00;
    const ulong ReadOnly = 1 << 5, FlushOffered = 1 << 9;
    const int HeaderBytes = 16, SectorBytes = 512, NameBytes = 20;
    const uint In = 0, Out = 1, Flush = 4, GetName = 8;
    const byte Good = 0, Bad = 1, Unknown = 2;

    readonly IDisk _disk;
    readonly byte[] _buffer = new byte[VirtioQueue.RequestBytesMax];

    internal VirtioDisk(VirtioContext context, int place, uint at, IDisk disk)
        : base(context, place, at, Kind, Type, queues: 1, FlushOffered | (disk.IsReadOnly ? ReadOnly : 0)) => _disk = disk;

    /// <inheritdoc/>
    protected override byte ReadSpecific(int offset) => offset < 8 ? (byte)(_disk.Bytes / SectorBytes >> (8 * offset)) : (byte)0;

    /// <inheritdoc/>
    protected override void Notified(int queue, long now) => Serve(Queues[0], Answer);

    int Answer(VirtioQueue queue)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        var room = queue.Length.Writable - 1;
        if (room < 0 || !queue.TryRead(0, header)) return 0;
        var written = 0;
        byte status;
        try
        {
            status = Do(queue, BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), room, ref written);
        }
        catch (IOException)
        {
            (status, written) = (Bad, 0);
        }
        // The last byte of the room is the outcome.
        queue.TryWrite(room, [status]);
        return written + 1;
    }

    byte Do(VirtioQueue queue, uint what, ulong sector, int room, ref int written)
    {
        var bytes = what == In ? room : queue.Length.Readable - HeaderBytes;
        var isInside = bytes % SectorBytes == 0 && sector <= (ulong)(_disk.Bytes / SectorBytes)
            && (ulong)(bytes / SectorBytes) <= (ulong)(_disk.Bytes / SectorBytes) - sector;
        switch (what)
        {
            case In when isInside:
                _disk.Read((long)sector * SectorBytes, _buffer.AsSpan(0, bytes));
                written = bytes;
                return queue.TryWrite(0, _buffer.AsSpan(0, bytes)) ? Good : Bad;
            case Out when isInside:
                if (!queue.TryRead(HeaderBytes, _buffer.AsSpan(0, bytes))) return Bad;
                _disk.Write((long)sector * SectorBytes, _buffer.AsSpan(0, bytes));
                return Good;
            case In or Out:
                return Bad;
            case Flush:
                _disk.Flush();
                return Good;
            case GetName:
                Span<byte> name = stackalloc byte[NameBytes];
                name.Clear();
                Encoding.ASCII.GetBytes("RemoteChain disk", name);
                written = Math.Min(room, NameBytes);
                return queue.TryWrite(0, name[..written]) ? Good : Bad;
            default:
                return Unknown;
        }
    }
}
