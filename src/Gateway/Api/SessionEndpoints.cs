using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Running sessions and records of those that have ended. Users see their own, admins all.</summary>
static class SessionEndpoints
{
    const int PressesDefault = 20, WidthDefault = 1280, HeightDefault = 800, SideMin = 200, SideMax = 8192, ScalePercent = 100;
    const uint UsKeyboard = 0x409;

    /// <summary>A session that shall run.</summary>
    /// <param name="Chain">The chain that it runs.</param>
    /// <param name="Width">Width of the desktop in pixels, unless the chain says it.</param>
    /// <param name="Height">Height of the desktop in pixels, unless the chain says it.</param>
    /// <param name="For">The account whose session it is; only an admin may name somebody else.</param>
    public sealed record NewSession(string? Chain, int? Width, int? Height, string? For);

    /// <summary>Keys that shall be pressed together.</summary>
    /// <param name="Keys">Modifiers and one key, joined by +: <c>ctrl+alt+del</c>.</param>
    /// <param name="Layer">Number of the desktop's layer in the chain; none for the innermost desktop.</param>
    public sealed record WantedKeys(string? Keys, int? Layer);

    /// <summary>What a ticket is wanted for.</summary>
    /// <param name="ViewOnly">Whether the browser may only watch.</param>
    public sealed record WantedTicket(bool? ViewOnly);

    /// <summary>A ticket, shown this once. It is the first message on the socket.</summary>
    public sealed record Ticket(string Text, DateTimeOffset Expires);

