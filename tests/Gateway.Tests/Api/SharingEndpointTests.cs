using System.Net;
using System.Net.Http.Json;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>Invitations to a session and who controls it, each for whom it may be.</summary>
public sealed class SharingEndpointTests : IAsyncLifetime
{
    const string Session = "/api/v1/sessions/s1";

    readonly TestNode _node = new();
    HttpClient _alice = null!, _bob = null!, _carol = null!;

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        (_alice, _bob, _carol) = (_node.Add("alice"), _node.Add("bob"), _node.Add("carol"));
        _node.Sessions.Add("s1", "alice");
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    async Task<SharingEndpoints.Made> InviteAsync(object terms) =>
        (await (await _alice.PostAsJsonAsync($"{Session}/invitations", terms).OkAsync()).Content.ReadFromJsonAsync<SharingEndpoints.Made>())!;

    static Task<HttpResponseMessage> RedeemAsync(HttpClient by, string code) => by.PostAsJsonAsync("/api/v1/invitations/redeem", new { code });

    [Fact]
    public async Task Invited_SeesAndJoins_AndNothingElse()
    {
        await (await _bob.GetAsync(Session)).ProblemAsync(HttpStatusCode.NotFound);
        var made = await InviteAsync(new { });
        var welcome = (await (await RedeemAsync(_bob, made.Code.ToUpperInvariant()).OkAsync()).Content.ReadFromJsonAsync<SharingEndpoints.Welcome>())!;
        Assert.Equal(("s1", "bob", true), (welcome.Session, welcome.User, welcome.ViewOnly));

        Assert.Contains("s1", await _bob.GetStringAsync("/api/v1/sessions"));
        var ticket = (await (await _bob.PostAsJsonAsync($"{Session}/ticket", new { }).OkAsync()).Content.ReadFromJsonAsync<SessionEndpoints.Ticket>())!;
        Assert.True(_node.Get<PixelTickets>().Redeem(ticket.Text)!.ViewOnly);
        var pass = (await (await _bob.PostAsJsonAsync($"{Session}/pass", new { }).OkAsync()).Content.ReadFromJsonAsync<PassEndpoints.Pass>())!;
        var redeemed = _node.Get<ConnectionPasses>().Redeem(pass.Id, pass.Secret, IPAddress.Loopback).Pass!;
        Assert.Equal(("s1", "bob", true), (redeemed.Session, redeemed.Account.Name, redeemed.ViewOnly));

        await (await _bob.DeleteAsync(Session)).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.PostAsJsonAsync($"{Session}/keys", new { keys = "a" })).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.PostAsJsonAsync($"{Session}/invitations", new { })).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.GetAsync($"{Session}/invitations")).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.PutAsJsonAsync($"{Session}/control", new { front = 1 })).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _carol.PostAsJsonAsync($"{Session}/ticket", new { })).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Session_SaysWhatWhoAsksMayDo_AndTheInvitedNotWhereOthersAre()
    {
        await RedeemAsync(_bob, (await InviteAsync(new { })).Code).OkAsync();
        await RedeemAsync(_carol, (await InviteAsync(new { control = true })).Code).OkAsync();

        foreach (var (client, may, address) in new[] { (_alice, "decide", "192.0.2.1"), (_bob, "watch", ""), (_carol, "control", "") })
        {
            foreach (var session in new[] { await (await client.GetAsync(Session)).JsonAsync(), (await (await client.GetAsync("/api/v1/sessions")).JsonAsync())[0]! })
                Assert.Equal((may, address), ((string?)session["may"], (string?)session["fronts"]![0]!["address"]));
        }
    }

    [Fact]
    public async Task Owner_WhoTriesTheOwnLink_UsesNothingUp()
    {
        var made = await InviteAsync(new { });
        var welcome = (await (await RedeemAsync(_alice, made.Code).OkAsync()).Content.ReadFromJsonAsync<SharingEndpoints.Welcome>())!;
        Assert.Equal("s1", welcome.Session);
        Assert.DoesNotContain("invitation-used", _node.Get<AuditLog>().Read(new()).Select(record => record.Action));

        await RedeemAsync(_bob, made.Code).OkAsync();
    }

    [Fact]
    public async Task Invitation_UsedUpExpiredEndedOrUnknown_IsRefusedInTheSameWords()
    {
        var used = await InviteAsync(new { });
        await RedeemAsync(_bob, used.Code).OkAsync();
        // Who has come already comes again.
        await RedeemAsync(_bob, used.Code).OkAsync();
        var expired = await InviteAsync(new { minutes = 1 });
        var ended = await InviteAsync(new { });
        await _alice.DeleteAsync($"{Session}/invitations/{ended.Invitation.Id}").OkAsync();
        _node.Time.Advance(TimeSpan.FromMinutes(2));

        foreach (var code in new[] { used.Code, expired.Code, ended.Code, "aaaaa-aaaaa-aaaaa-aaaaa", "" })
            Assert.StartsWith("This invitation is unknown, used up, expired", await (await RedeemAsync(_carol, code)).ProblemAsync(HttpStatusCode.NotFound));
        for (var i = 0; i < 20; i++) await RedeemAsync(_carol, "guess");
        Assert.StartsWith("Too many failed", await (await RedeemAsync(_carol, used.Code)).ProblemAsync(HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Ended_WhoCameByItMayNotJoinAnyMore()
    {
        var made = await InviteAsync(new { control = true, uses = 2 });
        await RedeemAsync(_bob, made.Code).OkAsync();
        var pass = (await (await _bob.PostAsJsonAsync($"{Session}/pass", new { }).OkAsync()).Content.ReadFromJsonAsync<PassEndpoints.Pass>())!;
        Assert.False(pass.ViewOnly);
        Assert.Contains("bob", await _alice.GetStringAsync($"{Session}/invitations"));

        await _alice.DeleteAsync($"{Session}/invitations/{made.Invitation.Id}").OkAsync();
        await (await _bob.GetAsync(Session)).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Null(_node.Get<Invitations>().ViewOnlyFor(_node.Get<Accounts>().Find("bob")!, "s1"));
        Assert.Equal(["invitation-made", "invitation-used", "invitation-ended"],
            _node.Get<AuditLog>().Read(new()).Select(record => record.Action).Where(action => action.StartsWith("invitation", StringComparison.Ordinal)));
        Assert.DoesNotContain(made.Code, string.Join(' ', _node.Get<AuditLog>().Read(new()).Select(record => record.Detail)));
    }

    [Fact]
    public async Task Guest_OnlyWhereTheInvitationSaysSo_GetsWhatOpensTheSession()
    {
        var closed = await InviteAsync(new { });
        Assert.Contains("sign in first", await (await RedeemAsync(_node.Stranger(), closed.Code)).ProblemAsync(HttpStatusCode.Unauthorized));
        var open = await InviteAsync(new { guests = true });
        var welcome = (await (await RedeemAsync(_node.Stranger(), open.Code).OkAsync()).Content.ReadFromJsonAsync<SharingEndpoints.Welcome>())!;

        Assert.StartsWith("guest ", welcome.User);
        var pass = _node.Get<ConnectionPasses>().Redeem(welcome.Pass!.Id, welcome.Pass.Secret, IPAddress.Loopback).Pass!;
        Assert.Equal(("s1", true, true), (pass.Session, pass.ViewOnly, pass.Account.IsGuest));
        Assert.True(_node.Get<Invitations>().ViewOnlyFor(pass.Account, "s1"));
        Assert.Equal("s1", _node.Get<PixelTickets>().Redeem(welcome.Ticket!.Text)!.SessionId);
    }

    [Fact]
    public async Task Control_IsTheOwnersToGive()
    {
        await _alice.PutAsJsonAsync($"{Session}/control", new { front = 1 }).OkAsync();
        Assert.Equal(1, (int)(await (await _alice.GetAsync(Session)).JsonAsync())["controlledBy"]!);
        await (await _alice.PutAsJsonAsync($"{Session}/control", new { front = 7 })).ProblemAsync(HttpStatusCode.Conflict);
        await (await _bob.PutAsJsonAsync($"{Session}/control", new { front = 1 })).ProblemAsync(HttpStatusCode.NotFound);
        await _alice.PutAsJsonAsync($"{Session}/control", new { front = 0 }).OkAsync();
    }

    [Theory]
    [InlineData("{\"uses\":0}")]
    [InlineData("{\"uses\":101}")]
    [InlineData("{\"minutes\":0}")]
    [InlineData("{\"minutes\":20000}")]
    public async Task Terms_ThatBreakARule_AreRefused(string terms) =>
        await (await _alice.PostAsync($"{Session}/invitations", new StringContent(terms, System.Text.Encoding.UTF8, "application/json")))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);
}
