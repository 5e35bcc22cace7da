using System.Diagnostics.CodeAnalysis;

namespace RemoteChain.Gateway.Chains;

/// <summary>What came of reading a chain document: a chain, or every error that was found.</summary>
/// <param name="Chain">Null when there are errors.</param>
/// <param name="Errors">In the order of the document; empty when there is a chain.</param>
public sealed record ChainReading(Chain? Chain, IReadOnlyList<ChainError> Errors)
{
    /// <summary>Whether the document is a valid chain.</summary>
    [MemberNotNullWhen(true, nameof(Chain))]
    public bool IsValid => Chain is not null;
}

/// <summary>A chain as text: YAML or JSON in, <see cref="Chain"/> or errors with places out.</summary>
public static class ChainDocument
{
    /// <summary>Reads a document. Never throws for anything the text contains.</summary>
    public static ChainReading Parse(string text) => throw new NotImplementedException(text);
}
