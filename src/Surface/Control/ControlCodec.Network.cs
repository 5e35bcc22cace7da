using System.Net;

namespace RemoteChain.Surface.Control;

/// <summary>The messages between the node and the network of an emulated machine.</summary>
public static partial class ControlCodec
{
    static bool TryWriteNetwork(ref PacketWriter writer, ControlMessage message)
    {
        switch (message)
        {
            case NetworkDial m:
                writer.UInt16((ushort)Kind.NetworkDial);
                writer.Int32(m.Request);
                WriteGuestEnd(ref writer, m.To);
                break;
            case NetworkLookUp m:
                writer.UInt16((ushort)Kind.NetworkLookUp);
                writer.Int32(m.Request);
                writer.Text(m.Name, NetworkLookUp.NameBytesMax);
                break;
            case NetworkDenied m:
                writer.UInt16((ushort)Kind.NetworkDenied);
                writer.Byte(m.Protocol);
                WriteGuestEnd(ref writer, m.To);
                break;
            case NetworkDialed m:
                writer.UInt16((ushort)Kind.NetworkDialed);
                writer.Int32(m.Request);
                writer.Flag(m.Socket is not null);
                break;
            case NetworkNames m:
                writer.UInt16((ushort)Kind.NetworkNames);
                writer.Int32(m.Request);
                writer.Byte(m.Outcome);
                writer.UInt16((ushort)m.Addresses.Count);
                foreach (var address in m.Addresses) writer.Bytes(address.GetAddressBytes(), 16);
                break;
            default:
                return false;
        }
        return true;
    }

    static ControlMessage? ReadNetwork(Kind kind, ref PacketReader reader) => kind switch
    {
        Kind.NetworkDial => new NetworkDial(Number(ref reader), GuestEnd(ref reader)),
        Kind.NetworkLookUp => new NetworkLookUp(Number(ref reader), reader.Text(NetworkLookUp.NameBytesMax)),
        Kind.NetworkDenied => new NetworkDenied(reader.Byte(), GuestEnd(ref reader)),
        Kind.NetworkNames => new NetworkNames(Number(ref reader), reader.Choice(NetworkNames.OutcomeMax), NamedAddresses(ref reader)),
        _ => null,
    };

    static NetworkDialed? ReadNetworkDialed(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors)
    {
        var request = Number(ref reader);
        return reader.Flag() == descriptors.IsEmpty ? null : new(request, descriptors.IsEmpty ? null : descriptors[0]);
    }

    // Four bytes and a port that may be 0.
    static void WriteGuestEnd(ref PacketWriter writer, IPEndPoint end)
    {
        foreach (var value in end.Address.GetAddressBytes().AsSpan(0, 4)) writer.Byte(value);
        writer.UInt16((ushort)end.Port);
    }

    static IPEndPoint GuestEnd(ref PacketReader reader) =>
        new(new IPAddress([reader.Byte(), reader.Byte(), reader.Byte(), reader.Byte()]), reader.UInt16());

    static List<IPAddress> NamedAddresses(ref PacketReader reader)
    {
        List<IPAddress> addresses = [];
        for (var left = reader.Count(NetworkNames.AddressesMax); left > 0; left--) addresses.Add(Address(ref reader));
        return addresses;
    }
}
