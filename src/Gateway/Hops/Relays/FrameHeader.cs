using System.Buffers.Binary;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>What a WebSocket frame carries (RFC 6455, section 5.2). Continuations are not spoken here: every message is one frame.</summary>
public enum FrameKind : byte
{
    /// <summary>A sentence between two nodes: <see cref="RelayWord"/>.</summary>
    Word = 1,

    /// <summary>Bytes of the connection that is relayed.</summary>
    Bytes = 2,

    /// <summary>Nothing more comes in either direction.</summary>
    Close = 8,

    /// <summary>Is anybody there?</summary>
    Ping = 9,

    /// <summary>Somebody is.</summary>
    Pong = 10,
}

/// <summary>What came of reading a frame's header.</summary>
public enum FrameOutcome
{
    /// <summary>There is a header.</summary>
    Complete,

    /// <summary>Its end has not come yet.</summary>
    NeedMore,

    /// <summary>No header that the other node could have sent.</summary>
    Malformed,
}

/// <summary>The header of one WebSocket frame (RFC 6455, section 5.2), without extensions and without fragments.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="Length">Bytes that follow.</param>
/// <param name="Mask">Key of the payload's mask, as it is in memory; null when it has none. 0 masks nothing.</param>
public readonly record struct FrameHeader(FrameKind Kind, long Length, uint? Mask)
{
    /// <summary>Most bytes of a header.</summary>
    public const int BytesMax = 14;

    /// <summary>Most bytes of a frame that carries bytes.</summary>
    public const long BytesLengthMax = 1 << 20;

    /// <summary>Most bytes of a word.</summary>
    public const int WordLengthMax = 2048;

    /// <summary>Most bytes of the other kinds (RFC 6455, section 5.5).</summary>
    public const int ControlLengthMax = 125;

    private const byte Final = 0x80, Masked = 0x80, Length16 = 126, Length64 = 127;

    /// <summary>Reads a header from the beginning of what has come.</summary>
    public static FrameOutcome TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header, out int used)
    {
        (header, used) = (default, 0);
        if (bytes.Length < 2)
        {
            return FrameOutcome.NeedMore;
        }

        // Reserved bits and unfinished messages are for extensions and fragments.
        var kind = (FrameKind)(bytes[0] & 0x7F);
        if ((bytes[0] & Final) == 0 || LengthMax(kind) is not { } lengthMax)
        {
            return FrameOutcome.Malformed;
        }

        long length = bytes[1] & 0x7F;
        int at = 2;
        if (length >= Length16)
        {
            int lengthBytes = length == Length16 ? sizeof(ushort) : sizeof(ulong);
            if (bytes.Length < at + lengthBytes)
            {
                return FrameOutcome.NeedMore;
            }

            long shortest = length == Length16 ? Length16 : ushort.MaxValue + 1;
            length = length == Length16 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadInt64BigEndian(bytes[at..]);
            at += lengthBytes;
            if (length < shortest)
            {
                return FrameOutcome.Malformed;
            }
        }

        if (length > lengthMax)
        {
            return FrameOutcome.Malformed;
        }

        uint? mask = null;
        if ((bytes[1] & Masked) != 0)
        {
            if (bytes.Length < at + sizeof(uint))
            {
                return FrameOutcome.NeedMore;
            }

            mask = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            at += sizeof(uint);
        }

        (header, used) = (new FrameHeader(kind, length, mask), at);
        return FrameOutcome.Complete;
    }

    /// <summary>How many bytes <see cref="Write"/> needs.</summary>
    public static int SizeOf(long length, bool masked) =>
        2 + (length < Length16 ? 0 : length <= ushort.MaxValue ? sizeof(ushort) : sizeof(ulong)) + (masked ? sizeof(uint) : 0);

    /// <summary>Writes the shortest form and gives its length.</summary>
    public int Write(Span<byte> into)
    {
        byte masked = Mask is null ? (byte)0 : Masked;
        into[0] = (byte)(Final | (byte)Kind);
        int at = 2;
        if (Length < Length16)
        {
            into[1] = (byte)(masked | (byte)Length);
        }
        else if (Length <= ushort.MaxValue)
        {
            into[1] = (byte)(masked | Length16);
            BinaryPrimitives.WriteUInt16BigEndian(into[at..], (ushort)Length);
            at += sizeof(ushort);
        }
        else
        {
            into[1] = (byte)(masked | Length64);
            BinaryPrimitives.WriteInt64BigEndian(into[at..], Length);
            at += sizeof(ulong);
        }

        if (Mask is { } mask)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(into[at..], mask);
            at += sizeof(uint);
        }

        return at;
    }

    /// <summary>Takes the mask off, or puts it on, beginning at byte <paramref name="offset"/> of the payload (RFC 6455, section 5.3).</summary>
    public static void Unmask(Span<byte> payload, uint mask, long offset)
    {
        if (mask == 0)
        {
            return;
        }

        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] ^= (byte)(mask >> (int)((offset + i) % sizeof(uint) * 8));
        }
    }

    private static long? LengthMax(FrameKind kind) => kind switch
    {
        FrameKind.Bytes => BytesLengthMax,
        FrameKind.Word => WordLengthMax,
        FrameKind.Close or FrameKind.Ping or FrameKind.Pong => ControlLengthMax,
        _ => null,
    };
}
