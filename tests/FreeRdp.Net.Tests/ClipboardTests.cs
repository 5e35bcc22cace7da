using System.Text;
using FreeRdp.Channels;

namespace FreeRdp.Net.Tests;

/// <summary>Both ends of clipboard redirection against each other and against what peers may send.</summary>
public sealed class ClipboardTests
{
    const int ChunkBytes = 1600;

    readonly Queue<(bool ToServer, byte[] Message)> _wire = [];
    readonly RdpClipboard _client, _server;
    readonly List<string> _heard = [];

    public ClipboardTests()
    {
        _client = End("client", isServer: false);
        _server = End("server", isServer: true);
    }

    RdpClipboard End(string name, bool isServer)
    {
        RdpClipboard end = null!;
        end = new RdpClipboard(isServer, message => { _wire.Enqueue((!isServer, message.ToArray())); return true; })
        {
            Offered = has => _heard.Add($"{name}: {(has ? "offered" : "withdrawn")}"),
            Wanted = () => _heard.Add($"{name}: wanted"),
            Received = text => _heard.Add($"{name}: {(text is null ? "nothing" : $"'{text}'")}"),
        };
        return end;
    }

    /// <summary>Carries everything that waits, in chunks as on a real channel.</summary>
    void Deliver()
    {
        while (_wire.TryDequeue(out var sent)) Assert.True(Give(sent.ToServer ? _server : _client, sent.Message));
    }

    static bool Give(RdpClipboard end, byte[] message)
    {
        for (var at = 0; at < message.Length; at += ChunkBytes)
        {
            var flags = (at == 0 ? 1u : 0) | (at + ChunkBytes >= message.Length ? 2u : 0);
            if (!end.TryReceive(message.AsSpan(at, Math.Min(ChunkBytes, message.Length - at)), flags, message.Length)) return false;
        }

        return true;
    }

    void Begin()
    {
        _server.Start();
        Deliver();
        _heard.Clear();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("two\nlines ä 😀 ٢")]
    [InlineData("")]
    public void Copy_ThenPasteAtTheOtherEnd_BothWays(string text)
    {
        Begin();
        foreach (var (from, to, fromName, toName) in new[] { (_client, _server, "client", "server"), (_server, _client, "server", "client") })
        {
            from.Offer(true);
            Deliver();
            to.Request();
            Deliver();
            from.Answer(text);
            Deliver();
            Assert.Equal([$"{toName}: offered", $"{fromName}: wanted", $"{toName}: '{text}'"], _heard);
            _heard.Clear();
        }
    }

    [Fact]
    public void Text_OnTheWire_IsWindowsText()
    {
        Assert.Equal("a\r\nb\r\n\0", Encoding.Unicode.GetString(ClipboardPdu.TextResponse("a\nb\r\n").AsSpan(ClipboardPdu.HeaderBytes)));
        Assert.Equal("a\nb", ClipboardPdu.Text(Encoding.Unicode.GetBytes("a\r\nb\0rest")));
        Assert.Equal("�", ClipboardPdu.Text([0x00, 0xD8, 0x41]));
    }

    [Fact]
    public void Offer_BeforeTheOtherSideIsThere_IsToldWhenItIs()
    {
        _client.Offer(true);
        Assert.Empty(_wire);
        _server.Offer(true);
        _server.Start();
        Deliver();
        Assert.Contains("server: offered", _heard);
        Assert.Contains("client: offered", _heard);
    }

    [Fact]
    public void Request_OfWhatWasWithdrawnOrNeverOffered_IsNothing()
    {
        _client.Request();
        Begin();
        _client.Request();
        _server.Offer(true);
        Deliver();
        _server.Offer(false);
        Deliver();
        _client.Request();
        Assert.Equal(["client: nothing", "client: offered", "client: withdrawn", "client: nothing"], _heard);
    }

