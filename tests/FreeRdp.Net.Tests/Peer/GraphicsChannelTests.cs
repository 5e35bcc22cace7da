using System.Buffers.Binary;
using FreeRdp.Channels.Server;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>The graphics pipeline's channel, byte for byte (MS-RDPEGFX 2.2).</summary>
public sealed class GraphicsChannelTests : GraphicsChannel.IEvents
{
    private readonly List<byte[]> _sent = [];
    private readonly List<string> _events = [];
    private readonly DynamicChannels _channels;
    private readonly GraphicsChannel _graphics;

    public GraphicsChannelTests()
    {
        _channels = new DynamicChannels(message =>
        {
            _sent.Add(message.ToArray());
            return true;
        });
        _graphics = new GraphicsChannel(this);
        _channels.Start();
        Assert.True(_channels.TryReceive([0x50, 0, 3, 0], flags: 3));
        Assert.True(_graphics.Open(_channels));
        Assert.True(_channels.TryReceive([0x10, 1, 0, 0, 0, 0], flags: 3));
        _sent.Clear();
    }

    [Theory]
    [InlineData(new uint[] { 0x00080004, 0x000A0002, 0x00080105 }, 0x000A0002)]
    [InlineData(new uint[] { 0x000A0701, 0x000A0600 }, 0x000A0701)]
    [InlineData(new uint[] { 0x00080004 }, 0x00080004)]
    public void Advertise_SeveralVersions_BestKnownIsConfirmedWithoutAvc(uint[] versions, uint expected)
    {
        Assert.True(Receive(Advertise(versions, flags: 0x12)));
        Assert.Equal(["ready"], _events);
        // drdynvc data, segmented single, RDP8 uncompressed, then the command.
        var sent = Assert.Single(_sent);
        Assert.Equal([0x30, 1, 0xE0, 0x04, 0x13, 0], sent[..6]);
        Assert.Equal(expected, BinaryPrimitives.ReadUInt32LittleEndian(sent.AsSpan(12)));
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(sent.AsSpan(20));
        Assert.Equal(expected >= 0x000A0002 ? 0x32u : expected == 0x00080105 ? 0x02u : 0x12u, flags);
    }

    [Fact]
    public void Advertise_NothingKnown_IsAnError() => Assert.False(Receive(Advertise([0x000C0000], 0)));

    [Theory]
    [InlineData(0u, "acknowledged 7 0")]
    [InlineData(0xFFFFFFFFu, "acknowledged 7 4294967295")]
    public void Acknowledge_OfAFrame_IsTold(uint depth, string expected)
    {
        var body = new byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(body, depth);
        body[4] = 7;
        Assert.True(Receive(Command(0x0D, body)));
        Assert.Equal([expected], _events);
    }

    [Fact]
    public void Offer_OfAPersistentCache_IsAnsweredWithNothing()
    {
        Receive(Advertise([0x000A0701], 0));
        _sent.Clear();
        Assert.True(Receive(Command(0x10, [1, 0, .. new byte[12]])));
        Assert.Equal([0x30, 1, 0xE0, 0x04, 0x11, 0, 0, 0, 10, 0, 0, 0, 0, 0], Assert.Single(_sent));
    }

    [Fact]
    public void Send_MoreThanASegment_IsCutTwiceAndWhole()
    {
        Receive(Advertise([0x000A0701], 0));
        _sent.Clear();
        var bitmap = new byte[150_000];
        new Random(1).NextBytes(bitmap);
        _graphics.Message.Clear();
        _graphics.Message.WireToSurface1(1, GraphicsMessage.CodecPlanar, new(0, 0, 64, 64), bitmap);
        Assert.True(_graphics.Send());
        Assert.All(_sent, packet => Assert.InRange(packet.Length, 1, DynamicChannels.PacketBytesMax));
        // DATA_FIRST with a length of four bytes, then DATA.
        Assert.Equal(0x28, _sent[0][0]);
        var total = BinaryPrimitives.ReadInt32LittleEndian(_sent[0].AsSpan(2));
        byte[] message = [.. _sent[0][6..], .. _sent.Skip(1).SelectMany(p => p[2..])];
        Assert.Equal(total, message.Length);
        Assert.Equal(0xE1, message[0]);
        var segments = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(1));
        var commands = new List<byte>();
        var at = 7;
        for (var i = 0; i < segments; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at));
            Assert.Equal(0x04, message[at + 4]);
            commands.AddRange(message[(at + 5)..(at + 4 + length)]);
            at += 4 + length;
        }

        Assert.Equal(message.Length, at);
        Assert.Equal(BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(3)), commands.Count);
        Assert.True(commands.Skip(8 + 17).SequenceEqual(bitmap));
    }

    [Theory]
    [InlineData(new byte[] { 0x20, 1, 2, 1, 2, 3 })]
    [InlineData(new byte[] { 0x28, 1, 0xFF, 0xFF, 0xFF, 0x7F, 1 })]
    [InlineData(new byte[] { 0x30 })]
    [InlineData(new byte[] { 0x30, 1, 0x12, 0, 0, 0, 4, 0, 0, 0 })]
    [InlineData(new byte[] { 0x70, 1, 0 })]
    public void Receive_BrokenPackets_AreRefused(byte[] packet) => Assert.False(_channels.TryReceive(packet, flags: 3));

    [Fact]
    public void Receive_MessageInParts_IsPutTogether()
    {
        var whole = Advertise([0x000A0701, 0x000A0600, 0x000A0502], 0);
        Assert.True(_channels.TryReceive([0x20, 1, (byte)whole.Length, .. whole[..10]], flags: 3));
        Assert.Empty(_events);
        Assert.True(_channels.TryReceive([0x30, 1, .. whole[10..]], flags: 3));
        Assert.Equal(["ready"], _events);
    }

    void GraphicsChannel.IEvents.GraphicsReady() => _events.Add("ready");

    void GraphicsChannel.IEvents.GraphicsAcknowledged(uint frame, uint queueDepth) => _events.Add($"acknowledged {frame} {queueDepth}");

    void GraphicsChannel.IEvents.GraphicsQuality(uint frame, int startToEndMillis, int decodeMillis) => _events.Add("quality");

    private bool Receive(byte[] command) => _channels.TryReceive([0x30, 1, .. command], flags: 3);

    private static byte[] Command(ushort command, byte[] body)
    {
        var bytes = new byte[8 + body.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, command);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length);
        body.CopyTo(bytes, 8);
        return bytes;
    }

    private static byte[] Advertise(uint[] versions, uint flags)
    {
        var body = new byte[2 + (versions.Length * 12)];
        body[0] = (byte)versions.Length;
        for (var i = 0; i < versions.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(2 + (i * 12)), versions[i]);
            BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(6 + (i * 12)), 4);
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(10 + (i * 12)), flags);
        }

        return Command(0x12, body);
    }
}
