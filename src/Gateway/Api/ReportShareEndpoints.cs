using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Latency.Reports;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Latency reports that are handed on to colleagues who may not see the session: made by who sees it, read by who opens the link.</summary>
static class ReportShareEndpoints
{
    static readonly TimeSpan s_lifetimeDefault = TimeSpan.FromDays(7);

    /// <summary>A report that shall be handed on, as it is now.</summary>
    /// <param name="Since">From when on; an hour before <paramref name="Until"/> unless given.</param>
    /// <param name="Until">Until when; now unless given, and never later.</param>
    /// <param name="Load"><c>idle</c> or <c>busy</c>; both unless given.</param>
    /// <param name="Hours">How long it can be read; a week unless given.</param>
    public sealed record WantedShare(DateTimeOffset? Since, DateTimeOffset? Until, string? Load, int? Hours);

    /// <summary>A report that was handed on.</summary>
    /// <param name="Id">Names it; no secret.</param>
    /// <param name="SharedBy">Who did.</param>
    /// <param name="Chain">What it is about.</param>
    /// <param name="Session">One session of it; null for all that who shared it may see.</param>
    /// <param name="Since">From when on.</param>
    /// <param name="Until">Until when.</param>
    /// <param name="Load"><c>idle</c>, <c>busy</c>, or null for both.</param>
    /// <param name="Expires">Nobody reads it afterwards.</param>
    /// <param name="Readers">Who has opened the link.</param>
    public sealed record Shared(string Id, string SharedBy, string Chain, string? Session, DateTimeOffset Since, DateTimeOffset Until, string? Load,
        DateTimeOffset Expires, IReadOnlyList<string> Readers);

    /// <summary>A report that was handed on just now. Its link is <c>/shared/ID#TOKEN</c>.</summary>
    public sealed record Made(Shared Share, string Token);

    /// <summary>What stands behind the # of a link.</summary>
    public sealed record GivenToken(string? Token);

    public static void Map(RouteGroupBuilder api)
    {
        var shares = api.MapGroup("").WithTags("latency");
        shares.MapPost("/sessions/{id}/latency/shares", ShareSessionAsync)
            .WithSummary("Hands a session's report on, for a span that stands still: whoever opens its link while signed in can read it. The answer is the only one with the token.")
            .Produces<Made>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(503);
        shares.MapPost("/chains/{name}/latency/shares", ShareChainAsync).WithSummary("The same of a chain: of the sessions that the caller may see.")
            .Produces<Made>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(503);
        shares.MapGet("/report-shares", List).WithSummary("Reports that the caller has handed on (an admin's: everybody's), and who has opened them.");
        shares.MapPost("/report-shares/open", Open).RequireRateLimiting(ApiHosting.SignInRate)
            .WithSummary("Opens the link of a shared report: the caller may read it from now on.").Produces<Shared>().ProducesProblem(404).ProducesProblem(429);
        shares.MapGet("/report-shares/{id}", Get).WithSummary("What a shared report is about: for who shared it, admins, and who has opened its link.")
            .Produces<Shared>().ProducesProblem(404);
        shares.MapDelete("/report-shares/{id}", End).WithSummary("Ends a share: nobody reads it any more.").Produces(204).ProducesProblem(404);
        var reports = shares.MapGroup("/report-shares/{id}/latency").RequireRateLimiting(LatencyEndpoints.ReportRate);
        reports.MapGet("", ReportAsync).WithSummary("The shared report, as `format` json, text, html, csv or chrome-trace.")
            .Produces<LatencyAnswer>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
        reports.MapGet("/samples", SamplesAsync).WithSummary("The samples of a shared report, as `format` json, csv or chrome-trace.")
            .Produces<IReadOnlyList<SampleAnswer>>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
    }

    static async Task<IResult> ShareSessionAsync(string id, WantedShare wanted, Caller caller, LatencySources sources, ReportShares shares, AuditLog audit,
        CancellationToken cancellationToken) =>
        Share(await sources.OfSessionAsync(id, caller.Account, cancellationToken), $"session '{id}'", wanted, caller, sources, shares, audit);

    static async Task<IResult> ShareChainAsync(string name, WantedShare wanted, Caller caller, LatencySources sources, ReportShares shares, AuditLog audit,
        CancellationToken cancellationToken) =>
        Share(await sources.OfChainAsync(name, caller.Account, LatencyEndpoints.SessionsOfAChainMax, cancellationToken), $"chain '{name}'", wanted, caller, sources,
            shares, audit);

