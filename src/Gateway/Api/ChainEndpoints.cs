using System.Text;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Chains: their documents, their history, and who may use them.</summary>
static class ChainEndpoints
{
    const string Yaml = "application/yaml";

    /// <summary>A chain in a list.</summary>
    public sealed record ChainItem(string Name, string Description, IReadOnlyList<string> Tags, string Owner, int Version, string Author,
        DateTimeOffset Saved, bool MayChange, IReadOnlyList<LayerItem> Layers);

    /// <summary>A layer in a list.</summary>
    public sealed record LayerItem(int Number, string Kind, string Summary);

    /// <summary>One chain with everything.</summary>
    public sealed record ChainDetail(string Name, string Description, IReadOnlyList<string> Tags, string Owner, int Version, string Author,
        DateTimeOffset Saved, bool MayChange, IReadOnlyList<LayerItem> Layers, IReadOnlyList<string> Grants, string Document);

    /// <summary>What came of saving.</summary>
    public sealed record SavedChain(string Name, int Version);

    /// <summary>What came of checking.</summary>
    public sealed record Validation(bool Valid, IReadOnlyList<ChainError> Errors);

    /// <summary>A kind of layer with its keys.</summary>
    public sealed record KindItem(string Kind, string Meaning, IReadOnlyList<LayerKey> Keys);

    public static void Map(RouteGroupBuilder api)
    {
        var chains = api.MapGroup("/chains").WithTags("chains");
        chains.MapGet("", List).WithSummary("All chains that the caller may use, newest version of each.");
        chains.MapGet("/{name}", Get)
            .WithSummary("One chain with its document and grants; with `Accept: application/yaml` just the document.")
            .Produces<ChainDetail>().ProducesProblem(404);
        chains.MapPut("/{name}", PutAsync).Accepts<string>(Yaml, "application/json", "text/plain")
            .WithSummary("Saves the document (YAML or JSON) as a new version. Mistakes come back all at once, each with line and column. "
                + "With `expectedVersion` it is refused when somebody else saved meanwhile (0: the chain must be new).")
            .Produces<SavedChain>().ProducesProblem(409).ProducesProblem(422);
        chains.MapPost("/validate", ValidateAsync).Accepts<string>(Yaml, "application/json", "text/plain")
            .WithSummary("Checks a document without saving it.").Produces<Validation>();
        chains.MapPost("/{name}/test", TestAsync)
            .WithSummary("Walks the chain once, layer by layer, and says of each whether it works and how long it took. Opens no session.")
            .Produces<ChainTrial>().ProducesProblem(404).ProducesProblem(503);
        chains.MapDelete("/{name}", Delete)
            .WithSummary("Takes a chain out of use. Its history stays and can be restored; grants and certificate pins go.")
            .Produces(204).ProducesProblem(404);
        chains.MapGet("/{name}/history", History).WithSummary("Every kept version, newest first; also of a deleted chain.")
            .Produces<IReadOnlyList<ChainVersion>>().ProducesProblem(404);
        chains.MapGet("/{name}/versions/{version:int}", GetVersion).WithSummary("The document of one version.").Produces<string>(200, Yaml)
            .ProducesProblem(404);
        chains.MapGet("/{name}/diff", Diff)
            .WithSummary("What changed between two versions, line by line; without `from` and `to`: by the last save.")
            .Produces<string>(200, "text/plain").ProducesProblem(404);
        chains.MapPost("/{name}/restore", Restore).WithSummary("Saves an old version again as the newest; brings a deleted chain back.")
            .Produces<SavedChain>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        chains.MapPut("/{name}/grants/{user}", Grant).WithSummary("Lets an account use the chain.").Produces(204).ProducesProblem(404);
        chains.MapDelete("/{name}/grants/{user}", Revoke).WithSummary("Takes that back.").Produces(204).ProducesProblem(404);

        api.MapGet("/chain-kinds", Kinds).WithTags("chains").WithSummary(
            "The kinds of layers with their keys, for people who write documents.");
    }

    static IReadOnlyList<ChainItem> List(Caller caller, ChainStore store, ChainAccess access) =>
        [.. store.List().Where(chain => access.MayUse(caller.Account, chain)).Select(chain =>
        {
            var (description, tags, layers) = Read(chain);
            return new ChainItem(chain.Name, description, tags, chain.Owner, chain.Version, chain.Author, chain.Saved,
                ChainAccess.MayChange(caller.Account, chain), layers);
        })];

