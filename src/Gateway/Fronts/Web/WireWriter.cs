using System.Buffers.Binary;
using System.Text;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>A message that is being written: a buffer that grows to what its front needs and is then used again and again.</summary>
public sealed class WireWriter
{
    private const int BytesFirst = 4096;

    private byte[] _bytes = new byte[BytesFirst];
    private int _length;

    /// <summary>Bytes written since <see cref="Begin"/>.</summary>
    public int Length => _length;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Starts a message of that kind.</summary>
    public void Begin(WebOutputKind kind)
    {
        _length = 0;
        U8((byte)kind);
    }

    /// <summary>Forgets what was written: for parts of messages.</summary>
    public void Clear() => _length = 0;

    /// <summary>Fills in four bytes that were left for it.</summary>
    public void PutU32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), value);

    /// <summary>One byte.</summary>
    public void U8(byte value) => Room(1)[0] = value;

    /// <summary>Two bytes, the low one first.</summary>
    public void U16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), (ushort)value);

    /// <summary>Four bytes, the lowest first.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    /// <summary>Bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>UTF-8 without a length: the rest of the message.</summary>
    public void Text(string text) => Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetByteCount(text)));

    /// <summary>Four bytes that are filled in later with the length of what follows them.</summary>
    /// <returns>To give to <see cref="SetLength"/>.</returns>
    public int ReserveLength()
    {
        U32(0);
        return _length;
    }

    /// <summary>Fills a reserved length in: what was written since.</summary>
    public void SetLength(int reserved) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(reserved - sizeof(uint)), (uint)(_length - reserved));

    /// <summary>Room for at least that many bytes behind what was written; say with <see cref="Advance"/> how many were used.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes));
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>That many bytes of the reserved room hold something.</summary>
    public void Advance(int bytes) => _length += bytes;

    /// <summary>Takes back what was written behind that length.</summary>
    public void Truncate(int length) => _length = length;

    private Span<byte> Room(int bytes)
    {
        var room = Reserve(bytes)[..bytes];
        _length += bytes;
        return room;
    }
}