    [Fact]
    public void Large_WithinTheBound_ArrivesWhole_AndBeyondItIsNothing()
    {
        Begin();
        _server.Offer(true);
        foreach (var (chars, arrives) in new[] { (100_000, true), (200_000, false) })
        {
            Deliver();
            _client.Request();
            Deliver();
            _server.Answer(new string('x', chars));
            Deliver();
            Assert.Equal(arrives ? $"client: '{new string('x', chars)}'" : "client: nothing", _heard[^1]);
        }

        // What was let pass by has not broken the channel.
        _client.Request();
        Deliver();
        _server.Answer("still there");
        Deliver();
        Assert.Equal("client: 'still there'", _heard[^1]);
    }

    [Fact]
    public void Requests_WithoutAnEnd_AreRefusedBeyondTheBound()
    {
        Begin();
        _server.Offer(true);
        Deliver();
        for (var i = 0; i < 100; i++) Assert.True(Give(_server, ClipboardPdu.TextRequest()));
        Assert.Equal(100 - RdpClipboard.WantedMax, _wire.Count);
        Assert.Single(_heard, "server: wanted");
    }

    [Theory]
    [InlineData(true, "'the second'")]
    [InlineData(false, "nothing")]
    public void Request_ThatIsNeverAnswered_IsMadeAgainWhenSomethingElseIsCopied(bool hasText, string received)
    {
        Begin();
        Assert.True(Give(_server, ClipboardPdu.FormatList(true, longNames: true)));
        _server.Request();
        _wire.Clear();
        Assert.True(Give(_server, ClipboardPdu.FormatList(hasText, longNames: true)));
        Assert.Equal(hasText, _wire.Any(sent => sent.Message.AsSpan().SequenceEqual(ClipboardPdu.TextRequest())));
        if (hasText) Assert.True(Give(_server, ClipboardPdu.TextResponse("the second")));
        Assert.Equal(["server: offered", hasText ? "server: offered" : "server: withdrawn", $"server: {received}"], _heard);
    }

    [Fact]
    public void Answer_ThatNobodyAskedFor_IsNotBelieved()
    {
        Begin();
        Assert.True(Give(_server, ClipboardPdu.TextResponse("planted")));
        Assert.Empty(_heard);
    }

    [Fact]
    public void Server_ThatWasNotStarted_SaysAndTakesNothing()
    {
        Assert.True(Give(_server, ClipboardPdu.FormatList(true, longNames: true)));
        Assert.True(Give(_server, ClipboardPdu.TextRequest()));
        Assert.True(Give(_server, ClipboardPdu.MonitorReady()));
        Assert.Empty(_heard);
        Assert.Empty(_wire);
    }

    public static TheoryData<byte[]> Broken => new(
        [2, 0, 0, 0], [2, 0, 0, 0, 5, 0, 0, 0, 13, 0, 0, 0], [2, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], [2, 0, 0, 0, 2, 0, 0, 0, 13, 0],
        [2, 0, 0, 0, 5, 0, 0, 0, 13, 0, 0, 0, 1], [4, 0, 0, 0, 1, 0, 0, 0, 13], [7, 0, 0, 0, 2, 0, 0, 0, 1, 0],
        [7, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 3, 0], [7, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 9, 0]);

    [Theory]
    [MemberData(nameof(Broken))]
    public void Message_Broken_EndsTheConnection(byte[] message)
    {
        Begin();
        Assert.False(Give(_server, message));
    }

    [Fact]
    public void Chunks_OutOfOrder_EndTheConnection()
    {
        Begin();
        Assert.False(_server.TryReceive([1, 2, 3], flags: 0, total: 3));
        Assert.False(_server.TryReceive([1, 2, 3], flags: 1, total: 2));
        Assert.True(_server.TryReceive(new byte[10], flags: 1, total: 15));
        Assert.False(_server.TryReceive(new byte[6], flags: 2, total: 15));
    }

    // A list as servers without long names write it: 32 bytes of name after each number.
    [Fact]
    public void Formats_WithShortNames_AreUnderstood()
    {
        Assert.True(ClipboardPdu.TryReadFormats(new byte[36], longNames: false, out var none));
        Assert.True(ClipboardPdu.TryReadFormats([.. new byte[36], 13, .. new byte[35]], longNames: false, out var text));
        Assert.Equal((false, true), (none, text));
    }
}