    public static void Map(RouteGroupBuilder api)
    {
        var sessions = api.MapGroup("/sessions").WithTags("sessions");
        sessions.MapGet("", List).WithSummary("Running sessions of the caller (an admin's: all), with their state, failure and fronts.");
        sessions.MapPost("", Open).WithSummary("Opens a session of a chain, or finds the one that runs: all its layers are brought up, before anybody looks.")
            .Produces<SessionSummary>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(422).ProducesProblem(503);
        sessions.MapGet("/ended", Ended).WithSummary("Sessions that have ended, newest first, with the sentence that says why.");
        sessions.MapGet("/{id}", Get).WithSummary("One running session.").Produces<SessionSummary>().ProducesProblem(404);
        sessions.MapGet("/{id}/thumbnail", Thumbnail).WithSummary("The session's picture as it is now, made small (PNG).")
            .Produces(200, contentType: "image/png").ProducesProblem(404);
        sessions.MapDelete("/{id}", KillAsync).WithSummary("Ends a session: its fronts are told, its host is left.").Produces(204)
            .ProducesProblem(404);
        sessions.MapDelete("/{id}/fronts/{front:int}", DetachAsync).WithSummary("Takes one front off a session, which goes on.")
            .Produces(204).ProducesProblem(404);
        sessions.MapPost("/{id}/ticket", PostTicket).WithSummary("Makes a ticket with which a browser opens the socket that brings this session's pixels: good once, for half a minute.")
            .Produces<Ticket>().ProducesProblem(404).ProducesProblem(503);
        sessions.MapPost("/{id}/keys", PressKeysAsync).WithSummary("Presses keys together in one of the session's desktops: ctrl+alt+del for layer 3.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        sessions.MapPost("/{id}/probe", StartProbe).WithSummary("Presses keys at the host to measure from end to end, where the chain allows it.")
            .Produces<KeyProbeReport>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        sessions.MapGet("/{id}/probe", GetProbe).WithSummary("The newest probe of a session, as far as it has come.")
            .Produces<KeyProbeReport>().ProducesProblem(404);
    }

    static IResult Open(NewSession wanted, Caller caller, Accounts accounts, ChainAccess access, ChainCatalog chains, ISessionDirectory sessions)
    {
        var owner = caller.Account;
        if (wanted.For is { } name && !name.Equals(owner.Name, StringComparison.OrdinalIgnoreCase))
        {
            if (!owner.IsAdmin) return ApiProblem.Forbidden("Only an admin may open a session for somebody else.");
            if (accounts.Find(name) is not { } other)
                return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
            owner = other;
        }
        if (!access.MayUse(owner, wanted.Chain ?? "") || chains.Find(wanted.Chain!) is not { } chain)
            return ApiProblem.NotFound($"chain '{wanted.Chain}'");
        var size = (chain.Desktop as RdpLayer)?.Size;
        var (width, height) = (wanted.Width ?? size?.Width ?? WidthDefault, wanted.Height ?? size?.Height ?? HeightDefault);
        if (width is < SideMin or > SideMax || height is < SideMin or > SideMax)
            return ApiProblem.Invalid($"A desktop's width and height are {SideMin} to {SideMax} pixels.");
        return sessions.Open(owner, chain, new(width, height, ScalePercent, UsKeyboard), caller.Account.Name, caller.From) is { } session
            ? TypedResults.Ok(session with { May = SessionRight.Decide })
            : ApiProblem.Result(StatusCodes.Status503ServiceUnavailable, "This node has no room for another session.");
    }

    static IResult PostTicket(string id, WantedTicket wanted, Caller caller, ISessionDirectory sessions, Invitations invitations, PixelTickets tickets)
    {
        if (Joinable(id, caller, sessions, invitations, out var viewOnly) is null) return ApiProblem.NotFound($"running session '{id}'");
        return tickets.Create(caller.Account, id, viewOnly || (wanted.ViewOnly ?? false)) is { } made
            ? TypedResults.Ok(new Ticket(made.Text, made.Expires))
            : ApiProblem.Result(StatusCodes.Status503ServiceUnavailable, "Too many tickets are waiting to be used. Wait until some expire.");
    }

    static async Task<IResult> PressKeysAsync(string id, WantedKeys wanted, Caller caller, ISessionDirectory sessions, AuditLog audit,
        CancellationToken cancellationToken)
    {
        if (Visible(id, caller, sessions) is not { } session) return ApiProblem.NotFound($"running session '{id}'");
        if (!KeyChord.TryParse(wanted.Keys ?? "", out var chord)) return ApiProblem.Invalid($"`keys` must be a chord: {KeyChord.Rule}.");
        var (found, refusal) = await sessions.PressKeysAsync(id, chord, wanted.Layer, cancellationToken);
        if (!found) return ApiProblem.NotFound($"running session '{id}'");
        if (refusal is not null) return ApiProblem.Conflict(refusal);
        audit.Append(new(AuditAction.KeysPressed, caller.Account.Name, session.Chain, caller.From,
            $"{id}: {chord.Text} in {(wanted.Layer is { } layer ? $"layer {layer}" : "the innermost desktop")}"));
        return TypedResults.NoContent();
    }

    static IResult StartProbe(string id, int? count, Caller caller, ISessionDirectory sessions)
    {
        if (Visible(id, caller, sessions) is null) return ApiProblem.NotFound($"running session '{id}'");
        if (count is < 1 or > KeyProbe.PressesMax) return ApiProblem.Invalid($"A probe presses 1 to {KeyProbe.PressesMax} keys.");
        return sessions.Probe(id, count ?? PressesDefault, caller.Account.Name) switch
        {
            (false, _) => ApiProblem.NotFound($"running session '{id}'"),
            (_, { } refusal) => ApiProblem.Conflict(refusal),
            _ => GetProbe(id, caller, sessions),
        };
    }

    static IResult GetProbe(string id, Caller caller, ISessionDirectory sessions) =>
        Visible(id, caller, sessions) is not null && sessions.ProbeReport(id) is { } report
            ? TypedResults.Ok(report)
            : ApiProblem.NotFound($"probe of a running session '{id}'");

    static IReadOnlyList<SessionSummary> List(Caller caller, ISessionDirectory sessions, Invitations invitations) =>
        [.. sessions.List().Select(session => Shown(session, RightOf(caller, session, invitations))).OfType<SessionSummary>().OrderBy(session => session.Since)];

    static IReadOnlyList<SessionRecord> Ended(int? limit, Caller caller, SessionRecords records) =>
        records.Newest(caller.Account.IsAdmin ? null : caller.Account.Name, limit ?? 100);

    static IResult Get(string id, Caller caller, ISessionDirectory sessions, Invitations invitations) =>
        Joinable(id, caller, sessions, invitations, out _) is { } session ? TypedResults.Ok(session) : ApiProblem.NotFound($"running session '{id}'");

    static IResult Thumbnail(string id, Caller caller, ISessionDirectory sessions) =>
        Visible(id, caller, sessions) is not null && sessions.Thumbnail(id) is { } picture
            ? TypedResults.Bytes(picture, "image/png")
            : ApiProblem.NotFound($"picture of a running session '{id}'");

    static async Task<IResult> KillAsync(string id, Caller caller, ISessionDirectory sessions, CancellationToken cancellationToken) =>
        Visible(id, caller, sessions) is not null && await sessions.KillAsync(id, caller.Account.Name, cancellationToken)
            ? TypedResults.NoContent()
            : ApiProblem.NotFound($"running session '{id}'");

    static async Task<IResult> DetachAsync(string id, int front, Caller caller, ISessionDirectory sessions, AuditLog audit,
        CancellationToken cancellationToken)
    {
        if (Visible(id, caller, sessions) is not { } session || !await sessions.DetachAsync(
            id, front, caller.Account.Name, cancellationToken))
            return ApiProblem.NotFound($"front {front} of a running session '{id}'");
        audit.Append(new(AuditAction.FrontDetached, caller.Account.Name, session.Chain, caller.From, $"front {front} of session {id}"));
        return TypedResults.NoContent();
    }

    /// <summary>A session that the caller decides about: its owner and admins; null when there is none such.</summary>
    public static SessionSummary? Owned(string id, Caller caller, ISessionDirectory sessions) => Visible(id, caller, sessions);

    /// <summary>A session that the caller may join: those, and the invited; null when there is none such.</summary>
    public static SessionSummary? Joinable(string id, Caller caller, ISessionDirectory sessions, Invitations invitations, out bool viewOnly)
    {
        var session = sessions.Find(id);
        var right = session is null ? null : RightOf(caller, session, invitations);
        viewOnly = right is null or SessionRight.Watch;
        return session is null ? null : Shown(session, right);
    }

    static SessionRight? RightOf(Caller caller, SessionSummary session, Invitations invitations) =>
        MaySee(caller.Account, session) ? SessionRight.Decide : invitations.ViewOnlyFor(caller.Account, session.Id) switch
        {
            null => null,
            true => SessionRight.Watch,
            false => SessionRight.Control,
        };

    // Who was invited sees the session and who looks at it, not from where they come nor what the way to the host is.
    static SessionSummary? Shown(SessionSummary session, SessionRight? right) => right switch
    {
        null => null,
        SessionRight.Decide => session with { May = right },
        _ => session with
        {
            May = right, ProcessId = null, Host = null, Fronts = [.. session.Fronts.Select(front => front with { Address = "", ProcessId = null })],
        },
    };

    static SessionSummary? Visible(string id, Caller caller, ISessionDirectory sessions) =>
        sessions.Find(id) is { } session && MaySee(caller.Account, session) ? session : null;

    /// <summary>Whether an account decides about a session: its owner and admins.</summary>
    public static bool MaySee(Account account, SessionSummary session) =>
        account.IsAdmin || session.Owner.Equals(account.Name, StringComparison.OrdinalIgnoreCase);
}
