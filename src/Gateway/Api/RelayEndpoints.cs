using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Other nodes: who is enrolled, what this node allows them as a relay, and what it relays now. For admins.</summary>
static class RelayEndpoints
{
    /// <summary>This node among others.</summary>
    /// <param name="Key">SHA-256 of this node's public key, in hex.</param>
    /// <param name="Listens">Where other nodes come in; null when they cannot.</param>
    /// <param name="Peers">Enrolled nodes.</param>
    /// <param name="Rules">Destinations that this node connects to for others.</param>
    /// <param name="Streams">What it relays now.</param>
    public sealed record RelayState(string Key, string? Listens, IReadOnlyList<Peer> Peers, IReadOnlyList<Allowance> Rules, IReadOnlyList<Stream> Streams);

    /// <summary>An enrolled node.</summary>
    /// <param name="Name">What it is called here.</param>
    /// <param name="Key">SHA-256 of its public key, in hex.</param>
    /// <param name="Address">Where it listens; null when it dials out to this node.</param>
    /// <param name="State">In words: how it can be reached.</param>
    /// <param name="Enrolled">Since when.</param>
    public sealed record Peer(string Name, string Key, string? Address, string State, DateTimeOffset Enrolled);

    /// <summary>Destinations that this node connects to.</summary>
    /// <param name="Rule">Host, address or network, with ports: <c>10.0.0.0/24:3389</c>.</param>
    /// <param name="Peer">For which node; null for all.</param>
    public sealed record Allowance(string Rule, string? Peer);

    /// <summary>A connection that this node relays.</summary>
    public sealed record Stream(string Peer, string Chain, int Layer, string Session, string Destination, Flow Up, Flow Down);

    /// <summary>One direction of it.</summary>
    /// <param name="Bytes">Passed on.</param>
    /// <param name="Pieces">Pieces that they came in.</param>
    /// <param name="InsideMicros">How long a piece was inside this node on average; null when there was none.</param>
    /// <param name="InsideMicrosMax">How long the longest was.</param>
    public sealed record Flow(long Bytes, long Pieces, double? InsideMicros, double InsideMicrosMax);

    /// <summary>A node that shall be enrolled here.</summary>
    public sealed record Invitation(string Name);

    /// <summary>The code for it.</summary>
    public sealed record Invited(string Code, DateTimeOffset Expires);

    /// <summary>A node where this one shall be enrolled, with that one's code.</summary>
    public sealed record NewEnrolment(string Name, string Address, string Code);

