using System.Buffers.Binary;
using System.Text;
using RemoteChain.Gateway.Fronts;

namespace RemoteChain.Gateway.Tests.Fronts;

public class ConnectionRequestTests
{
    [Fact]
    public void TryRead_RequestOfAnOrdinaryClient_GivesCookieAndProtocols()
    {
        Assert.Equal(ConnectionRequestOutcome.Complete, ConnectionRequest.TryRead(Request("Cookie: mstshash=alice#desk\r\n", 3), out var request));
        Assert.Equal(new ConnectionRequest("alice#desk", RequestedProtocols.Tls | RequestedProtocols.Nla), request);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Cookie: msts=3640205228.15629.0000\r\n", "")]
    [InlineData("tsv://MS Terminal Services Plugin.1.Farm\r\n", "")]
    public void TryRead_NoNameInTheCookie_IsStillARequest(string line, string cookie)
    {
        Assert.Equal(ConnectionRequestOutcome.Complete, ConnectionRequest.TryRead(Request(line, 1), out var request));
        Assert.Equal(cookie, request!.Cookie);
    }

    [Fact]
    public void TryRead_EveryPrefix_NeedsMore()
    {
        byte[] whole = Request("Cookie: mstshash=alice\r\n", 11);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(ConnectionRequestOutcome.NeedMore, ConnectionRequest.TryRead(whole.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("474554202f20485454502f312e310d0a")] // an HTTP request
    [InlineData("16030100a5010000a1")] // a TLS hello without the RDP negotiation
    [InlineData("0300000b06d00000000000")] // X.224 connection confirm
    [InlineData("0300ffff06e00000000000")] // a length beyond all reason
    [InlineData("0300000406e00000000000")] // a length shorter than the header
    [InlineData("0300001306e000000000000100080003000000")] // X.224 length does not match
    public void TryRead_SomethingElse_IsMalformed(string hex) =>
        Assert.Equal(ConnectionRequestOutcome.Malformed, ConnectionRequest.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void TryRead_MutatedRequests_NeverThrow()
    {
        var random = new Random(20261120);
        byte[] whole = Request("Cookie: mstshash=alice\r\n", 3);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] mutated = whole[..random.Next(whole.Length + 1)];
            for (int n = random.Next(4); n > 0 && mutated.Length > 0; n--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            var outcome = ConnectionRequest.TryRead(mutated, out var request);
            Assert.Equal(outcome == ConnectionRequestOutcome.Complete, request is not null);
        }
    }

    private static byte[] Request(string line, uint protocols)
    {
        byte[] text = Encoding.Latin1.GetBytes(line);
        byte[] packet = new byte[4 + 7 + text.Length + 8];
        packet[0] = 3;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[4] = (byte)(packet.Length - 5);
        packet[5] = 0xE0;
        text.CopyTo(packet, 11);
        var negotiation = packet.AsSpan(11 + text.Length);
        negotiation[0] = 1;
        negotiation[2] = 8;
        BinaryPrimitives.WriteUInt32LittleEndian(negotiation[4..], protocols);
        return packet;
    }
}
