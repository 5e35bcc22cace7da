using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Portal.Tests;

/// <summary>Who comes in, by what, and how far: the cookie, its flags and its end, and what it does not open.</summary>
public sealed class PortalAccessTests(PortalNode node) : IClassFixture<PortalNode>
{
    [Fact]
    public async Task Page_WithoutSignIn_LeadsToItAndBack()
    {
        var response = await node.Browser().GetAsync("/secrets?a=b");

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/sign-in?then=%2Fsecrets%3Fa%3Db", response.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("/sign-out")]
    public async Task Post_WithoutSignIn_IsRefused(string path) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.Browser().PostAsync(path, null)).StatusCode);

    [Fact]
    public async Task SignIn_RightPassword_GivesAStrictCookieAndLeadsOn()
    {
        node.Add("anna");
        var response = await node.SignInAsync(node.Browser(), "anna", then: "?then=/sessions");

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.EndsWith("/sessions", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), set => set.StartsWith("remotechain=", StringComparison.Ordinal)).ToLowerInvariant();
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("secure", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_BehindATlsProxyOfThisMachine_CookieIsSecure()
    {
        node.Add("berta");
        var browser = node.Browser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var response = await node.SignInAsync(browser, "berta");

        Assert.Contains(response.Headers.GetValues("Set-Cookie"), set => set.StartsWith("remotechain=", StringComparison.Ordinal)
            && set.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    public async Task SignIn_LinkThatLeadsElsewhere_LeadsHome(string then)
    {
        var name = $"carl{then.Length}";
        node.Add(name);
        var response = await node.SignInAsync(node.Browser(), name, then: $"?then={Uri.EscapeDataString(then)}");

        Assert.Equal("/", new Uri(new Uri(node.Url), response.Headers.Location!).PathAndQuery);
        Assert.Equal(new Uri(node.Url).Authority, new Uri(new Uri(node.Url), response.Headers.Location!).Authority);
    }

    [Fact]
    public async Task SignIn_WrongPassword_IsRefusedAndCounted_WithTheBrowsersAddress()
    {
        node.Add("dora");
        var response = await node.SignInAsync(node.Browser(), "dora", "wrong");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain("wrong\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var refused = Assert.Single(node.Get<AuditLog>().Read(new(Actor: "dora")), record => record.Action == "sign-in-refused");
        Assert.Equal("127.0.0.1", refused.Address);
    }

    [Fact]
    public async Task SignIn_WithoutTheFormsToken_IsRefused()
    {
        node.Add("emil");
        var response = await node.Browser().PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in", ["Input.User"] = "emil", ["Input.Password"] = PortalNode.Password,
        }));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(node.Get<BearerTokens>().List(node.Get<Accounts>().Find("emil")!));
    }

    [Fact]
    public async Task Cookie_OpensPagesButNoApi()
    {
        var browser = await node.VisitorAsync("franz", Role.Admin);

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/chains")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.DeleteAsync("/api/v1/users/franz")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/live/latency/negotiate?negotiateVersion=1", null)).StatusCode);
    }

    [Fact]
    public async Task BearerToken_OpensNoPage()
    {
        var token = node.Get<BearerTokens>().Create(node.Add("gerda")).Token;
        var client = node.Browser();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        Assert.Equal(HttpStatusCode.Found, (await client.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task SignOut_WithoutTheFormsToken_IsRefused()
    {
        var browser = await node.VisitorAsync("hans");

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/sign-out", new FormUrlEncodedContent([]))).StatusCode);
        Assert.Single(node.Get<BearerTokens>().List(node.Get<Accounts>().Find("hans")!));
    }

    [Fact]
    public async Task SignIn_Revoked_CookieIsWorthless()
    {
        var browser = await node.VisitorAsync("ida");
        node.Get<BearerTokens>().RevokeAll(node.Get<Accounts>().Find("ida")!);

        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/_blazor/negotiate?negotiateVersion=1", null)).StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    public async Task Socket_OfAnotherSitesPage_IsRefusedAndAudited(string origin)
    {
        var (_, cookies) = await SignedInAsync($"josef{origin.Length}");
        using var socket = new ClientWebSocket();
        socket.Options.Cookies = cookies;
        socket.Options.SetRequestHeader("Origin", origin);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"{node.Url.Replace("http", "ws", StringComparison.Ordinal)}/_blazor?id=none"), CancellationToken.None));

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        Assert.Contains(node.Get<AuditLog>().Read(new(Action: "origin-refused")), record => record.Detail.Contains(origin, StringComparison.Ordinal) && record.Subject == "/_blazor");
    }

    [Fact]
    public async Task Socket_OfOurOwnPage_IsNotRefusedForItsOrigin()
    {
        var (_, cookies) = await SignedInAsync("karl");
        using var socket = new ClientWebSocket();
        socket.Options.Cookies = cookies;
        socket.Options.SetRequestHeader("Origin", node.Url);
        await socket.ConnectAsync(new Uri($"{node.Url.Replace("http", "ws", StringComparison.Ordinal)}/_blazor"), CancellationToken.None);

        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Theory]
    [InlineData("/api/v1/sign-in")]
    [InlineData("/sign-in")]
    [InlineData("/sign-out")]
    public async Task Post_OfAnotherSitesPage_IsRefused(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([]) };
        request.Headers.Add("Origin", "https://evil.example");

        Assert.Equal(HttpStatusCode.Forbidden, (await node.Browser().SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Pages_ForAdmins_AreNotForUsers()
    {
        var browser = await node.VisitorAsync("lena");

        foreach (var path in (string[])["/people", "/audit", "/nodes", "/export/audit.json"])
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Download_OfSomebodyElsesSession_IsNotThere()
    {
        var browser = await node.VisitorAsync("mia");

        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/thumbnails/0123456789abcdef")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/export/session/0123456789abcdef/report.html?format=html")).StatusCode);
    }

    async Task<(HttpResponseMessage Response, CookieContainer Cookies)> SignedInAsync(string name)
    {
        node.Add(name);
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = new(node.Url) };
        return (await node.SignInAsync(browser, name), cookies);
    }
}