    public static void Map(RouteGroupBuilder api)
    {
        var relays = api.MapGroup("/relays").WithTags("relays").RequireAuthorization(ApiHosting.Admins);
        relays.MapGet("", List).WithSummary("This node among others: enrolled nodes, rules, and what it relays now with times inside.");
        relays.MapPost("/invitations", Invite).WithSummary("Makes a one-time code with which another node can enrol here within ten minutes.")
            .Produces<Invited>().ProducesProblem(409).ProducesProblem(422);
        relays.MapPost("/enrolments", EnrolAsync).WithSummary("Enrols this node at another one with that one's code, and that one here.")
            .Produces(204).ProducesProblem(409).ProducesProblem(422);
        relays.MapDelete("/peers/{name}", Forget).WithSummary("Forgets a node and the rules for it, and ends its connections.")
            .Produces(204).ProducesProblem(404);
        relays.MapPut("/peers/{name}/join", Join).WithSummary("Dials out to an enrolled node and waits there, so that its chains reach this one.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409);
        relays.MapDelete("/peers/{name}/join", Leave).WithSummary("Waits at that node no more.").Produces(204).ProducesProblem(404);
        relays.MapPost("/rules", Allow).WithSummary("Allows destinations to all enrolled nodes, or to one.")
            .Produces(204).ProducesProblem(404).ProducesProblem(422);
        relays.MapDelete("/rules", Deny).WithSummary("Takes a rule back. Connections that stand go on.").Produces(204).ProducesProblem(404).ProducesProblem(422);
    }

    static RelayState List(RelayNode node) => new(
        Convert.ToHexStringLower(node.Key.Id), node.Door?.Endpoint.ToString(),
        [.. node.Store.Peers().Select(peer => new Peer(peer.Name, Convert.ToHexStringLower(NodeKey.IdOf(peer.PublicKey)), peer.Address, State(node, peer), peer.Enrolled))],
        [.. node.Store.Rules().Select(row => new Allowance(row.Rule, row.Peer))],
        [.. from stream in node.Streams
            where stream.Grant is not null
            let grant = stream.Grant
            select new Stream(stream.Peer, grant.Chain, grant.Layer, grant.Session, grant.Target.ToString(), FlowOf(stream.Up), FlowOf(stream.Down))]);

    static Flow FlowOf(RelayFlow flow) => new(flow.Bytes, flow.Pieces, flow.InsideMicros, flow.InsideMicrosMax);

    static string State(RelayNode node, RelayPeer peer) => node.JoiningState(peer.Name) is { } joining ? $"this node {joining}"
        : peer.Address is not null ? "is dialed"
        : node.Waiting.IsWaiting(peer.Name) ? "waits here" : "does not wait here now";

    static IResult Invite(Invitation invitation, Caller caller, RelayNode node, AuditLog audit, TimeProvider time)
    {
        if (!Name.IsValid(invitation.Name)) return ApiProblem.Invalid($"The name of a node is {Name.Rule}.");
        if (node.Store.Find(invitation.Name) is not null)
            return ApiProblem.Conflict($"A node '{invitation.Name}' is enrolled already. Forget it first, or choose another name.");
        if (node.Invite(invitation.Name) is not { } code)
            return ApiProblem.Conflict($"{Enrolment.WaitingMax} codes wait to be used. They go after {Enrolment.Lifetime.TotalMinutes:0} minutes.");
        audit.Append(new(AuditAction.RelayInvited, caller.Account.Name, invitation.Name, caller.From));
        return TypedResults.Ok(new Invited(code, time.GetUtcNow() + Enrolment.Lifetime));
    }

    static async Task<IResult> EnrolAsync(NewEnrolment enrolment, Caller caller, RelayNode node, AuditLog audit, CancellationToken cancellationToken)
    {
        if (!Name.IsValid(enrolment.Name)) return ApiProblem.Invalid($"The name of a node is {Name.Rule}.");
        if (!RelayAddress.TryParse(enrolment.Address ?? "", out var address))
            return ApiProblem.Invalid("`address` is a host and a port, such as gw.example:7443.");
        if (node.Store.Find(enrolment.Name) is not null)
            return ApiProblem.Conflict($"A node '{enrolment.Name}' is enrolled already. Forget it first, or choose another name.");
        if (await node.EnrolAsync(enrolment.Code ?? "", address, enrolment.Name, cancellationToken) is { } why) return ApiProblem.Conflict(why);
        audit.Append(new(AuditAction.RelayEnrolled, caller.Account.Name, enrolment.Name, caller.From, $"at {address}"));
        return TypedResults.NoContent();
    }

    static IResult Forget(string name, Caller caller, RelayNode node, AuditLog audit)
    {
        if (!node.Forget(name)) return NoNode(name);
        audit.Append(new(AuditAction.RelayForgotten, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult Join(string name, Caller caller, RelayNode node, AuditLog audit)
    {
        if (node.Store.Find(name) is not { } peer) return NoNode(name);
        if (peer.Address is null)
            return ApiProblem.Conflict($"The address of '{name}' is not known here: it is enrolled as a node that comes in. Enrol there with a code of its.");
        node.Store.SetJoined(name, true);
        node.Join(peer);
        audit.Append(new(AuditAction.RelayJoined, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult Leave(string name, Caller caller, RelayNode node, AuditLog audit)
    {
        if (!node.Store.SetJoined(name, false)) return NoNode(name);
        node.Leave(name);
        audit.Append(new(AuditAction.RelayLeft, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult Allow(Allowance rule, Caller caller, RelayNode node, AuditLog audit)
    {
        if (!DestinationRule.TryParse(rule.Rule ?? "", out var read)) return WrongRule();
        if (rule.Peer is not null && node.Store.Find(rule.Peer) is null) return NoNode(rule.Peer);
        if (node.Store.Allow(read!.Text, rule.Peer))
            audit.Append(new(AuditAction.RelayAllowed, caller.Account.Name, read.Text, caller.From, rule.Peer ?? "all nodes"));
        return TypedResults.NoContent();
    }

    static IResult Deny(string? rule, string? peer, Caller caller, RelayNode node, AuditLog audit)
    {
        if (!DestinationRule.TryParse(rule ?? "", out var read)) return WrongRule();
        if (!node.Store.Deny(read!.Text, peer))
            return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no rule {read.Text} for {peer ?? "all nodes"}.");
        audit.Append(new(AuditAction.RelayDenied, caller.Account.Name, read.Text, caller.From, peer ?? "all nodes"));
        return TypedResults.NoContent();
    }

    static IResult NoNode(string name) => ApiProblem.Result(StatusCodes.Status404NotFound, $"No node '{name}' is enrolled here.");

    static IResult WrongRule() => ApiProblem.Invalid(
        "A rule is a host name, an address or a network, with ports if not all are meant: desk.example:3389, 10.0.0.0/24, [2001:db8::/64]:3389,7443.");
}
