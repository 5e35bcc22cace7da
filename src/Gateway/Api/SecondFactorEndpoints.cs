using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>The authenticator of an account: its owner sets it up and takes it away with the password; an admin takes it away when it is lost.</summary>
static class SecondFactorEndpoints
{
    /// <summary>What an account has.</summary>
    /// <param name="State"><c>off</c>, <c>begun</c> (no code was shown yet; nothing has changed) or <c>on</c>.</param>
    /// <param name="Since">Since when.</param>
    /// <param name="RecoveryCodes">Recovery codes that are left.</param>
    public sealed record SecondFactor(string State, DateTimeOffset? Since, int RecoveryCodes);

    /// <summary>The present password of the account.</summary>
    public sealed record OwnPassword(string? Password)
    {
        /// <inheritdoc/>
        public override string ToString() => "a password";
    }

    /// <summary>An authenticator to be: shown this once.</summary>
    /// <param name="Uri">To be scanned, as a QR code.</param>
    /// <param name="Key">To be typed where nothing can be scanned.</param>
    public sealed record Begun(string Uri, string Key);

    /// <summary>The code that the authenticator shows.</summary>
    public sealed record ShownCode(string? Code);

    /// <summary>Codes that sign in instead of the authenticator, once each: shown this once.</summary>
    public sealed record Recovery(IReadOnlyList<string> Codes);

    public static void Map(RouteGroupBuilder api)
    {
        var factor = api.MapGroup("/users/{name}/second-factor").WithTags("users");
        factor.MapGet("", Get).WithSummary("Whether signing in as the account takes a code of an authenticator (one's own; an admin's: anybody's).")
            .Produces<SecondFactor>().ProducesProblem(403).ProducesProblem(404);
        factor.MapPost("", BeginAsync).WithSummary(
            "Begins to set up one's own authenticator, with the password. The answer is the only one with its key; nothing changes until it is confirmed.")
            .Produces<Begun>().ProducesProblem(401).ProducesProblem(403).ProducesProblem(409);
        factor.MapPost("/confirm", Confirm).WithSummary("Turns the authenticator on with a code that it shows. The answer is the only one with the recovery codes.")
            .Produces<Recovery>().ProducesProblem(403).ProducesProblem(422);
        factor.MapPost("/remove", RemoveAsync).WithSummary("Takes an authenticator away: one's own with the password, an admin anybody's.")
            .Produces(204).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404);
    }

    static IResult Get(string name, Caller caller, Accounts accounts, SecondFactors factors)
    {
        if (!caller.Is(name) && !caller.Account.IsAdmin) return ApiProblem.Forbidden("Only an admin may see how others sign in.");
        if (accounts.Find(name) is not { } account) return NoUser(name);
        return TypedResults.Ok(factors.Find(account) switch
        {
            null => new SecondFactor("off", null, 0),
            { Confirmed: { } since } on => new("on", since, on.RecoveryCodes),
            var begun => new("begun", begun.Begun, 0),
        });
    }

    static async Task<IResult> BeginAsync(string name, OwnPassword own, Caller caller, Accounts accounts, SecondFactors factors, SignIn signIn,
        CancellationToken cancellationToken)
    {
        if (Own(name, caller, accounts) is not { } account) return NotOwn();
        if (await WrongPasswordAsync(account, own, caller, signIn, cancellationToken) is { } wrong) return wrong;
        return factors.Begin(account) is { } begun
            ? TypedResults.Ok(new Begun(begun.Uri, begun.Key))
            : ApiProblem.Conflict("The account has an authenticator already; take that one away first.");
    }

    static IResult Confirm(string name, ShownCode shown, Caller caller, Accounts accounts, SecondFactors factors, AuditLog audit)
    {
        if (Own(name, caller, accounts) is not { } account) return NotOwn();
        if (factors.Confirm(account, shown.Code ?? "") is not { } recovery)
            return ApiProblem.Invalid("This is not the code that the authenticator shows now. Is the clock of the phone right? "
                + "If nothing waits for a code, begin to set it up again.");
        audit.Append(new(AuditAction.SecondFactorOn, caller.Account.Name, account.Name, caller.From));
        return TypedResults.Ok(new Recovery(recovery));
    }

    static async Task<IResult> RemoveAsync(string name, OwnPassword own, Caller caller, Accounts accounts, SecondFactors factors, SignIn signIn,
        AuditLog audit, CancellationToken cancellationToken)
    {
        if (!caller.Is(name) && !caller.Account.IsAdmin) return ApiProblem.Forbidden("Only an admin may take somebody else's authenticator away.");
        if (accounts.Find(name) is not { } account) return NoUser(name);
        if (caller.Is(name) && await WrongPasswordAsync(account, own, caller, signIn, cancellationToken) is { } wrong) return wrong;
        if (!factors.Remove(account)) return ApiProblem.Result(StatusCodes.Status404NotFound, $"'{account.Name}' has no authenticator.");
        audit.Append(new(AuditAction.SecondFactorOff, caller.Account.Name, account.Name, caller.From));
        return TypedResults.NoContent();
    }

    // A stolen token must be enough neither to lock the owner out nor to take the second factor away.
    static async Task<IResult?> WrongPasswordAsync(Account account, OwnPassword own, Caller caller, SignIn signIn, CancellationToken cancellationToken)
    {
        var outcome = await signIn.ConfirmAsync(account, own.Password ?? "", caller.Address, cancellationToken);
        return outcome.Accepted ? null : ApiProblem.Result(StatusCodes.Status401Unauthorized,
            outcome.Refusal == SignInRefusal.WrongCredentials ? "The present password is wrong." : outcome.Sentence);
    }

    static Account? Own(string name, Caller caller, Accounts accounts) => caller.Is(name) ? accounts.Find(name) : null;

    static IResult NotOwn() => ApiProblem.Forbidden("Everybody sets up their own authenticator only.");

    static IResult NoUser(string name) => ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
}
