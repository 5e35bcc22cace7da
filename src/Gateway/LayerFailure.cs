using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway;

/// <summary>
/// Why a part of a chain does not work: which layer, at which stage, for which cause. It travels unchanged from where it happened to the
/// API, the audit and the picture that the user sees.
/// </summary>
/// <param name="Layer">The layer as the chain's author knows it, for example <c>rdp 10.0.0.5</c>.</param>
/// <param name="Failure">Stage, cause and detail.</param>
public sealed record LayerFailure(string Layer, Failure Failure)
{
    /// <summary>One sentence for a person, without a full stop: <c>rdp desk-1: the host refused the credentials (sign-in)</c>.</summary>
    public string Sentence => $"{Layer}: {Failure.Sentence}";

    /// <inheritdoc/>
    public override string ToString() => Sentence;
}
