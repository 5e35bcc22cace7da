namespace RemoteChain.Gateway.Sessions;

/// <summary>What came of testing one layer.</summary>
public enum TrialOutcome
{
    /// <summary>It does what it is there for.</summary>
    Works,

    /// <summary>It was reached, or should have been, and failed.</summary>
    Failed,

    /// <summary>A layer in front of it failed.</summary>
    NotReached,

    /// <summary>It can only be seen in a running session.</summary>
    NotTested,
}

/// <summary>One layer of a chain that was tested.</summary>
/// <param name="Number">Its place in the chain.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Title">As reports name it.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Steps">What was done there, in order.</param>
/// <param name="Sentence">Why it failed or was not tested, or what was seen; empty when there is nothing to say.</param>
public sealed record LayerTrial(int Number, string Kind, string Title, TrialOutcome Outcome, IReadOnlyList<TrialStep> Steps, string Sentence)
{
    /// <summary>All steps together; null when there were none.</summary>
    public double? Millis => Steps.Count == 0 ? null : Steps.Sum(step => step.Millis);
}

/// <summary>Something that was done at a layer.</summary>
/// <param name="Name"><c>open</c>, <c>connect</c>, <c>sign in</c>.</param>
/// <param name="Millis">How long it took, from this node.</param>
public sealed record TrialStep(string Name, double Millis);

/// <summary>A chain that was walked once.</summary>
/// <param name="Chain">Its name.</param>
/// <param name="Works">Whether nothing failed.</param>
/// <param name="At">When.</param>
/// <param name="Layers">Each layer, from the user's side.</param>
public sealed record ChainTrial(string Chain, bool Works, DateTimeOffset At, IReadOnlyList<LayerTrial> Layers);
