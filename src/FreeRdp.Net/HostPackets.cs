using System.Buffers.Binary;

namespace FreeRdp;

/// <summary>
/// The few packets of a host that libfreerdp reads and does not pass on, and the one that it cannot send. Untrusted bytes; only packets
/// inside TLS, where RDP's own layers are plain.
/// </summary>
internal static class HostPackets
{
    // TPKT (RFC 1006) and X.224 data header, as every slow-path packet has them.
    private const int HeaderBytes = 7;
    private const byte TpktVersion = 3;
    private const byte X224Data = 0xF0;

    // T.125 choices, in the six bits of the first byte.
    private const int AttachUserConfirm = 11;
    private const int SendDataRequest = 25;
    private const int SendDataIndication = 26;
    private const int UserIdBase = 1001;
    private const int GlobalChannel = 1003;

    private const int PduTypeDemandActive = 1;
    private const int PduTypeData = 7;
    private const byte DataPduShutdownRequest = 0x24;
    private const byte DataPduShutdownDenied = 0x25;
    private const int ShareControlBytes = 6;
    private const int ShareDataBytes = 12;
    private const int GeneralSet = 1;
    private const int GeneralSetBytes = 20;

    /// <summary>The number that this connection has at the host (T.125 attachUserConfirm).</summary>
    public static bool TryReadUserId(ReadOnlySpan<byte> packet, out int userId)
    {
        userId = 0;
        const byte initiatorPresent = 2;
        if (packet.Length != HeaderBytes + 4 || !IsMcs(packet, AttachUserConfirm) || (packet[HeaderBytes] & initiatorPresent) == 0) return false;
        userId = UserIdBase + BinaryPrimitives.ReadUInt16BigEndian(packet[(HeaderBytes + 2)..]);
        return true;
    }

    /// <summary>The host's capabilities (MS-RDPBCGR 2.2.1.13.1).</summary>
    public static bool TryReadDemandActive(ReadOnlySpan<byte> packet, out RdpHostTraits traits)
    {
        traits = new RdpHostTraits();
        if (!TryReadShare(packet, PduTypeDemandActive, out var rest) || rest.Length < 8) return false;
        var shareId = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        int descriptorBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
        int setsBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]);
        if (setsBytes < 4 || rest.Length < 8 + descriptorBytes + setsBytes) return false;
        var sets = rest.Slice(8 + descriptorBytes, setsBytes);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(sets);
        sets = sets[4..];
        if (count > RdpHostTraits.CapabilitySetsMax) return false;
        var numbers = new int[count];
        ReadOnlySpan<byte> general = default;
        for (var i = 0; i < count; i++)
        {
            if (sets.Length < 4) return false;
            numbers[i] = BinaryPrimitives.ReadUInt16LittleEndian(sets);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(sets[2..]);
            if (length < 4 || length > sets.Length) return false;
            if (numbers[i] == GeneralSet) general = sets[4..length];
            sets = sets[length..];
        }

        traits = new RdpHostTraits { CapabilitySets = numbers, ShareId = shareId };
        if (general.Length < GeneralSetBytes) return true;
        traits = traits with
        {
            System = (BinaryPrimitives.ReadUInt16LittleEndian(general), BinaryPrimitives.ReadUInt16LittleEndian(general[2..])),
            ExtraFlags = BinaryPrimitives.ReadUInt16LittleEndian(general[10..]),
            RefreshRect = general[18] != 0,
            SuppressOutput = general[19] != 0,
        };
        return true;
    }

    /// <summary>Whether the host answers a Shutdown Request by saying that a user is signed in (MS-RDPBCGR 2.2.2.2).</summary>
    public static bool IsShutdownDenied(ReadOnlySpan<byte> packet) =>
        TryReadShare(packet, PduTypeData, out var rest) && rest.Length >= ShareDataBytes && rest[8] == DataPduShutdownDenied;

    /// <summary>Writes a Shutdown Request (MS-RDPBCGR 2.2.2.1).</summary>
    /// <returns>Its length.</returns>
    public static int WriteShutdownRequest(Span<byte> packet, int userId, uint shareId)
    {
        const int dataBytes = ShareControlBytes + ShareDataBytes;
        const int length = HeaderBytes + 7 + dataBytes;
        packet = packet[..length];
        packet.Clear();
        packet[0] = TpktVersion;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], length);
        packet[4] = 2;
        packet[5] = X224Data;
        packet[6] = 0x80;
        packet[7] = SendDataRequest << 2;
        BinaryPrimitives.WriteUInt16BigEndian(packet[8..], (ushort)(userId - UserIdBase));
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], GlobalChannel);
        packet[12] = 0x70; // high priority, one segment
        packet[13] = dataBytes;
        var share = packet[14..];
        BinaryPrimitives.WriteUInt16LittleEndian(share, dataBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(share[2..], 0x10 | PduTypeData);
        BinaryPrimitives.WriteUInt16LittleEndian(share[4..], (ushort)userId);
        BinaryPrimitives.WriteUInt32LittleEndian(share[6..], shareId);
        share[11] = 1; // STREAM_LOW
        BinaryPrimitives.WriteUInt16LittleEndian(share[12..], 4); // what follows the length, uncompressed
        share[14] = DataPduShutdownRequest;
        return length;
    }

    private static bool TryReadShare(ReadOnlySpan<byte> packet, int pduType, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (packet.Length < HeaderBytes + 7 || !IsMcs(packet, SendDataIndication)) return false;
        // The length of what follows in one byte, or in two when the first says so.
        var at = HeaderBytes + 6;
        at += (packet[at] & 0x80) != 0 ? 2 : 1;
        if (packet.Length < at + ShareControlBytes) return false;
        if ((BinaryPrimitives.ReadUInt16LittleEndian(packet[(at + 2)..]) & 0x0F) != pduType) return false;
        rest = packet[(at + ShareControlBytes)..];
        return true;
    }

    private static bool IsMcs(ReadOnlySpan<byte> packet, int choice) =>
        packet.Length > HeaderBytes && packet[0] == TpktVersion && packet[5] == X224Data && packet[HeaderBytes] >> 2 == choice;
}
