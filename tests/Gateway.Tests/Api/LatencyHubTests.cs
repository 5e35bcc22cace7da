using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Tests.Access;
using RemoteChain.Gateway.Tests.Latency;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>The hub as a browser uses it: SignalR's JSON protocol over a WebSocket, token in the query.</summary>
public sealed class LatencyHubTests(TestNode node) : IClassFixture<TestNode>
{
    const char End = '\u001e';

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    string TokenOf(string user) => node.Get<BearerTokens>().Create(node.Get<Accounts>().Add(user, Role.User, TestAccess.Password)!).Token;

    async Task<ClientWebSocket> ConnectAsync(string token, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new($"{node.Url.Replace("http", "ws", StringComparison.Ordinal)}/live/latency?access_token={token}"),
            cancellationToken);
        await SendAsync(socket, """{"protocol":"json","version":1}""", cancellationToken);
        return socket;
    }

    static Task SendAsync(ClientWebSocket socket, string message, CancellationToken cancellationToken) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, true, cancellationToken);

    static async IAsyncEnumerable<JsonNode> MessagesAsync(ClientWebSocket socket,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[65_536];
        for (var text = ""; ;)
        {
            var received = await socket.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close) yield break;
            text += Encoding.UTF8.GetString(buffer, 0, received.Count);
            for (int end; (end = text.IndexOf(End, StringComparison.Ordinal)) >= 0; text = text[(end + 1)..])
                yield return JsonNode.Parse(text[..end])!;
        }
    }

    [Fact]
    public async Task Watch_OwnSession_GetsWhatIsRecordedAndNothingAfterwards()
    {
        node.Sessions.Add("live-1", "live-owner");
        using var patience = new CancellationTokenSource(s_patience);
        using var socket = await ConnectAsync(TokenOf("live-owner"), patience.Token);
        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Watch","arguments":["live-1"]}""", patience.Token);

        JsonNode? full = null;
        await foreach (var message in MessagesAsync(socket, patience.Token))
        {
            if ((int?)message["type"] != 2) continue;
            var strip = message["item"]!;
            if ((int)strip["samples"]! > 0) full = strip;
            else if (full is null) node.Get<LatencyJournal>().Add("live-1", "site", TypingSession.Samples(20), "live-owner");
            else
            {
                // The second after: no data, not an old value.
                Assert.Null(strip["meanNanos"]);
                Assert.Empty(strip["stages"]!.AsArray());
                break;
            }
        }
        Assert.Equal("user", (string?)full!["stages"]![0]!["layerName"]);
        Assert.Equal((double)full["meanNanos"]!, full["stages"]!.AsArray().Sum(stage => (double)stage!["meanNanos"]!), 1.0);
    }

    [Fact]
    public async Task Watch_SomebodyElsesSession_IsRefused()
    {
        node.Sessions.Add("live-2", "somebody");
        using var patience = new CancellationTokenSource(s_patience);
        using var socket = await ConnectAsync(TokenOf("live-stranger"), patience.Token);
        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Watch","arguments":["live-2"]}""", patience.Token);

        await foreach (var message in MessagesAsync(socket, patience.Token))
        {
            if ((int?)message["type"] is null or 6) continue;
            Assert.Equal(3, (int)message["type"]!);
            Assert.Contains("There is no running session 'live-2' that you may use.", (string?)message["error"], StringComparison.Ordinal);
            return;
        }
        Assert.Fail("no answer");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task Connect_WithoutAValidToken_IsRefused(string token)
    {
        using var patience = new CancellationTokenSource(s_patience);

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(token, patience.Token));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }
}
