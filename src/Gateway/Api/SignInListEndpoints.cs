using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Where an account is signed in, at the API and in the portal. Everybody sees and revokes their own, admins all.</summary>
static class SignInListEndpoints
{
    /// <summary>A sign-in in a list.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Client">What signed in, as it calls itself; untrusted text.</param>
    /// <param name="Address">From where.</param>
    /// <param name="Since">When.</param>
    /// <param name="Expires">When it ends by itself.</param>
    /// <param name="Used">When it was last used, to the minute.</param>
    /// <param name="UsedAddress">From where it was last used.</param>
    /// <param name="IsThis">Whether it is the one that this very request came with.</param>
    public sealed record SignInItem(long Id, string Client, string Address, DateTimeOffset Since, DateTimeOffset Expires, DateTimeOffset Used,
        string UsedAddress, bool IsThis);

    /// <summary>How many sign-ins were revoked.</summary>
    public sealed record Revoked(int Count);

    public static void Map(RouteGroupBuilder api)
    {
        var signIns = api.MapGroup("/users/{name}/sign-ins").WithTags("sign-in");
        signIns.MapGet("", List).WithSummary("Where an account is signed in, the newest first (one's own; an admin's: anybody's).")
            .Produces<IReadOnlyList<SignInItem>>().ProducesProblem(403).ProducesProblem(404);
        signIns.MapDelete("/{number:long}", Delete).WithSummary("Revokes one sign-in: its token is worthless, its pages and sockets end.")
            .Produces(204).ProducesProblem(403).ProducesProblem(404);
        signIns.MapDelete("", DeleteAll).WithSummary("Revokes all sign-ins of an account; with `keepThis=true` all but the one of this very request.")
            .Produces<Revoked>().ProducesProblem(403).ProducesProblem(404);
    }

    static IResult List(string name, Caller caller, Accounts accounts, BearerTokens tokens) =>
        Refused(name, caller, accounts, out var account) ?? TypedResults.Ok<IReadOnlyList<SignInItem>>([.. tokens.List(account).Select(signIn =>
            new SignInItem(signIn.Id, signIn.Client, signIn.Address, signIn.Since, signIn.Expires, signIn.Used, signIn.UsedAddress,
                signIn.Id == caller.SignIn.Id))]);

    static IResult Delete(string name, long number, Caller caller, Accounts accounts, BearerTokens tokens, AuditLog audit)
    {
        if (Refused(name, caller, accounts, out var account) is { } refused) return refused;
        if (!tokens.Revoke(account, number)) return ApiProblem.Result(StatusCodes.Status404NotFound, $"'{account.Name}' has no sign-in {number}.");
        audit.Append(new(AuditAction.SignInRevoked, caller.Account.Name, account.Name, caller.From, $"sign-in {number}"));
        return TypedResults.NoContent();
    }

    static IResult DeleteAll(string name, bool? keepThis, Caller caller, Accounts accounts, BearerTokens tokens, AuditLog audit)
    {
        if (Refused(name, caller, accounts, out var account) is { } refused) return refused;
        var count = tokens.RevokeAll(account, keepThis == true ? caller.SignIn : null);
        audit.Append(new(AuditAction.SignInRevoked, caller.Account.Name, account.Name, caller.From, $"{count} sign-ins"));
        return TypedResults.Ok(new Revoked(count));
    }

    static IResult? Refused(string name, Caller caller, Accounts accounts, out Account account)
    {
        account = caller.Account;
        if (!caller.Is(name) && !caller.Account.IsAdmin) return ApiProblem.Forbidden("Only an admin may see and revoke sign-ins of others.");
        if (accounts.Find(name) is not { } found) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
        account = found;
        return null;
    }
}
