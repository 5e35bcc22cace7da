using System.Net;
using System.Net.Http.Json;
using System.Text;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Reports;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Latency;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>Reports that are handed on: who reads them, for how long, and what of.</summary>
public sealed class ReportShareEndpointTests : IAsyncLifetime
{
    const string OfSession = "/api/v1/sessions/mine/latency", Shares = "/api/v1/report-shares";
    const string NotShared = "This report is not shared with you";

    readonly TestNode _node = new();
    HttpClient _alice = null!, _bob = null!, _carol = null!;

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        (_alice, _bob, _carol) = (_node.Add("alice"), _node.Add("bob"), _node.Add("carol"));
        Record("mine", "alice", 30);
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    void Record(string session, string owner, int minutesAgo, int count = 200) => _node.Get<LatencyJournal>().Add(session, "site",
        TypingSession.Samples(count, start: _node.Time.GetUtcNow().AddMinutes(-minutesAgo)), owner);

    async Task<ReportShareEndpoints.Made> ShareAsync(HttpClient by, object wanted, string of = OfSession) =>
        (await (await by.PostAsJsonAsync($"{of}/shares", wanted).OkAsync()).Content.ReadFromJsonAsync<ReportShareEndpoints.Made>())!;

    static Task<HttpResponseMessage> OpenAsync(HttpClient by, string token) => by.PostAsJsonAsync($"{Shares}/open", new { token });

    static async Task<int> CountAsync(HttpClient by, string share) =>
        (int)(await (await by.GetAsync($"{Shares}/{share}/latency").OkAsync()).JsonAsync())["counts"]!["samples"]!;

    [Fact]
    public async Task Shared_IsReadByWhoOpenedTheLink_InEveryForm_AndByNobodyElse()
    {
        var made = await ShareAsync(_alice, new { });
        var share = $"{Shares}/{made.Share.Id}";
        Assert.StartsWith(NotShared, await (await _bob.GetAsync(share)).ProblemAsync(HttpStatusCode.NotFound));
        var opened = (await (await OpenAsync(_bob, made.Token).OkAsync()).Content.ReadFromJsonAsync<ReportShareEndpoints.Shared>())!;
        Assert.Equal(("alice", "site", "mine"), (opened.SharedBy, opened.Chain, opened.Session));
        // Again, as from a bookmark.
        await OpenAsync(_bob, made.Token).OkAsync();

        foreach (var format in ReportFormat.All.Append(ReportFormat.HtmlSections))
            Assert.NotEmpty(await _bob.GetStringAsync($"{share}/latency?format={format.Name}"));
        Assert.Equal(200, (await (await _bob.GetAsync($"{share}/latency/samples").OkAsync()).JsonAsync()).AsArray().Count);
        // The share and nothing beside it.
        await (await _bob.GetAsync(OfSession)).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.PostAsJsonAsync($"{OfSession}/shares", new { })).ProblemAsync(HttpStatusCode.NotFound);
        await (await _bob.DeleteAsync(share)).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal("[]", await _bob.GetStringAsync(Shares));
        foreach (var path in (string[])[share, $"{share}/latency", $"{share}/latency/samples"])
            Assert.StartsWith(NotShared, await (await _carol.GetAsync(path)).ProblemAsync(HttpStatusCode.NotFound));
        foreach (var token in (string[])[made.Share.Id, made.Token[1..], "", new string('a', 5000)])
            Assert.StartsWith(NotShared, await (await OpenAsync(_carol, token)).ProblemAsync(HttpStatusCode.NotFound));

