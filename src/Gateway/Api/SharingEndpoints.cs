using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Sharing a session: invitations, and who of those who look controls it. The owner and admins decide.</summary>
static class SharingEndpoints
{
    const int UsesDefault = 1;
    static readonly TimeSpan s_lifetimeDefault = TimeSpan.FromHours(1);

    /// <summary>An invitation that is wanted.</summary>
    /// <param name="Control">Whether the invited may control the session; they only watch unless it is said.</param>
    /// <param name="Guests">Whether somebody without an account may come.</param>
    /// <param name="Uses">How many times it can be used; once unless given.</param>
    /// <param name="Minutes">How long; an hour unless given.</param>
    public sealed record WantedInvitation(bool? Control, bool? Guests, int? Uses, int? Minutes);

    /// <summary>An invitation with its code, shown this once.</summary>
    public sealed record Made(Invitation Invitation, string Code);

    /// <summary>An invitation that somebody was given.</summary>
    /// <param name="Code">The code.</param>
    /// <param name="Host">How the RDP client of a guest reaches the node; without it, as this request did.</param>
    public sealed record GivenInvitation(string? Code, string? Host);

    /// <summary>What an invitation opens. A guest gets a connection pass and a ticket for the pixel socket, because there is no other way in for one.</summary>
    public sealed record Welcome(string Session, string Chain, bool ViewOnly, string User, PassEndpoints.Pass? Pass, SessionEndpoints.Ticket? Ticket);

    /// <summary>Who shall control a session.</summary>
    /// <param name="Front">Number of the one front; 0 for everybody who may.</param>
    public sealed record Controller(int Front);

    public static void Map(RouteGroupBuilder api)
    {
        var sessions = api.MapGroup("/sessions/{id}").WithTags("sharing");
        sessions.MapGet("/invitations", List).WithSummary("Invitations to a session that hold, and who has come by them (its owner and admins).")
            .Produces<IReadOnlyList<Invitation>>().ProducesProblem(404);
        sessions.MapPost("/invitations", Invite).WithSummary("Invites others to watch or control a session. The answer is the only one with the code.")
            .Produces<Made>().ProducesProblem(404).ProducesProblem(422).ProducesProblem(503);
        sessions.MapDelete("/invitations/{invitation}", EndAsync).WithSummary("Ends an invitation; who has come by it is taken off the session.")
            .Produces(204).ProducesProblem(404);
        sessions.MapPut("/control", ControlAsync).WithSummary("Gives control of a session to one front, or to everybody who may (0). The invited may take it "
                + "for themselves when nobody has it, and give back their own.")
            .Produces(204).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        sessions.MapPost("/pass", PostPass).WithSummary("Makes a single-use pass with which an RDP client joins this running session: for its owner, admins and the invited.")
            .Produces<PassEndpoints.Pass>().ProducesProblem(404).ProducesProblem(503);
        api.MapPost("/invitations/redeem", Redeem).AllowAnonymous().RequireRateLimiting(ApiHosting.SignInRate).WithTags("sharing")
            .WithSummary("Uses an invitation: the account that signed in may join the session from now on; without one, a guest gets what opens it.")
            .Produces<Welcome>().ProducesProblem(401).ProducesProblem(404).ProducesProblem(429);
    }

    static IResult List(string id, Caller caller, ISessionDirectory sessions, Invitations invitations) =>
        SessionEndpoints.Owned(id, caller, sessions) is not null
            ? TypedResults.Ok(invitations.List(id))
            : ApiProblem.NotFound($"running session '{id}'");

    static IResult Invite(string id, WantedInvitation wanted, Caller caller, ISessionDirectory sessions, Invitations invitations, AuditLog audit)
    {
        if (SessionEndpoints.Owned(id, caller, sessions) is not { } session) return ApiProblem.NotFound($"running session '{id}'");
        var terms = new InvitationTerms(!(wanted.Control ?? false), wanted.Guests ?? false, wanted.Uses ?? UsesDefault,
            wanted.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : s_lifetimeDefault);
        if (terms.Uses is < 1 or > Invitations.UsesMax) return ApiProblem.Invalid($"An invitation has 1 to {Invitations.UsesMax} uses.");
        if (terms.Lifetime < TimeSpan.FromMinutes(1) || terms.Lifetime > Invitations.LifetimeMax)
            return ApiProblem.Invalid($"An invitation holds for 1 minute to {Invitations.LifetimeMax.TotalDays:0} days.");
        if (invitations.Create(id, session.Chain, caller.Account, terms) is not { } made)
            return ApiProblem.Result(StatusCodes.Status503ServiceUnavailable, "There are too many invitations. End some.");
        audit.Append(new(AuditAction.InvitationMade, caller.Account.Name, session.Chain, caller.From,
            $"{id}: invitation {made.Invitation.Id}, {(terms.ViewOnly ? "to watch" : "to control")}, {terms.Uses} uses{(terms.Guests ? ", also guests" : "")}"));
        return TypedResults.Ok(new Made(made.Invitation, made.Code));
    }

