namespace RemoteChain.Gateway.Chains;

/// <summary>One thing that is wrong with a chain document, where it is, and what was expected.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1.</param>
/// <param name="Message">A sentence without the place; never contains a value that could be a secret.</param>
public sealed record ChainError(int Line, int Column, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}
