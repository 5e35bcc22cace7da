using System.Net;
using System.Net.Http.Json;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>Faults over the API, on a node for labs; what the workers do with them is shown end to end.</summary>
public sealed class FaultEndpointTests : IAsyncLifetime
{
    readonly TestNode _node = new();
    HttpClient _admin = null!;

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        _node.Sessions.Add("4f2a", "ann");
        _admin = _node.Operator();
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _node.DisposeAsync();
    }

    Task<HttpResponseMessage> OrderAsync(string layer, string stage, double delayMillis, string? session = "4f2a", long? forMillis = null, string shape = "constant") =>
        _admin.PostAsJsonAsync("/api/v1/faults", new { layer, stage, delayMillis, session, forMillis, shape, sharePercent = 10 });

    [Fact]
    public async Task Order_OfTheGateway_IsObeyedListedAndEnded()
    {
        var fault = await (await OrderAsync("gateway", "decode", 5, shape: "intermittent").OkAsync()).JsonAsync();
        Assert.Equal(new Inject(FaultStage.Decode, 5_000_000, DelayShape.Intermittent, 100, 0), _node.Sessions.Delays[FaultStage.Decode]);

        var listed = (await (await _admin.GetAsync("/api/v1/faults").OkAsync()).JsonAsync()).AsArray();
        Assert.Equal((string?)fault["id"], (string?)Assert.Single(listed)!["id"]);
        Assert.Equal(4.0, (double)listed[0]!["account"]!["waitedMillis"]!);

        await _admin.DeleteAsync($"/api/v1/faults/{fault["id"]}").OkAsync();
        Assert.Equal(0, _node.Sessions.Delays[FaultStage.Decode].DelayNanos);
        await (await _admin.DeleteAsync($"/api/v1/faults/{fault["id"]}")).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal(["fault-injected", "fault-ended"],
            _node.Get<AuditLog>().Read(new AuditQuery()).Where(e => e.Subject == "4f2a").Select(e => e.Action));
    }

    [Fact]
    public async Task Order_SessionEnded_FaultGoesWithIt()
    {
        await OrderAsync("gateway", "encode", 5).OkAsync();
        await _node.Sessions.KillAsync("4f2a", "ann", default);

        Assert.Empty((await (await _admin.GetAsync("/api/v1/faults").OkAsync()).JsonAsync()).AsArray());
    }

    [Fact]
    public async Task Order_WithATime_EndsAfterItUnlessProlonged()
    {
        var id = (string?)(await (await OrderAsync("network", "transport", 5, session: null, forMillis: 5000).OkAsync()).JsonAsync())["id"];
        _node.Time.Advance(TimeSpan.FromSeconds(4));
        await _admin.PutAsJsonAsync($"/api/v1/faults/{id}", new { forMillis = 5000 }).OkAsync();
        _node.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Single((await (await _admin.GetAsync("/api/v1/faults").OkAsync()).JsonAsync()).AsArray());

        _node.Time.Advance(TimeSpan.FromSeconds(2));
        await (await _admin.PutAsJsonAsync($"/api/v1/faults/{id}", new { forMillis = 5000 })).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("gateway", "transport", 5, "4f2a", "Which stage of gateway? It has gateway/receive, ")]
    [InlineData("cloud", "rain", 5, null, "There is no layer 'cloud' that can be slowed down. There are gateway/receive, ")]
    [InlineData("gateway", "decode", 0, "4f2a", "A delay is more than 0 and at most 1000 ms.")]
    [InlineData("gateway", "decode", double.MaxValue, "4f2a", "A delay is more than 0 and at most 1000 ms.")]
    [InlineData("gateway", "decode", 5, null, "A fault of the gateway is a fault of one session: name it.")]
    [InlineData("gateway", "decode", 5, "none", "There is no running session 'none'.")]
    [InlineData("network", "transport", 5, "4f2a", "A fault of the layer network is not a session's")]
    public async Task Order_ThatBreaksARule_IsToldWhich(string layer, string stage, double delayMillis, string? session, string sentence) =>
        Assert.StartsWith(sentence, await (await OrderAsync(layer, stage, delayMillis, session)).ProblemAsync(HttpStatusCode.UnprocessableEntity));

    [Fact]
    public async Task Order_TwiceAtOnePlace_IsRefused()
    {
        await OrderAsync("gateway", "decode", 5).OkAsync();
        Assert.StartsWith("There is a fault at gateway/decode already: f", await (await OrderAsync("gateway", "decode", 7)).ProblemAsync(HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task Order_OnANodeForPeople_IsRefused()
    {
        await using var faults = new KnownFaults(false, _node.Sessions, new(), _node.Get<AuditLog>(), _node.Time);
        var (fault, refusal) = await faults.OrderAsync(new("gateway", "decode", 5, Session: "4f2a"), "ann", "", default);

        Assert.Null(fault);
        Assert.Equal("This node obeys no injected faults: it was not started with --lab-faults.", refusal);
        Assert.Empty(_node.Sessions.Delays);
    }
}
