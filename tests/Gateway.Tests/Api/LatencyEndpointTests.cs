using System.Net;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Reports;
using RemoteChain.Gateway.Tests.Latency;

namespace RemoteChain.Gateway.Tests.Api;

public sealed class LatencyEndpointTests(TestNode node) : IClassFixture<TestNode>
{
    void Record(string session, string owner, string chain = "site", int count = 200) => node.Get<LatencyJournal>().Add(session, chain,
        TypingSession.Samples(count, start: node.Time.GetUtcNow().AddMinutes(-30)), owner);

    [Fact]
    public async Task Session_IsForItsOwnerAndAdmins()
    {
        Record("own-1", "latency-alice");
        using var alice = node.Add("latency-alice");
        using var bob = node.Add("latency-bob");

        foreach (var client in (HttpClient[])[alice, node.Operator()])
        {
            var report = await (await client.GetAsync("/api/v1/sessions/own-1/latency").OkAsync()).JsonAsync();
            Assert.Equal(("site", "own-1", 200), ((string?)report["chain"], (string?)report["session"], (int)report["counts"]!["samples"]!));
            Assert.NotEmpty((string?)report["verdict"] ?? "");
        }
        foreach (var path in (string[])["latency", "latency/samples"])
            Assert.Contains("own-1", await (await bob.GetAsync($"/api/v1/sessions/own-1/{path}")).ProblemAsync(HttpStatusCode.NotFound),
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chain_ShowsAUserTheOwnSessionsOnly()
    {
        Record("carol-1", "latency-carol", "shared");
        Record("dave-1", "latency-dave", "shared");
        using var carol = node.Add("latency-carol");
        using var eve = node.Add("latency-eve");

        Assert.Equal(200, (int)(await (await carol.GetAsync("/api/v1/chains/shared/latency").OkAsync()).JsonAsync())["counts"]!["samples"]!);
        Assert.Equal(400, (int)(await (await node.Operator().GetAsync("/api/v1/chains/shared/latency").OkAsync()).JsonAsync())
            ["counts"]!["samples"]!);
        await (await eve.GetAsync("/api/v1/chains/shared/latency")).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Formats_AllOfThem_CanBeHad()
    {
        Record("forms-1", "");
        using var client = node.Operator();
        foreach (var format in ReportFormat.All)
        {
            var response = await client.GetAsync($"/api/v1/sessions/forms-1/latency?format={format.Name}").OkAsync();
            Assert.StartsWith(format.ContentType.Split(';')[0], response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
            Assert.NotEmpty(await response.Content.ReadAsStringAsync());
        }
        var html = await client.GetAsync("/api/v1/sessions/forms-1/latency?format=html").OkAsync();
        Assert.Contains("sandbox", html.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_WithALimit_AreDrawnFromAll()
    {
        Record("many-1", "", count: 900);
        using var client = node.Operator();

        var samples = (await (await client.GetAsync("/api/v1/sessions/many-1/latency/samples?limit=100").OkAsync()).JsonAsync()).AsArray();

        Assert.InRange(samples.Count, 80, 120);
        Assert.All(samples, sample => Assert.Equal((long)sample!["totalNanos"]!,
            sample["stages"]!.AsArray().Sum(stage => (long)stage!["nanos"]!)));
    }

    [Theory]
    [InlineData("format=pdf", "A format is one of text, json, csv, html, chrome-trace.")]
    [InlineData("load=heavy", "A load is `idle` or `busy`.")]
    [InlineData("since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", "`since` lies after `until`.")]
    public async Task Query_ThatMakesNoSense_IsExplained(string query, string sentence)
    {
        Record("query-1", "");
        using var client = node.Operator();

        Assert.Equal(sentence, await (await client.GetAsync($"/api/v1/sessions/query-1/latency?{query}"))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task Session_WithoutSamples_HasNoFigures()
    {
        node.Sessions.Add("silent-1", "latency-frank");
        using var frank = node.Add("latency-frank");

        var report = await (await frank.GetAsync("/api/v1/sessions/silent-1/latency").OkAsync()).JsonAsync();

        Assert.Null(report["example"]);
        Assert.Empty(report["summary"]!["groups"]!.AsArray());
        await frank.GetAsync("/api/v1/sessions/silent-1/latency?format=html").OkAsync();
        await frank.GetAsync("/api/v1/sessions/silent-1/latency?format=text").OkAsync();
    }
}
