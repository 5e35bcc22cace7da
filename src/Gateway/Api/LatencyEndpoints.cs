using System.Text;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Reports;

namespace RemoteChain.Gateway.Api;

/// <summary>Where the time of sessions went. Users see their own sessions, also in the figures of a chain; admins see all.</summary>
static class LatencyEndpoints
{
    /// <summary>Rate limit: reports are made one at a time, so that they take at most one core from the sessions.</summary>
    public const string ReportRate = "latency-reports";

    /// <summary>Reports that may wait for their turn.</summary>
    public const int ReportsWaitingMax = 16;

    /// <summary>Most samples in one answer.</summary>
    public const int SamplesMax = 50_000;

    /// <summary>Sessions of one chain that a report is about at most.</summary>
    public const int SessionsOfAChainMax = 10_000;

    static readonly TimeSpan s_span = TimeSpan.FromHours(1);

    /// <summary>What is asked for.</summary>
    /// <param name="Since">From when on; an hour before <paramref name="Until"/> unless given.</param>
    /// <param name="Until">Until when; now unless given.</param>
    /// <param name="Load"><c>idle</c> or <c>busy</c>; both unless given.</param>
    /// <param name="Format">One of <see cref="ReportFormat.All"/>; <c>json</c> unless given.</param>
    /// <param name="Limit">For samples: about how many at most, drawn at random from those of the span.</param>
    public sealed record Query(DateTimeOffset? Since, DateTimeOffset? Until, string? Load, string? Format, int? Limit);

    public static void Map(RouteGroupBuilder api)
    {
        var reports = api.MapGroup("").WithTags("latency").RequireRateLimiting(ReportRate);
        reports.MapGet("/sessions/{id}/latency", SessionAsync)
            .WithSummary("Where the time of one session went, running or ended: figures of the last hour or of `since` to `until`, as `format` "
                + "json, text, html, csv or chrome-trace.")
            .Produces<LatencyAnswer>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
        reports.MapGet("/sessions/{id}/latency/last", LastAsync)
            .WithSummary("The newest interaction of a session, step by step, as a piece of HTML for a page that has the reports' style sheet.")
            .Produces<string>(200, "text/html").ProducesProblem(404);
        reports.MapGet("/chains/{name}/latency", ChainAsync)
            .WithSummary("The same of all sessions of a chain: an admin's figures are of everybody's, a user's of the own ones.")
            .Produces<LatencyAnswer>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
        reports.MapGet("/sessions/{id}/latency/samples", SessionSamplesAsync)
            .WithSummary($"The samples themselves, as `format` json, csv or chrome-trace. At most `limit` (up to {SamplesMax:N0}), drawn at random.")
            .Produces<IReadOnlyList<SampleAnswer>>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
        reports.MapGet("/chains/{name}/latency/samples", ChainSamplesAsync)
            .WithSummary("The samples of all sessions of a chain that the caller may see.")
            .Produces<IReadOnlyList<SampleAnswer>>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
    }

    static async Task<IResult> SessionAsync(string id, [AsParameters] Query query, Caller caller, LatencySources sources,
        HttpContext context, CancellationToken cancellationToken) =>
        await ReportAsync(await sources.OfSessionAsync(id, caller.Account, cancellationToken), $"session '{id}'", query, sources, context,
            cancellationToken);

    static async Task<IResult> ChainAsync(string name, [AsParameters] Query query, Caller caller, LatencySources sources,
        HttpContext context, CancellationToken cancellationToken) =>
        await ReportAsync(await sources.OfChainAsync(name, caller.Account, SessionsOfAChainMax, cancellationToken), $"chain '{name}'", query,
            sources, context, cancellationToken);

    static async Task<IResult> SessionSamplesAsync(string id, [AsParameters] Query query, Caller caller, LatencySources sources,
        CancellationToken cancellationToken) =>
        await SamplesAsync(await sources.OfSessionAsync(id, caller.Account, cancellationToken), $"session '{id}'", query, sources,
            cancellationToken);