    static async Task<IResult> EndAsync(string id, string invitation, Caller caller, ISessionDirectory sessions, Invitations invitations, AuditLog audit,
        CancellationToken cancellationToken)
    {
        if (SessionEndpoints.Owned(id, caller, sessions) is not { } session) return ApiProblem.NotFound($"running session '{id}'");
        if (invitations.End(id, invitation) is not { } ended) return ApiProblem.NotFound($"invitation '{invitation}' of that session");
        audit.Append(new(AuditAction.InvitationEnded, caller.Account.Name, session.Chain, caller.From, $"{id}: invitation {ended.Id}"));
        foreach (var front in session.Fronts)
        {
            if (ended.Joined.Contains(front.Account) && !front.Account.Equals(session.Owner, StringComparison.OrdinalIgnoreCase))
                await sessions.DetachAsync(id, front.Number, caller.Account.Name, cancellationToken);
        }
        return TypedResults.NoContent();
    }

    static async Task<IResult> ControlAsync(string id, Controller wanted, Caller caller, ISessionDirectory sessions, Invitations invitations, AuditLog audit,
        CancellationToken cancellationToken)
    {
        if (SessionEndpoints.Joinable(id, caller, sessions, invitations, out var viewOnly) is not { } session) return ApiProblem.NotFound($"running session '{id}'");
        if (SessionEndpoints.Owned(id, caller, sessions) is null)
        {
            // The invited never take control from somebody: they take what is free, and give back what is theirs.
            var isOwn = session.Fronts.Any(front => caller.Is(front.Account) && front.Number == (wanted.Front == 0 ? session.ControlledBy : wanted.Front));
            if (viewOnly || !isOwn || (wanted.Front != 0 && session.ControlledBy != 0))
                return ApiProblem.Forbidden("Only the owner of the session may give this control.");
        }
        var (found, refusal) = await sessions.ControlAsync(id, wanted.Front, cancellationToken);
        if (!found) return ApiProblem.NotFound($"running session '{id}'");
        if (refusal is not null) return ApiProblem.Conflict(refusal);
        audit.Append(new(AuditAction.ControlGiven, caller.Account.Name, session.Chain, caller.From,
            $"{id}: {(wanted.Front == 0 ? "to everybody" : $"to front {wanted.Front}")}"));
        return TypedResults.NoContent();
    }

    static IResult PostPass(string id, GivenInvitation wanted, Caller caller, HttpContext context, ISessionDirectory sessions, Invitations invitations,
        ConnectionPasses passes, NodeAddress node, AuditLog audit)
    {
        if (SessionEndpoints.Joinable(id, caller, sessions, invitations, out var viewOnly) is not { } session) return ApiProblem.NotFound($"running session '{id}'");
        if (passes.Create(caller.Account, session.Chain, viewOnly, id) is not { } made) return TooManyPasses();
        audit.Append(new(AuditAction.PassCreated, caller.Account.Name, session.Chain, caller.From, $"{made.Pass.Id} for session {id}"));
        return TypedResults.Ok(PassEndpoints.Show(made, wanted.Host ?? context.Request.Host.Host, node, 0, 0));
    }

    static IResult Redeem(GivenInvitation given, HttpContext context, ISessionDirectory sessions, Invitations invitations, ConnectionPasses passes,
        PixelTickets tickets, NodeAddress node)
    {
        var account = context.Features.Get<Account>();
        // Owners try their own links.
        var outcome = invitations.Redeem(given.Code ?? "", account, Caller.AddressOf(context),
            session => account is not null && sessions.Find(session) is { } found && SessionEndpoints.MaySee(account, found));
        if (outcome is not { Invitation: { } used, Account: { } comer }) return ApiProblem.Result(outcome.Refusal switch
        {
            SignInRefusal.Locked => StatusCodes.Status429TooManyRequests,
            SignInRefusal.AccessDenied => StatusCodes.Status401Unauthorized,
            _ => StatusCodes.Status404NotFound,
        }, outcome.Sentence);
        if (sessions.Find(used.Session) is null) return ApiProblem.Result(StatusCodes.Status404NotFound, "The session that this invitation is for has ended.");
        if (!comer.IsGuest) return TypedResults.Ok(new Welcome(used.Session, used.Chain, used.ViewOnly, comer.Name, null, null));
        if (passes.Create(comer, used.Chain, used.ViewOnly, used.Session) is not { } pass || tickets.Create(comer, used.Session, used.ViewOnly) is not { } ticket)
            return TooManyPasses();
        return TypedResults.Ok(new Welcome(used.Session, used.Chain, used.ViewOnly, comer.Name,
            PassEndpoints.Show(pass, given.Host ?? context.Request.Host.Host, node, 0, 0), new(ticket.Text, ticket.Expires)));
    }

    static IResult TooManyPasses() =>
        ApiProblem.Result(StatusCodes.Status503ServiceUnavailable, "Too many passes are waiting to be used. Wait until some expire.");
}