    static IResult Share(LatencySource? source, string what, WantedShare wanted, Caller caller, LatencySources sources, ReportShares shares, AuditLog audit)
    {
        if (source is null) return ApiProblem.NotFound(what);
        var now = sources.Time.GetUtcNow();
        // What is recorded later was not looked at by who shares it.
        var until = wanted.Until is { } asked && asked < now ? asked : now;
        if (LatencyEndpoints.Span(new(wanted.Since, until, wanted.Load, null, null), sources.Time, out var span) is { } problem) return problem;
        var lifetime = wanted.Hours is { } hours ? TimeSpan.FromHours(hours) : s_lifetimeDefault;
        if (lifetime < TimeSpan.FromHours(1) || lifetime > ReportShares.LifetimeMax)
            return ApiProblem.Invalid($"A report is shared for 1 hour to {ReportShares.LifetimeMax.TotalDays:0} days.");
        if (shares.Create(caller.Account, source.Subject.Chain, source.Subject.Session, span.Since, span.Until, wanted.Load, lifetime) is not { } made)
            return ApiProblem.Result(StatusCodes.Status503ServiceUnavailable, $"You share {ReportShareStore.PerOwnerMax} reports already. End some.");
        audit.Append(new(AuditAction.ReportShared, caller.Account.Name, made.Share.Chain, caller.From, $"{made.Share.Id}: {what}, {span.Since:u} to {span.Until:u}, "
            + $"until {made.Share.Expires:u}"));
        return TypedResults.Ok(new Made(Show(made.Share), made.Token));
    }

    static IReadOnlyList<Shared> List(Caller caller, ReportShares shares) => [.. shares.List(caller.Account).Select(Show)];

    static IResult Open(GivenToken given, Caller caller, ReportShares shares, AuditLog audit)
    {
        if (shares.Open(given.Token ?? "", caller.Account) is not { } opened)
        {
            audit.Append(new(AuditAction.ReportShareRefused, caller.Account.Name, "", caller.From, "a link that opens nothing"));
            return NotShared();
        }
        var share = opened.Share;
        if (opened.IsFirst) audit.Append(new(AuditAction.ReportShareOpened, caller.Account.Name, share.Chain, caller.From, $"{share.Id} of {share.Owner}"));
        return TypedResults.Ok(ShowTo(caller, share));
    }

    static IResult Get(string id, Caller caller, ReportShares shares) => shares.Find(id, caller.Account) is { } share ? TypedResults.Ok(ShowTo(caller, share)) : NotShared();

    static IResult End(string id, Caller caller, ReportShares shares, AuditLog audit)
    {
        if (shares.Owned(id, caller.Account) is not { } share || !shares.End(share)) return ApiProblem.NotFound($"shared report '{id}'");
        audit.Append(new(AuditAction.ReportShareEnded, caller.Account.Name, share.Chain, caller.From, $"{share.Id} of {share.Owner}"));
        return TypedResults.NoContent();
    }

    static async Task<IResult> ReportAsync(string id, string? format, Caller caller, LatencySources sources, ReportShares shares, HttpContext context,
        CancellationToken cancellationToken) =>
        await FindAsync(id, caller, sources, shares, cancellationToken) is (var share, var source)
            ? await LatencyEndpoints.ReportAsync(source, id, new(share.Since, share.Until, share.Load, format, null), sources, context, cancellationToken)
            : NotShared();

    static async Task<IResult> SamplesAsync(string id, string? format, int? limit, Caller caller, LatencySources sources, ReportShares shares,
        CancellationToken cancellationToken) =>
        await FindAsync(id, caller, sources, shares, cancellationToken) is (var share, var source)
            ? await LatencyEndpoints.SamplesAsync(source, id, new(share.Since, share.Until, share.Load, format, limit), sources, cancellationToken)
            : NotShared();

    // The reader's right is to the share; what the share shows is its maker's right.
    static async Task<(StoredReportShare Share, LatencySource Source)?> FindAsync(string id, Caller caller, LatencySources sources, ReportShares shares,
        CancellationToken cancellationToken)
    {
        if (shares.Find(id, caller.Account) is not { } share || shares.MakerOf(share) is not { } maker) return null;
        var source = share.Session is { } session
            ? await sources.OfSessionAsync(session, maker, cancellationToken)
            : await sources.OfChainAsync(share.Chain, maker, LatencyEndpoints.SessionsOfAChainMax, cancellationToken);
        return source is null ? null : (share, source);
    }

    // Unknown, expired, ended and not opened by the caller sound the same.
    static IResult NotShared() => ApiProblem.Result(StatusCodes.Status404NotFound, "This report is not shared with you: its link is unknown or incomplete, has expired, or was "
        + "ended. Ask whoever sent it for a new link.");

    static Shared Show(StoredReportShare share) =>
        new(share.Id, share.Owner, share.Chain, share.Session, share.Since, share.Until, share.Load, share.Expires, share.Readers);

    // Who else reads it is the concern of who shared it.
    static Shared ShowTo(Caller caller, StoredReportShare share) =>
        caller.Account.IsAdmin || caller.Is(share.Owner) ? Show(share) : Show(share with { Readers = [] });
}