    static async Task<IResult> ChainSamplesAsync(string name, [AsParameters] Query query, Caller caller, LatencySources sources,
        CancellationToken cancellationToken) =>
        await SamplesAsync(await sources.OfChainAsync(name, caller.Account, SessionsOfAChainMax, cancellationToken), $"chain '{name}'", query,
            sources, cancellationToken);

    static async Task<IResult> LastAsync(string id, Caller caller, LatencySources sources, HttpContext context, CancellationToken cancellationToken)
    {
        if (await sources.OfSessionAsync(id, caller.Account, cancellationToken) is not { } source) return ApiProblem.NotFound($"session '{id}'");
        var until = sources.Time.GetUtcNow();
        var kept = await sources.ReadAsync(source, new(until - s_span, until), LatencyArchive.SamplesMax, cancellationToken);
        context.Response.Headers.ContentSecurityPolicy = $"{HtmlReport.ContentSecurity}; frame-ancestors 'none'; sandbox";
        return TypedResults.Text(kept.Samples.MaxBy(sample => sample.At) is { } last ? HtmlReport.WriteInput(last) : "", "text/html", Encoding.UTF8);
    }

    /// <summary>Answers with a report of what somebody may see; <paramref name="source"/> is null when that is nothing.</summary>
    public static async Task<IResult> ReportAsync(LatencySource? source, string what, Query query, LatencySources sources, HttpContext context,
        CancellationToken cancellationToken)
    {
        if (source is null) return ApiProblem.NotFound(what);
        if (ReportFormat.Find(query.Format ?? ReportFormat.Json.Name) is not { } format)
            return ApiProblem.Invalid($"A format is one of {string.Join(", ", ReportFormat.All.Select(known => known.Name))}.");
        if (Span(query, sources.Time, out var span) is { } problem) return problem;

        var kept = await sources.ReadAsync(source, span, LatencyArchive.SamplesMax, cancellationToken);
        var report = LatencyReport.Of(source.Subject, span, kept);
        if (format == ReportFormat.Html || format == ReportFormat.HtmlSections)
            context.Response.Headers.ContentSecurityPolicy = $"{HtmlReport.ContentSecurity}; frame-ancestors 'none'; sandbox allow-scripts";
        return TypedResults.Text(format.Write(report), format.ContentType, Encoding.UTF8);
    }

    /// <summary>The same with the samples themselves.</summary>
    public static async Task<IResult> SamplesAsync(LatencySource? source, string what, Query query, LatencySources sources,
        CancellationToken cancellationToken)
    {
        if (source is null) return ApiProblem.NotFound(what);
        if (Span(query, sources.Time, out var span) is { } problem) return problem;
        if (query.Limit is < 1 or > SamplesMax) return ApiProblem.Invalid($"A limit is between 1 and {SamplesMax}.");

        var kept = await sources.ReadAsync(source, span, query.Limit ?? LatencyArchive.SamplesMax, cancellationToken);
        var samples = kept.Samples.Where(sample => span.Load is null || sample.Load == span.Load).ToList();
        return (query.Format ?? "json") switch
        {
            "json" => TypedResults.Ok<IReadOnlyList<SampleAnswer>>([.. samples.Select(SampleAnswer.Of)]),
            "csv" => TypedResults.Text(CsvReport.Write(samples), ReportFormat.Csv.ContentType, Encoding.UTF8),
            "chrome-trace" => TypedResults.Text(TraceReport.Write(source.Subject, samples), "application/json", Encoding.UTF8),
            _ => ApiProblem.Invalid("Samples can be had as json, csv or chrome-trace."),
        };
    }

    /// <summary>The span that a query means; a problem when it makes no sense.</summary>
    public static IResult? Span(Query query, TimeProvider time, out ReportSpan span)
    {
        var until = query.Until ?? time.GetUtcNow();
        span = new(query.Since ?? (until - DateTimeOffset.MinValue > s_span ? until - s_span : DateTimeOffset.MinValue), until);
        if (span.Since > span.Until) return ApiProblem.Invalid("`since` lies after `until`.");
        switch (query.Load)
        {
            case null: return null;
            case "idle": span = span with { Load = Load.Idle }; return null;
            case "busy": span = span with { Load = Load.Busy }; return null;
            default: return ApiProblem.Invalid("A load is `idle` or `busy`.");
        }
    }
}
