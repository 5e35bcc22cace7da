using System.Net;
using System.Net.Http.Json;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Access;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>Authenticators and lists of sign-ins over the API.</summary>
public sealed class SecondFactorEndpointTests : IAsyncLifetime
{
    const string Mine = "/api/v1/users/alice/second-factor";

    readonly TestNode _node = new();
    HttpClient _alice = null!;
    HttpClient _bob = null!;
    HttpClient _root = null!;

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        (_alice, _bob, _root) = (_node.Add("alice"), _node.Add("bob"), _node.Add("root", Role.Admin));
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    string Code(byte[] key) => Totp.Code(key, Totp.StepAt(_node.Time.GetUtcNow()));

    Task<HttpResponseMessage> SignInAsync(string? code) =>
        _node.Stranger().PostAsJsonAsync("/api/v1/sign-in", new SignInEndpoints.Credentials("alice", TestAccess.Password, code));

    async Task<byte[]> TurnOnAsync()
    {
        var begun = (await (await _alice.PostAsJsonAsync(Mine, new { password = TestAccess.Password }).OkAsync())
            .Content.ReadFromJsonAsync<SecondFactorEndpoints.Begun>())!;
        Assert.Contains($"secret={begun.Key}&", begun.Uri);
        var key = Base32.Bytes(begun.Key);
        var recovery = (await (await _alice.PostAsJsonAsync($"{Mine}/confirm", new { code = Code(key) }).OkAsync())
            .Content.ReadFromJsonAsync<SecondFactorEndpoints.Recovery>())!;
        Assert.Equal(SecondFactors.RecoveryCodes, recovery.Codes.Count);
        _node.Time.Advance(Totp.Step);
        return key;
    }

    [Fact]
    public async Task SetUp_ThenSignIn_AsksForTheCodeByAWordForPrograms()
    {
        var key = await TurnOnAsync();

        var asked = await SignInAsync(null);
        Assert.Equal((HttpStatusCode.Unauthorized, SignInEndpoints.CodeRequired), (asked.StatusCode, (string)(await asked.JsonAsync())["reason"]!));
        var wrong = await SignInAsync("000000");
        Assert.Equal((HttpStatusCode.Unauthorized, "code-wrong"), (wrong.StatusCode, (string)(await wrong.JsonAsync())["reason"]!));
        await SignInAsync(Code(key)).OkAsync();

        Assert.Equal("on", (string)(await (await _root.GetAsync(Mine)).JsonAsync())["state"]!);
        var users = await (await _root.GetAsync("/api/v1/users")).JsonAsync();
        Assert.Equal(["alice"], users.AsArray().Where(user => (bool)user!["secondFactor"]!).Select(user => (string)user!["name"]!));
        Assert.Single(_node.Get<AuditLog>().Read(new(Action: "second-factor-on")));
    }