        Assert.Contains("bob", await _alice.GetStringAsync(Shares));
        Assert.DoesNotContain("bob", await _bob.GetStringAsync(share));
    }

    [Fact]
    public async Task Ended_OrExpired_IsReadByNobody()
    {
        var (ended, expired) = (await ShareAsync(_alice, new { }), await ShareAsync(_alice, new { hours = 1 }));
        foreach (var made in new[] { ended, expired }) await OpenAsync(_bob, made.Token).OkAsync();
        await _alice.DeleteAsync($"{Shares}/{ended.Share.Id}").OkAsync();
        _node.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(200, await CountAsync(_bob, expired.Share.Id));
        _node.Time.Advance(TimeSpan.FromMinutes(1));

        foreach (var made in new[] { ended, expired })
        {
            Assert.StartsWith(NotShared, await (await _bob.GetAsync($"{Shares}/{made.Share.Id}/latency")).ProblemAsync(HttpStatusCode.NotFound));
            Assert.StartsWith(NotShared, await (await OpenAsync(_carol, made.Token)).ProblemAsync(HttpStatusCode.NotFound));
        }
        Assert.Equal("[]", await _alice.GetStringAsync(Shares));
    }

    [Fact]
    public async Task Span_StandsStill_AndFiltersHold()
    {
        var now = _node.Time.GetUtcNow();
        var all = await ShareAsync(_alice, new { since = now.AddHours(-2), until = now.AddYears(1) });
        var early = await ShareAsync(_alice, new { since = now.AddHours(-2), until = now.AddMinutes(-45), load = "idle" });
        foreach (var made in new[] { all, early }) await OpenAsync(_bob, made.Token).OkAsync();
        Assert.Equal(now, all.Share.Until);

        _node.Time.Advance(TimeSpan.FromMinutes(20));
        Record("mine", "alice", 10);
        // Query parameters are not the reader's to choose.
        var read = await (await _bob.GetAsync($"{Shares}/{all.Share.Id}/latency?until=2099-01-01T00:00:00Z").OkAsync()).JsonAsync();
        Assert.Equal((200, now), ((int)read["counts"]!["samples"]!, (DateTimeOffset)read["until"]!));
        Assert.Equal(0, await CountAsync(_bob, early.Share.Id));
        Assert.Equal("idle", early.Share.Load);
    }

    [Fact]
    public async Task Chain_ShowsWhatItsMakerMaySee_AsLongAsTheMakerMay()
    {
        Record("others", "dave", 20);
        var (mine, admins) = (await ShareAsync(_alice, new { }, "/api/v1/chains/site/latency"), await ShareAsync(_node.Operator(), new { }, "/api/v1/chains/site/latency"));
        foreach (var made in new[] { mine, admins }) await OpenAsync(_bob, made.Token).OkAsync();
        Assert.Equal((200, 400), (await CountAsync(_bob, mine.Share.Id), await CountAsync(_bob, admins.Share.Id)));

        _node.Get<Accounts>().Delete(_node.Get<Accounts>().Find("alice")!);
        await (await _bob.GetAsync($"{Shares}/{mine.Share.Id}/latency")).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Equal(400, await CountAsync(_bob, admins.Share.Id));
    }

    [Fact]
    public async Task Token_IsKeptByItsHash_AndEverythingIsAudited()
    {
        var made = await ShareAsync(_alice, new { });
        await OpenAsync(_bob, made.Token).OkAsync();
        await OpenAsync(_bob, made.Token).OkAsync();
        await OpenAsync(_carol, "guess");
        await _alice.DeleteAsync($"{Shares}/{made.Share.Id}").OkAsync();

        var records = _node.Get<AuditLog>().Read(new()).Where(record => record.Action.StartsWith("report", StringComparison.Ordinal)).ToList();
        Assert.Equal(["report-shared alice", "report-share-opened bob", "report-share-refused carol", "report-share-ended alice"],
            records.Select(record => $"{record.Action} {record.Actor}"));
        Assert.DoesNotContain(made.Token, string.Join(' ', records));
        foreach (var file in Directory.EnumerateFiles(_node.DataPath, "remotechain.db*"))
        {
            using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            await open.CopyToAsync(bytes);
            Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(made.Token)));
        }
    }

    [Theory]
    [InlineData("{\"hours\":0}")]
    [InlineData("{\"hours\":2161}")]
    [InlineData("{\"load\":\"heavy\"}")]
    [InlineData("{\"since\":\"2099-01-01T00:00:00Z\"}")]
    public async Task Terms_ThatBreakARule_AreRefused(string wanted) =>
        await (await _alice.PostAsync($"{OfSession}/shares", new StringContent(wanted, Encoding.UTF8, "application/json")))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);
}
