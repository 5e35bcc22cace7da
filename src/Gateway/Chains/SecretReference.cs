namespace RemoteChain.Gateway.Chains;

/// <summary>Where a chain document names a secret.</summary>
/// <param name="Name">Name of the secret.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1.</param>
public sealed record SecretReference(string Name, int Line, int Column);
