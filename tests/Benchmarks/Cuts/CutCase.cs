namespace RemoteChain.Benchmarks.Cuts;

/// <summary>One way to break a chain, and what must be said of it.</summary>
/// <param name="Name">What is broken.</param>
/// <param name="Chain">The chain whose session is watched.</param>
/// <param name="Layer">The layer that must be named: the title that reports and failures use.</param>
/// <param name="BreakAsync">Breaks it.</param>
/// <param name="MendAsync">Mends it.</param>
public sealed record CutCase(string Name, string Chain, string Layer, Func<Task> BreakAsync, Func<Task> MendAsync)
{
    /// <summary>Whether a person has to act after the mend, because trying again could do harm: a key that changed.</summary>
    public bool NeedsPerson { get; init; }
}

/// <summary>What happened.</summary>
/// <param name="Named">The sentence that was told first; null when the session did not fail.</param>
/// <param name="IsRight">Whether it names the layer that was broken.</param>
/// <param name="NamedSeconds">From the break to that sentence.</param>
/// <param name="BackSeconds">From the mend to the host's picture; null when it did not come back.</param>
public sealed record CutRun(string? Named, bool IsRight, double? NamedSeconds, double? BackSeconds);
