using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Profiles;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Secrets: written here, never read here.</summary>
static class SecretEndpoints
{
    /// <summary>A secret in a list. The value is never part of an answer.</summary>
    public sealed record SecretItem(string Name, string Kind, string Owner, string User, DateTimeOffset Created, DateTimeOffset Changed, int AgeDays,
        IReadOnlyList<string> Chains);

    /// <summary>The value of a secret.</summary>
    /// <param name="User">User at the host.</param>
    /// <param name="Domain">Windows domain at the host.</param>
    /// <param name="Password">Password at the host; of a key its passphrase.</param>
    /// <param name="Kind">What it is for; a login when not said.</param>
    /// <param name="Text">The file, for kinds that are files.</param>
    public sealed record SecretValue(string? User, string? Domain, string? Password, string? Kind = null, string? Text = null);

    public static void Map(RouteGroupBuilder api)
    {
        var secrets = api.MapGroup("/secrets").WithTags("secrets");
        secrets.MapGet("", List).WithSummary(
            "Names, users and ages of the caller's secrets (an admin's: of all), with the chains that may open them. Never the values.");
        secrets.MapPut("/{name}", Put)
            .WithSummary("Makes a secret or sets the value of one that is there. Values are encrypted at once and cannot be read back.")
            .Produces(204).ProducesProblem(409).ProducesProblem(422);
        secrets.MapDelete("/{name}", Delete).WithSummary("Removes a secret. Refused while chains use it, unless `force`.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409);
    }

    static IReadOnlyList<SecretItem> List(Caller caller, SecretStore secrets, ChainStore chains, TimeProvider time) =>
        [.. secrets.List().Where(secret => SecretVault.MayUse(caller.Account, secret)).Select(secret => new SecretItem(
            secret.Name, secret.Kind.Word(), secret.Owner, secret.UserName, secret.Created, secret.Changed, (int)(time.GetUtcNow() - secret.Changed).TotalDays,
                chains.ChainsWith(secret.Name)))];

    static IResult Put(string name, SecretValue value, Caller caller, SecretStore secrets, SecretVault vault, AuditLog audit)
    {
        if (!Name.IsValid(name)) return ApiProblem.Invalid($"The name of a secret is {Name.Rule}.");
        if (!SecretKindName.TryParse(value.Kind ?? SecretKind.Login.Word(), out var kind))
            return ApiProblem.Invalid($"The `kind` of a secret is one of {string.Join(", ", SecretKindName.All)}.");
        var (user, domain, password, text) = (value.User ?? "", value.Domain ?? "", value.Password ?? "", value.Text ?? "");
        if (kind == SecretKind.Login && password.Length == 0) return ApiProblem.Invalid("The secret needs a `password`.");
        if (kind == SecretKind.Login != (text.Length == 0))
            return ApiProblem.Invalid(kind == SecretKind.Login ? "A login has no `text`." : $"A secret of kind {kind.Word()} needs its file as `text`.");
        if (text.Length > SecretVault.TextCharsMax) return ApiProblem.Invalid($"The file has at most {SecretVault.TextCharsMax} characters.");
        string[] fields = [user, domain, password];
        if (fields.Any(field => field.Length > SecretVault.FieldCharsMax || field.Contains('\0', StringComparison.Ordinal)))
            return ApiProblem.Invalid($"Every field of a secret has at most {SecretVault.FieldCharsMax} characters.");
        if (secrets.Find(name) is { } present && !SecretVault.MayUse(caller.Account, present))
            return ApiProblem.Conflict($"The name '{name}' is taken.");
        var check = ProfileCheck.Of(kind, text);
        if (check.Errors.Count > 0)
        {
            audit.Append(new(AuditAction.ProfileRefused, caller.Account.Name, name, caller.From, $"{kind.Word()}: {check.Errors[0]}"));
            return ApiProblem.InvalidProfile(check.Errors);
        }
        if (check.NeedsLogin && (user.Length == 0 || password.Length == 0))
            return ApiProblem.Invalid("The profile asks for a user and a password (`auth-user-pass`): both belong to the secret.");
        if (check.NeedsPassphrase && password.Length == 0)
            return ApiProblem.Invalid("The key is locked: its passphrase belongs to the secret.");

        vault.Save(new Secret(name, user, domain, password, kind, text), caller.Account);
        audit.Append(new(AuditAction.SecretSaved, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult Delete(string name, bool? force, Caller caller, SecretStore secrets, ChainStore chains, AuditLog audit)
    {
        if (secrets.Find(name) is not { } secret || !SecretVault.MayUse(caller.Account, secret))
            return ApiProblem.NotFound($"secret '{name}'");
        if (force is not true && chains.ChainsWith(name) is { Count: > 0 } users)
            return ApiProblem.Conflict(
                $"The secret '{name}' is used by {string.Join(", ", users)}; they could not sign in any more. Use force to remove it all "
                + "the same.");
        secrets.Delete(name);
        audit.Append(new(AuditAction.SecretDeleted, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }
}
