using System.Net;
using System.Net.Http.Json;

namespace RemoteChain.Gateway.Tests.Api;

public sealed class ChainEndpointTests : IAsyncLifetime
{
    const string Document = "# ours\nname: site\nlayers:\n  - kind: rdp\n    host: 10.0.0.5\n";

    readonly TestNode _node = new();
    HttpClient _alice = null!;
    HttpClient _bob = null!;

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        (_alice, _bob) = (_node.Add("alice"), _node.Add("bob"));
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Put_YamlThenJson_BothReadBack()
    {
        var saved = await (await _alice.PutYamlAsync("/api/v1/chains/site", Document).OkAsync()).JsonAsync();
        Assert.Equal(1, (int)saved["version"]!);
        await _alice.PutAsJsonAsync("/api/v1/chains/site", new { name = "site",
            layers = new[] { new { kind = "rdp", host = "10.0.0.6" } } }).OkAsync();

        var chain = await (await _alice.GetAsync("/api/v1/chains/site").OkAsync()).JsonAsync();
        Assert.Equal("10.0.0.6:3389", (string)chain["layers"]![0]!["summary"]!);
        Assert.Equal(2, (int)chain["version"]!);
        Assert.Equal(Document, await _alice.GetStringAsync("/api/v1/chains/site/versions/1"));
        Assert.StartsWith("{", await (await _alice.GetAsync("/api/v1/chains/site", "application/yaml")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Put_WithMistakes_TellsAllWithPlaces()
    {
        var response = await _alice.PutYamlAsync("/api/v1/chains/site", "name: site\nlayers:\n  - kind: rdp\n    port: x\n");

        Assert.Equal("The chain document has 2 mistakes.", await response.ProblemAsync(HttpStatusCode.UnprocessableEntity));
        var errors = (await response.JsonAsync())["errors"]!.AsArray();
        Assert.Equal([3, 4], errors.Select(error => (int)error!["line"]!));
        Assert.Contains("`host` is missing", (string)errors[0]!["message"]!);
    }

    [Fact]
    public async Task Put_NameOfTheDocumentDiffers_IsRefused() =>
        Assert.Contains("mistake", await (await _alice.PutYamlAsync("/api/v1/chains/other", Document))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity));

    [Fact]
    public async Task Put_SomebodySavedMeanwhile_IsRefused()
    {
        await _alice.PutYamlAsync("/api/v1/chains/site?expectedVersion=0", Document).OkAsync();
        await _alice.PutYamlAsync("/api/v1/chains/site?expectedVersion=1", Document + "\n").OkAsync();

        Assert.Contains("is at version 2 by alice, not 1", await (await _alice.PutYamlAsync(
            "/api/v1/chains/site?expectedVersion=1", Document)).ProblemAsync(HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task OtherUsers_SeeNothingUntilGranted_AndNeverChange()
    {
        await _alice.PutYamlAsync("/api/v1/chains/site", Document).OkAsync();
        foreach (var path in new[] { "/chains/site", "/chains/site/history", "/chains/site/versions/1", "/chains/site/diff" })
            await (await _bob.GetAsync($"/api/v1{path}")).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.PutYamlAsync("/api/v1/chains/site", Document)).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _bob.PutAsync("/api/v1/chains/site/grants/bob", null)).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal("[]", await _bob.GetStringAsync("/api/v1/chains"));

        await _alice.PutAsync("/api/v1/chains/site/grants/bob", null).OkAsync();
        await _bob.GetAsync("/api/v1/chains/site").OkAsync();
        await (await _bob.DeleteAsync("/api/v1/chains/site")).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _bob.GetAsync("/api/v1/chains/site/history")).ProblemAsync(HttpStatusCode.NotFound);

        await _alice.DeleteAsync("/api/v1/chains/site/grants/bob").OkAsync();
        await (await _bob.GetAsync("/api/v1/chains/site")).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_ThenRestore_BringsItBack()
    {
        await _alice.PutYamlAsync("/api/v1/chains/site", Document).OkAsync();
        await _alice.PutYamlAsync("/api/v1/chains/site", Document.Replace("10.0.0.5", "10.0.0.6", StringComparison.Ordinal)).OkAsync();
        Assert.Equal(
            "  # ours\n  name: site\n  layers:\n    - kind: rdp\n-     host: 10.0.0.5\n+     host: 10.0.0.6\n",
            await _alice.GetStringAsync("/api/v1/chains/site/diff"));

        await _alice.DeleteAsync("/api/v1/chains/site").OkAsync();
        await (await _alice.GetAsync("/api/v1/chains/site")).ProblemAsync(HttpStatusCode.NotFound);
        var restored = await (await _alice.PostAsync("/api/v1/chains/site/restore?version=1", null).OkAsync()).JsonAsync();

        Assert.Equal(3, (int)restored["version"]!);
        Assert.Contains("10.0.0.5", await _alice.GetStringAsync("/api/v1/chains/site"));
        await (await _bob.PostAsync("/api/v1/chains/site/restore?version=1", null)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Validate_SavesNothing()
    {
        var good = await (await _alice.PostAsync("/api/v1/chains/validate", new StringContent(Document)).OkAsync()).JsonAsync();
        Assert.True((bool)good["valid"]!);
        Assert.Equal("[]", await _alice.GetStringAsync("/api/v1/chains"));
    }
}
