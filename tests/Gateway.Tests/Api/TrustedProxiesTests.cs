using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>Who is believed about where a request comes from: a proxy that was named, at a real connection from its address, and nobody else.</summary>
public sealed class TrustedProxiesTests(TestNode node) : IClassFixture<TestNode>
{
    const string Client = "203.0.113.7", Other = "198.51.100.20";

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7/32")]
    [InlineData("10.0.0.0/24", "10.0.0.0/24")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("2001:db8::7", "2001:db8::7/128")]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7/32")]
    public void TryRead_AddressOrNetwork_IsTaken(string text, string expected)
    {
        Assert.True(TrustedProxies.TryRead(text, out var network, out _));
        Assert.Equal(expected, network.ToString());
    }

    [Theory]
    [InlineData("proxy.example", "names are not looked up")]
    [InlineData("10.1", "neither an address")]
    [InlineData("", "neither an address")]
    [InlineData("[2001:db8::7]", "neither an address")]
    [InlineData("fe80::1%eth0", "neither an address")]
    [InlineData("10.0.0.0/33", "1 to 32")]
    [InlineData("2001:db8::/129", "1 to 128")]
    [InlineData("10.0.0.0/", "1 to 32")]
    [InlineData("10.0.0.0/-8", "1 to 32")]
    [InlineData("0.0.0.0/0", "everybody")]
    [InlineData("::/0", "everybody")]
    [InlineData("10.0.0.7/24", "the network is 10.0.0.0/24, the address alone 10.0.0.7")]
    public void TryRead_AnythingElse_SaysWhatIsWrong(string text, string expected)
    {
        Assert.False(TrustedProxies.TryRead(text, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_ThroughATrustedProxy_HasTheClientsAddress() => Assert.Equal(Client, await RefusedFromAsync("proxied", TestNode.Proxy, Client));

    [Fact]
    public async Task Audit_FromAnybodyElse_HasTheConnectionsAddress() => Assert.Equal("127.0.0.1", await RefusedFromAsync("direct", "127.0.0.1", Client));

    // What a client writes itself stands to the left of what the proxy adds.
    [Fact]
    public async Task Audit_ClientThatClaimsAnAddressThroughAProxy_IsNotBelieved() =>
        Assert.Equal(Client, await RefusedFromAsync("claimed", TestNode.Proxy, $"{Other}, {Client}"));

    [Fact]
    public async Task Audit_ProxyBehindAProxy_IsFollowedToTheClient() =>
        Assert.Equal(Client, await RefusedFromAsync("behind", TestNode.Proxy, $"{Other}, {Client}, {TestNode.FarProxy}"));

    [Fact]
    public async Task Lockout_ThroughATrustedProxy_CountsClientsApart()
    {
        for (var tries = 0; tries < 25; tries++) await SignInAsync($"guess{tries}", TestNode.Proxy, "192.0.2.66");

        Assert.Contains("Too many", await (await SignInAsync("guess", TestNode.Proxy, "192.0.2.66")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync("guess", TestNode.Proxy, "192.0.2.67")).StatusCode);
    }

    [Theory]
    [InlineData(TestNode.Proxy, "gateway.example", "https://gateway.example", HttpStatusCode.Unauthorized)]
    [InlineData(TestNode.Proxy, "gateway.example", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", "gateway.example", "https://gateway.example", HttpStatusCode.Forbidden)]
    public async Task Origin_UnderTheNameThatTheProxyHas_IsOurOwn(string from, string host, string origin, HttpStatusCode expected)
    {
        var response = await SendAsync(from, new(HttpMethod.Post, "/api/v1/chains")
        {
            Headers = { { "X-Forwarded-Host", host }, { "Origin", origin }, { "X-Forwarded-For", Client } },
        });

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task HostFilter_StaysInFrontOfWhatAProxySays()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health") { Headers = { Host = "evil.example" } };
        request.Headers.Add("X-Forwarded-Host", "localhost");

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(TestNode.Proxy, request)).StatusCode);
    }

    [Fact]
    public async Task Metrics_ClientThatSaysItIsThisMachine_AreForAdmins()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "X-Forwarded-For", "127.0.0.1" } } };

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(TestNode.Proxy, request)).StatusCode);
    }

    async Task<string> RefusedFromAsync(string name, string from, string forwardedFor)
    {
        await SignInAsync(name, from, forwardedFor);
        return Assert.Single(node.Get<AuditLog>().Read(new(Actor: name)), record => record.Action == "sign-in-refused").Address;
    }

    Task<HttpResponseMessage> SignInAsync(string user, string from, string forwardedFor) => SendAsync(from, new(HttpMethod.Post, "/api/v1/sign-in")
    {
        Headers = { { "X-Forwarded-For", forwardedFor } },
        Content = JsonContent.Create(new { user, password = "wrong" }),
    });

    // The whole of 127.0.0.0/8 is this machine, so a connection can come from an address of one's choice.
    async Task<HttpResponseMessage> SendAsync(string from, HttpRequestMessage request)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new(node.Url) };
        return await client.SendAsync(request);
    }
}
