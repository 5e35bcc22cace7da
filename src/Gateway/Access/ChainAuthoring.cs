using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>What came of saving a chain.</summary>
/// <param name="Version">The new version; 0 when nothing was saved.</param>
/// <param name="Errors">What is wrong with the document.</param>
/// <param name="Refusal">Why the account may not; empty when it may.</param>
/// <param name="Conflict">What somebody else did meanwhile; empty when nothing stands in the way.</param>
public sealed record ChainSaving(int Version, IReadOnlyList<ChainError> Errors, string Refusal = "", string Conflict = "")
{
    /// <summary>Whether a version was saved.</summary>
    public bool Saved => Version > 0;
}

/// <summary>
/// Saves chains on behalf of accounts. Here and nowhere else a chain is tied to the secrets that it may open: each must exist and
/// belong to whoever saves. Otherwise anybody who may write a chain could send anybody's password to a host of their choice.
/// </summary>
public sealed class ChainAuthoring(ChainStore chains, SecretStore secrets, AuditLog audit)
{
    /// <summary>Checks a document without saving it.</summary>
    /// <param name="by">Whose secrets it may name.</param>
    /// <param name="name">The name that it is saved under; null to take the document's.</param>
    /// <param name="text">The document.</param>
    public IReadOnlyList<ChainError> Validate(Account by, string? name, string text) => Read(by, name, text).Errors;

    /// <summary>Saves a document as the newest version of a chain, or as a new chain that then belongs to the account.</summary>
    /// <param name="by">Who saves.</param>
    /// <param name="name">The chain.</param>
    /// <param name="text">The document.</param>
    /// <param name="address">Where the request came from, for the audit log.</param>
    /// <param name="expectedVersion">The version that was edited; 0 when the chain must be new; null when it does not matter.</param>
    /// <param name="restoredFrom">The old version that this is, when it is one.</param>
    public ChainSaving Save(Account by, string name, string text, string address, int? expectedVersion = null, int? restoredFrom = null)
    {
        var (errors, secretIds) = Read(by, name, text);
        if (errors.Count > 0) return new(0, errors);
        var present = chains.Find(name);
        var last = present ?? chains.FindDeleted(name);
        if (last is not null && !ChainAccess.MayChange(by, last))
            return new(0, [], Refusal: $"The name '{name}' belongs to somebody else's chain.");
        if (expectedVersion is { } expected && expected != (present?.Version ?? 0))
            return new(0, [], Conflict: Moved(name, present, expected));

        // Whoever saved since the rights were checked may be somebody else, or have made the chain theirs: that is a conflict, never a
        // version.
        var version = chains.Save(name, text, by.Name, by.Id == Operator.Account.Id ? null : by.Id, secretIds, basedOn: last?.Version ?? 0);
        if (version == 0) return new(0, [], Conflict: $"Somebody else saved '{name}' at the same moment; look at it and try again.");
        audit.Append(restoredFrom is { } old
            ? new(AuditAction.ChainRestored, by.Name, name, address, $"version {old} again, as version {version}")
            : new(AuditAction.ChainSaved, by.Name, name, address, $"version {version}"));
        return new(version, []);
    }

    static string Moved(string name, StoredChain? present, int expected) => present is null
        ? $"The chain '{name}' was deleted meanwhile."
        : $"The chain '{name}' is at version {present.Version} by {present.Author}, not {expected}.";

    (List<ChainError> Errors, List<long> SecretIds) Read(Account by, string? name, string text)
    {
        var reading = ChainDocument.Parse(text);
        var errors = new List<ChainError>(reading.Errors);
        var secretIds = new List<long>();
        if (reading.Chain is { } chain && name is not null && chain.Name != name)
            errors.Add(new(1, 1, $"the document says `name: {chain.Name}`, but it is being saved as '{name}'"));
        foreach (var reference in reading.Secrets)
        {
            // Somebody else's secret and none at all look the same, so that names cannot be found out by trying.
            if (secrets.Find(reference.Name) is not { } secret || !SecretVault.MayUse(by, secret))
                Refuse(reference, $"there is no secret '{reference.Name}' that you may use; make it first with {HowToMake(reference)}");
            else if (!reference.Kinds.Contains(secret.Kind))
                Refuse(reference, $"the secret '{reference.Name}' is of kind {secret.Kind.Word()}; what fits here is "
                    + string.Join(" or ", reference.Kinds.Select(kind => kind.Word())));
            else if (secret.Kind == SecretKind.WireGuard && BehindConnections(reading.Chain, reference.Name) is { } carrier)
                Refuse(reference, $"the secret '{reference.Name}' is a WireGuard profile, which {VpnLayer.WhyNotBehind(carrier)}");
            else secretIds.Add(secret.Id);
        }
        return (errors, secretIds);

        void Refuse(SecretReference at, string message) => errors.Add(new(at.Line, at.Column, message));
    }

    static string HowToMake(SecretReference reference) => reference.Kinds.Contains(SecretKind.Login)
        ? $"`remotechain secret set {reference.Name}`" : $"`remotechain secret import {reference.Name} FILE`";

    // What carries only connections in front of a tunnel with this profile; null when packets get everywhere that it begins.
    static HopLayer? BehindConnections(Chain? chain, string profile) => chain?.Layers.OfType<VpnLayer>().Where(vpn => vpn.Profile == profile)
        .Select(vpn => VpnLayer.CarrierOfConnections(chain.Layers.TakeWhile(layer => layer != vpn))).FirstOrDefault(carrier => carrier is not null);
}
