using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Access;
using RemoteChain.Gateway.Tests.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>
/// A real node with its real store behind real HTTP on a free port, but without workers and front door: what those do is shown
/// elsewhere, and the API must not need them.
/// </summary>
public sealed class TestNode : IAsyncLifetime
{
    /// <summary>Addresses of proxies that the node believes: one that can connect, one that only stands in headers.</summary>
    public const string Proxy = "127.0.0.9", FarProxy = "10.9.0.1";

    WebApplication _app = null!;

    public string Root { get; } = Directory.CreateTempSubdirectory("remotechain-api-").FullName;
    public string DataPath => Path.Combine(Root, "data");
    public string Url { get; private set; } = "";
    public TestClock Time { get; } = new();
    public TestSessions Sessions { get; } = new();
    public IServiceProvider Services => _app.Services;

    public async Task InitializeAsync()
    {
        var options = new NodeOptions(DataPath, new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0), LabFaults: true)
        {
            TrustedProxies = [new(IPAddress.Parse(Proxy), 32), IPNetwork.Parse("10.9.0.0/16")],
        };
        _app = NodeHosting.Build(options, services =>
        {
            services.Remove(services.Single(service => service.ImplementationType == typeof(Node)));
            services.Remove(services.Single(service => service.ImplementationType == typeof(LatencyRecorder)));
            services.AddSingleton<TimeProvider>(Time);
            services.AddSingleton<ISessionDirectory>(Sessions);
            services.AddSingleton(provider => new Accounts(provider.GetRequiredService<AccountStore>(), iterations: 1000));
        });
        await _app.StartAsync();
        Url = _app.Urls.First();
        Get<NodeAddress>().RdpPort = 3390;
        DataDirectory.WritePrivate(DataDirectory.OperatorTokenFile(DataPath), Get<Operator>().Token);
        DataDirectory.WritePrivate(DataDirectory.NodeAddressFile(DataPath), Url);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A client without a token.</summary>
    public HttpClient Stranger() => new() { BaseAddress = new(Url) };

    /// <summary>A client of the operator's.</summary>
    public HttpClient Operator() => With(Get<Operator>().Token);

    /// <summary>Adds an account and gives a client that has signed in as it.</summary>
    public HttpClient Add(string name, Role role = Role.User) =>
        With(Get<BearerTokens>().Create(Get<Accounts>().Add(name, role, TestAccess.Password)!).Token);

    HttpClient With(string token)
    {
        var client = Stranger();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }
}

/// <summary>Sessions that stand in a list; killed ones leave it.</summary>
public sealed class TestSessions : ISessionDirectory
{
    public const int SessionsMax = 3;

    readonly List<SessionSummary> _running = [];

    public void Add(string id, string owner) => _running.Add(new(
        id, "site", owner, "connected", null, [new(1, owner, "192.0.2.1", "laptop", ViewOnly: false, DateTimeOffset.UnixEpoch)],
            DateTimeOffset.UnixEpoch, 1280, 800));

    public IReadOnlyList<SessionSummary> List() => [.. _running];

    public SessionSummary? Find(string id) => _running.FirstOrDefault(session => session.Id == id);

    public SessionSummary? Open(Account owner, Chain chain, FrontGeometry geometry, string by, string from)
    {
        if (_running.Count >= SessionsMax) return null;
        _running.Add(new("opened", chain.Name, owner.Name, "connecting", null, [], DateTimeOffset.UnixEpoch, geometry.Width, geometry.Height));
        return _running[^1];
    }

    public Task<bool> KillAsync(string id, string by, CancellationToken cancellationToken) =>
        Task.FromResult(_running.RemoveAll(session => session.Id == id) > 0);

    public Task<bool> DetachAsync(string id, int front, string by, CancellationToken cancellationToken) =>
        Task.FromResult(Find(id) is not null && front == 1);

    public Task SendAwayAsync(Account account, string by, CancellationToken cancellationToken)
    {
        _running.RemoveAll(session => session.Owner == account.Name);
        return Task.CompletedTask;
    }

    public byte[]? Thumbnail(string id) => null;

    /// <summary>Who controls which session, as was told last.</summary>
    public Task<(bool Found, string? Refusal)> ControlAsync(string id, int front, CancellationToken cancellationToken)
    {
        var index = _running.FindIndex(session => session.Id == id);
        if (index >= 0 && front <= 1) _running[index] = _running[index] with { ControlledBy = front };
        return Task.FromResult<(bool, string?)>((index >= 0, front > 1 ? $"The session has no front {front}." : null));
    }

    public (bool Found, string? Refusal) Probe(string id, int count, string by) =>
        (Find(id) is not null, count > 50 ? "The chain does not allow it." : null);

    public KeyProbeReport? ProbeReport(string id) =>
        Find(id) is null ? null : KeyProbeReport.Of(false, 2, "", [new(1000, 20_000_000, 20_000_000), new(1000, null, KeyProbe.PatienceNanos)]);

    public Task<(bool Found, string? Refusal)> PressKeysAsync(string id, KeyChord chord, int? layer, CancellationToken cancellationToken) =>
        Task.FromResult<(bool, string?)>((Find(id) is not null, layer == 1 ? "layer 1 (gateway) has no keyboard" : null));

    /// <summary>What the workers were told last, by stage.</summary>
    public Dictionary<FaultStage, Inject> Delays { get; } = [];

    public Task<IReadOnlyList<Injected>?> InjectAsync(string id, Inject delay)
    {
        if (Find(id) is null) return Task.FromResult<IReadOnlyList<Injected>?>(null);
        Delays[delay.Stage] = delay;
        return Task.FromResult<IReadOnlyList<Injected>?>([new Injected(delay.Stage, 10, 2, 4_000_000, 2_500_000)]);
    }
}

/// <summary>Short forms for requests and what comes back.</summary>
static class HttpClientExtensions
{
    public static Task<HttpResponseMessage> PutYamlAsync(this HttpClient client, string path, string document) =>
        client.PutAsync(path, new StringContent(document, Encoding.UTF8, "application/yaml"));

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonNode>())!;

    /// <summary>Checks that this is a problem of that status, and gives its sentence.</summary>
    public static async Task<string> ProblemAsync(this HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (string)JsonNode.Parse(text)!["title"]!;
    }

    public static async Task<HttpResponseMessage> OkAsync(this Task<HttpResponseMessage> sending)
    {
        var response = await sending;
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    public static Task<HttpResponseMessage> GetAsync(this HttpClient client, string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        return client.SendAsync(request);
    }

    public static string Text(this JsonNode node) => node.ToJsonString(
        new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
