using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Chains;

/// <summary>Where a chain document names a secret.</summary>
/// <param name="Name">Name of the secret.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1.</param>
public sealed record SecretReference(string Name, int Line, int Column)
{
    /// <summary>The kinds of secrets that fit there.</summary>
    public IReadOnlyList<SecretKind> Kinds { get; init; } = SecretKind.Login.Alone();
}