    static IResult Get(string name, Caller caller, HttpContext context, ChainStore store, ChainAccess access)
    {
        if (Usable(name, caller, store, access) is not { } chain) return ApiProblem.NotFound($"chain '{name}'");
        if (context.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == Yaml))
            return TypedResults.Text(chain.Text, Yaml, Encoding.UTF8);
        var (description, tags, layers) = Read(chain);
        return TypedResults.Ok(new ChainDetail(
            chain.Name, description, tags, chain.Owner, chain.Version, chain.Author, chain.Saved, ChainAccess.MayChange(caller.Account, chain),
                layers, store.Grants(name), chain.Text));
    }

    static async Task<IResult> PutAsync(string name, int? expectedVersion, Caller caller, HttpRequest request, ChainAuthoring authoring,
        CancellationToken cancellationToken)
    {
        var text = await ReadTextAsync(request, cancellationToken);
        return Outcome(name, authoring.Save(caller.Account, name, text, caller.From, expectedVersion));
    }

    static async Task<IResult> ValidateAsync(Caller caller, HttpRequest request, ChainAuthoring authoring,
        CancellationToken cancellationToken)
    {
        var errors = authoring.Validate(caller.Account, null, await ReadTextAsync(request, cancellationToken));
        return TypedResults.Ok(new Validation(errors.Count == 0, errors));
    }

    static async Task<IResult> TestAsync(string name, Caller caller, ChainStore store, ChainAccess access, ChainCatalog chains, Lazy<ChainTrials> trials,
        CancellationToken cancellationToken)
    {
        if (Usable(name, caller, store, access) is null || chains.Find(name) is not { } chain) return ApiProblem.NotFound($"chain '{name}'");
        return await trials.Value.RunAsync(chain, cancellationToken) is { } trial
            ? TypedResults.Ok(trial)
            : ApiProblem.Result(StatusCodes.Status503ServiceUnavailable, "Too many chains are being tested. Try again in a moment.");
    }

    static IResult Delete(string name, Caller caller, ChainStore store, ChainAccess access, AuditLog audit)
    {
        if (Usable(name, caller, store, access) is not { } chain) return ApiProblem.NotFound($"chain '{name}'");
        if (!ChainAccess.MayChange(caller.Account, chain))
            return ApiProblem.Forbidden($"Only the owner of '{name}' or an admin may delete it.");
        store.Delete(name);
        audit.Append(new(AuditAction.ChainDeleted, caller.Account.Name, name, caller.From, $"at version {chain.Version}"));
        return TypedResults.NoContent();
    }

    static IResult History(string name, Caller caller, ChainStore store) =>
        Changeable(name, caller, store) is null ? ApiProblem.NotFound($"chain '{name}'") : TypedResults.Ok(store.History(name));

    static IResult GetVersion(string name, int version, Caller caller, ChainStore store) =>
        Changeable(name, caller, store) is not null && store.FindVersion(name, version) is { } found
            ? TypedResults.Text(found.Text, Yaml, Encoding.UTF8)
            : ApiProblem.NotFound($"version {version} of a chain '{name}'");

    static IResult Diff(string name, int? from, int? to, Caller caller, ChainStore store)
    {
        if (Changeable(name, caller, store) is not { } newest) return ApiProblem.NotFound($"chain '{name}'");
        var (older, newer) = (from ?? (to ?? newest.Version) - 1, to ?? newest.Version);
        if (store.FindVersion(name, newer) is not { } after) return ApiProblem.NotFound($"version {newer} of a chain '{name}'");
        // Before the first version there was nothing.
        var before = older == 0 ? "" : store.FindVersion(name, older)?.Text;
        return before is null
            ? ApiProblem.NotFound($"version {older} of a chain '{name}'")
            : TypedResults.Text(ChainDiff.Text(before, after.Text), "text/plain", Encoding.UTF8);
    }

    static IResult Restore(string name, int version, Caller caller, ChainStore store, ChainAuthoring authoring) =>
        Changeable(name, caller, store) is not null && store.FindVersion(name, version) is { } old
            ? Outcome(name, authoring.Save(caller.Account, name, old.Text, caller.From, restoredFrom: version))
            : ApiProblem.NotFound($"version {version} of a chain '{name}'");

    static IResult Grant(string name, string user, Caller caller, ChainStore store, Accounts accounts, AuditLog audit) =>
        ChangeGrant(name, user, caller, store, accounts, account =>
        {
            if (store.Grant(name, account.Id))
                audit.Append(new(AuditAction.ChainGranted, caller.Account.Name, name, caller.From, $"to {account.Name}"));
        });

    static IResult Revoke(string name, string user, Caller caller, ChainStore store, Accounts accounts, AuditLog audit) =>
        ChangeGrant(name, user, caller, store, accounts, account =>
        {
            if (store.Revoke(name, account.Id))
                audit.Append(new(AuditAction.ChainRevoked, caller.Account.Name, name, caller.From, $"from {account.Name}"));
        });

    static IResult ChangeGrant(string name, string user, Caller caller, ChainStore store, Accounts accounts, Action<Account> change)
    {
        if (store.Find(name) is not { } chain || !ChainAccess.MayChange(caller.Account, chain))
            return ApiProblem.NotFound($"chain '{name}'");
        if (accounts.Find(user) is not { } account) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{user}'.");
        change(account);
        return TypedResults.NoContent();
    }

    static IReadOnlyList<KindItem> Kinds() =>
    [
        .. LayerKind.All.Select(kind => new KindItem(kind.Word, kind.Meaning, kind.Keys)),
    ];

    static StoredChain? Usable(string name, Caller caller, ChainStore store, ChainAccess access) =>
        store.Find(name) is { } chain && access.MayUse(caller.Account, chain) ? chain : null;

    // The newest version, of a deleted chain too, if the caller owns it or is an admin: old versions may say more than the grant meant to.
    static StoredChain? Changeable(string name, Caller caller, ChainStore store) =>
        (store.Find(name) ?? store.FindDeleted(name)) is { } chain && ChainAccess.MayChange(caller.Account, chain) ? chain : null;

    static (string Description, IReadOnlyList<string> Tags, IReadOnlyList<LayerItem> Layers) Read(StoredChain stored) =>
        ChainDocument.Parse(stored.Text).Chain is { } chain
            ? (chain.Description, chain.Tags, [.. chain.Layers.Select(layer => new LayerItem(layer.Number, layer.Kind, layer.Summary))])
            : ("(this version cannot read the document)", [], []);

    static IResult Outcome(string name, ChainSaving saving)
    {
        if (saving.Saved) return TypedResults.Ok(new SavedChain(name, saving.Version));
        if (saving.Conflict.Length > 0) return ApiProblem.Conflict(saving.Conflict);
        return saving.Errors.Count > 0 ? ApiProblem.InvalidChain(saving.Errors) : ApiProblem.Forbidden(saving.Refusal);
    }

    static async Task<string> ReadTextAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: false));
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