    [Fact]
    public async Task SetUp_TakesTheOwnPassword_AndIsNobodyElses()
    {
        await (await _alice.PostAsJsonAsync(Mine, new { password = "stolen token" })).ProblemAsync(HttpStatusCode.Unauthorized);
        await (await _root.PostAsJsonAsync(Mine, new { password = TestAccess.Password })).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _bob.GetAsync(Mine)).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _alice.PostAsJsonAsync($"{Mine}/confirm", new { code = "000000" })).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        await TurnOnAsync();
        await (await _alice.PostAsJsonAsync(Mine, new { password = TestAccess.Password })).ProblemAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Remove_WithThePassword_OrByAnAdmin()
    {
        await TurnOnAsync();
        await (await _alice.PostAsJsonAsync($"{Mine}/remove", new { password = "stolen token" })).ProblemAsync(HttpStatusCode.Unauthorized);
        await (await _bob.PostAsJsonAsync($"{Mine}/remove", new { })).ProblemAsync(HttpStatusCode.Forbidden);
        await _alice.PostAsJsonAsync($"{Mine}/remove", new { password = TestAccess.Password }).OkAsync();
        await SignInAsync(null).OkAsync();

        await TurnOnAsync();
        await _root.PostAsJsonAsync($"{Mine}/remove", new { }).OkAsync();
        await SignInAsync(null).OkAsync();
        Assert.Equal(["alice", "root"], _node.Get<AuditLog>().Read(new(Action: "second-factor-off")).Select(record => record.Actor));
    }

    [Fact]
    public async Task Password_OfAnAccountWithACode_IsChangedWithThePasswordAlone()
    {
        await TurnOnAsync();
        await _alice.PutAsJsonAsync("/api/v1/users/alice/password", new UserEndpoints.NewPassword("another long password", TestAccess.Password)).OkAsync();
    }

    [Fact]
    public async Task SignIns_AreListedAndRevoked()
    {
        using var phone = _node.Stranger();
        phone.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "phone\u0007 of alice");
        var token = (await (await phone.PostAsJsonAsync("/api/v1/sign-in", new { user = "alice", password = TestAccess.Password }).OkAsync())
            .Content.ReadFromJsonAsync<SignInEndpoints.SignedIn>())!.Token;
        phone.DefaultRequestHeaders.Authorization = new("Bearer", token);
        _node.Time.Advance(TimeSpan.FromMinutes(5));
        await phone.GetAsync("/api/v1/me").OkAsync();

        var listed = (await _alice.GetFromJsonAsync<SignInListEndpoints.SignInItem[]>("/api/v1/users/alice/sign-ins"))!;
        Assert.Equal([false, true], listed.Select(signIn => signIn.IsThis));
        Assert.Equal(("phone? of alice", "127.0.0.1", "127.0.0.1"), (listed[0].Client, listed[0].Address, listed[0].UsedAddress));
        Assert.Equal(TimeSpan.FromMinutes(5), listed[0].Used - listed[0].Since);
        await (await _bob.GetAsync("/api/v1/users/alice/sign-ins")).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _bob.DeleteAsync($"/api/v1/users/alice/sign-ins/{listed[0].Id}")).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _bob.DeleteAsync($"/api/v1/users/bob/sign-ins/{listed[0].Id}")).ProblemAsync(HttpStatusCode.NotFound);

        await _alice.DeleteAsync($"/api/v1/users/alice/sign-ins/{listed[0].Id}").OkAsync();
        await (await phone.GetAsync("/api/v1/me")).ProblemAsync(HttpStatusCode.Unauthorized);
        await _alice.GetAsync("/api/v1/me").OkAsync();
    }

    [Fact]
    public async Task SignIns_AllButThisOne_AreRevokedAtOnce()
    {
        for (var i = 0; i < 3; i++) await SignInAsync(null).OkAsync();
        var revoked = await (await _alice.DeleteAsync("/api/v1/users/alice/sign-ins?keepThis=true").OkAsync()).JsonAsync();
        Assert.Equal(3, (int)revoked["count"]!);
        await _alice.GetAsync("/api/v1/me").OkAsync();

        await _root.DeleteAsync("/api/v1/users/alice/sign-ins").OkAsync();
        await (await _alice.GetAsync("/api/v1/me")).ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(2, _node.Get<AuditLog>().Read(new(Action: "sign-in-revoked")).Count);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("removal")]
    [InlineData("revocation")]
    public async Task WatchEnd_HoweverTheSignInEnds_IsTold(string how)
    {
        var (tokens, account) = (_node.Get<BearerTokens>(), _node.Get<Accounts>().Find("alice")!);
        var (mine, other) = (tokens.Recognize(tokens.Create(account).Token, "")!, tokens.Recognize(tokens.Create(_node.Get<Accounts>().Find("bob")!).Token, "")!);
        var (ended, others) = (0, 0);
        using var first = tokens.WatchEnd(mine, () => ended++);
        using var second = tokens.WatchEnd(other, () => others++);
        tokens.WatchEnd(mine, () => ended += 100)!.Dispose();

        switch (how)
        {
            case "password": _node.Get<Accounts>().SetPassword(account, "another long password"); break;
            case "removal": await _root.DeleteAsync("/api/v1/users/alice").OkAsync(); break;
            default: await _root.DeleteAsync($"/api/v1/users/alice/sign-ins/{mine.Id}").OkAsync(); break;
        }
        Assert.Equal((1, 0), (ended, others));
        using var late = tokens.WatchEnd(mine, () => ended++);
        Assert.Equal(2, ended);
    }
}
