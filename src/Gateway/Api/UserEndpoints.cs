using System.Net;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Local accounts. For admins, except that everybody may change their own password.</summary>
static class UserEndpoints
{
    /// <summary>An account in a list.</summary>
    public sealed record UserItem(string Name, string Role, DateTimeOffset Created, DateTimeOffset PasswordChanged,
        DateTimeOffset? LockedUntil, bool SecondFactor = false);

    /// <summary>A new account; without a password one is made up.</summary>
    public sealed record NewUser(string Name, string? Role, string? Password);

    /// <summary>An account that was added; with the password when it was made up, this once.</summary>
    public sealed record AddedUser(string Name, string Role, string? Password);

    /// <summary>A new password; whoever changes their own also gives the present one.</summary>
    public sealed record NewPassword(string Password, string? Current);

    /// <summary>A role: <c>user</c> or <c>admin</c>.</summary>
    public sealed record NewRole(string Role);

    public static void Map(RouteGroupBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("", List).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("All accounts, with the end of a lock where there is one.");
        users.MapPost("", Post).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Adds an account. Without a password one is made up and shown once.")
            .Produces<AddedUser>().ProducesProblem(409).ProducesProblem(422);
        users.MapPut("/{name}/password", PutPasswordAsync).WithSummary(
            "Sets a password: an admin anybody's, everybody their own with the present one. Revokes the account's tokens.")
            .Produces(204).ProducesProblem(401).ProducesProblem(404).ProducesProblem(422);
        users.MapPut("/{name}/role", PutRole).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Changes a role. The last admin stays one.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409);
        users.MapDelete("/{name}", DeleteAsync).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Removes an account with its tokens and grants, and ends its sessions; its chains and secrets stay for admins. The last admin stays.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409);
        users.MapPost("/{name}/unlock", Unlock).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Ends a lock that failed sign-ins brought about.").Produces(204);
        api.MapPost("/addresses/{address}/unlock", UnlockAddress).RequireAuthorization(ApiHosting.Admins).WithTags("users")
            .WithSummary("Ends the lock of an address (IPv6: of its /64).").Produces(204).ProducesProblem(422);
    }

    static IReadOnlyList<UserItem> List(Accounts accounts, SecondFactors factors, Lockout lockout)
    {
        var withCodes = factors.All();
        return [.. accounts.List().Select(account => new UserItem(account.Name, account.Role, account.Created, account.PasswordChanged,
            lockout.LockedUntil(account.Name), withCodes.Contains(account.Id)))];
    }

    static IResult Post(NewUser user, Caller caller, Accounts accounts, AuditLog audit)
    {
        if (!AccountName.IsValid(user.Name ?? "")) return ApiProblem.Invalid($"The name of a user is {AccountName.Rule}.");
        if (!TryRole(user.Role ?? "user", out var role)) return ApiProblem.Invalid("A role is `user` or `admin`.");
        var password = user.Password ?? Accounts.MakePassword();
        if (!Accounts.IsAcceptable(user.Name!, password)) return ApiProblem.Invalid($"This password will not do: {Accounts.PasswordRule}.");
        if (accounts.Add(user.Name!, role, password) is not { } added)
            return ApiProblem.Conflict($"There is a user '{user.Name}' already.");
        audit.Append(new(AuditAction.AccountAdded, caller.Account.Name, added.Name, caller.From, $"role {Accounts.Word(role)}"));
        return TypedResults.Ok(new AddedUser(added.Name, Accounts.Word(role), user.Password is null ? password : null));
    }

    static async Task<IResult> PutPasswordAsync(
        string name, NewPassword change, Caller caller, Accounts accounts, SignIn signIn, AuditLog audit,
            CancellationToken cancellationToken)
    {
        var own = name.Equals(caller.Account.Name, StringComparison.OrdinalIgnoreCase);
        if (!own && !caller.Account.IsAdmin) return ApiProblem.Forbidden("Only an admin may set somebody else's password.");
        if (accounts.Find(name) is not { } account) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
        // A stolen token must not be enough to take an account over; guessing here counts like guessing at the door.
        if (own)
        {
            var outcome = await signIn.ConfirmAsync(account, change.Current ?? "", caller.Address, cancellationToken);
            if (!outcome.Accepted)
                return ApiProblem.Result(StatusCodes.Status401Unauthorized,
                    outcome.Refusal == SignInRefusal.WrongCredentials ? "The present password (`current`) is wrong." : outcome.Sentence);
        }
        if (!Accounts.IsAcceptable(account.Name, change.Password ?? ""))
            return ApiProblem.Invalid($"This password will not do: {Accounts.PasswordRule}.");
        accounts.SetPassword(account, change.Password!);
        audit.Append(new(AuditAction.AccountChanged, caller.Account.Name, account.Name, caller.From, "password"));
        return TypedResults.NoContent();
    }

    static IResult PutRole(string name, NewRole change, Caller caller, Accounts accounts, AuditLog audit)
    {
        if (!TryRole(change.Role, out var role)) return ApiProblem.Invalid("A role is `user` or `admin`.");
        if (accounts.Find(name) is not { } account) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
        if (!accounts.SetRole(account, role))
            return ApiProblem.Conflict($"'{account.Name}' is the last admin; make somebody else an admin first.");
        audit.Append(new(AuditAction.AccountChanged, caller.Account.Name, account.Name, caller.From, $"role {Accounts.Word(role)}"));
        return TypedResults.NoContent();
    }

    static async Task<IResult> DeleteAsync(string name, Caller caller, Accounts accounts, ISessionDirectory sessions, AuditLog audit)
    {
        if (accounts.Find(name) is not { } account) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
        if (!accounts.Delete(account))
            return ApiProblem.Conflict($"'{account.Name}' is the last admin; make somebody else an admin first.");
        audit.Append(new(AuditAction.AccountDeleted, caller.Account.Name, account.Name, caller.From));
        // Even if the caller has hung up: there is nobody left who could ask for it again.
        await sessions.SendAwayAsync(account, caller.Account.Name, CancellationToken.None);
        return TypedResults.NoContent();
    }

    // Locks are by name as typed, so that a name without an account can be locked and unlocked as well.
    static IResult Unlock(string name, Caller caller, Lockout lockout, AuditLog audit)
    {
        if (lockout.Forget(name)) audit.Append(new(AuditAction.AccountUnlocked, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult UnlockAddress(string address, Caller caller, Lockout lockout, AuditLog audit)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return ApiProblem.Invalid($"'{address}' is not an IP address.");
        if (lockout.Forget(parsed)) audit.Append(new(AuditAction.AccountUnlocked, caller.Account.Name, $"address {parsed}", caller.From));
        return TypedResults.NoContent();
    }

    static bool TryRole(string? word, out Role role)
    {
        role = word == Accounts.Word(Role.Admin) ? Role.Admin : Role.User;
        return word == Accounts.Word(role);
    }
}
