using System.Net;
using System.Net.Http.Json;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Tests.Access;

namespace RemoteChain.Gateway.Tests.Api;

public sealed class SignInEndpointTests : IAsyncLifetime
{
    readonly TestNode _node = new();

    public Task InitializeAsync() => _node.InitializeAsync();

    public Task DisposeAsync() => _node.DisposeAsync();

    Task<HttpResponseMessage> SignInAsync(string user, string password) =>
        _node.Stranger().PostAsJsonAsync("/api/v1/sign-in", new SignInEndpoints.Credentials(user, password));

    [Fact]
    public async Task SignIn_ThenOut_TokenWorksInBetween()
    {
        _node.Add("alice");
        var signedIn = (await (await SignInAsync("alice", TestAccess.Password).OkAsync())
            .Content.ReadFromJsonAsync<SignInEndpoints.SignedIn>())!;
        using var client = _node.Stranger();
        client.DefaultRequestHeaders.Authorization = new("Bearer", signedIn.Token);

        Assert.Contains("alice", await client.GetStringAsync("/api/v1/me"));
        await client.DeleteAsync("/api/v1/sign-in").OkAsync();
        await (await client.GetAsync("/api/v1/me")).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task SignIn_WrongFiveTimes_LocksUntilTimeOrAnAdminSaysOtherwise()
    {
        _node.Add("alice");
        for (var i = 0; i < 5; i++) await (await SignInAsync("alice", "wrong password")).ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.StartsWith("Too many failed sign-ins.", await (await SignInAsync("alice", TestAccess.Password))
            .ProblemAsync(HttpStatusCode.TooManyRequests));

        await _node.Operator().PostAsync("/api/v1/users/alice/unlock", null).OkAsync();
        await SignInAsync("alice", TestAccess.Password).OkAsync();

        for (var i = 0; i < 5; i++) await SignInAsync("alice", "wrong password");
        await (await SignInAsync("alice", TestAccess.Password)).ProblemAsync(HttpStatusCode.TooManyRequests);
        _node.Time.Advance(TimeSpan.FromMinutes(5));
        await SignInAsync("alice", TestAccess.Password).OkAsync();
    }

    [Fact]
    public async Task SignIn_Flood_IsLimitedBeforeItCostsHashing()
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 70; i++)
        {
            _node.Get<Lockout>().Forget(IPAddress.Loopback);
            statuses.Add((await SignInAsync($"user{i}", "wrong password")).StatusCode);
        }

        Assert.Equal(60, statuses.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(10, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
    }
}
