using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Where a session is. Immutable; <see cref="SessionMachine"/> makes the next one. <c>Attempt</c> numbers the tries to reach the host,
/// so that news from an earlier try can be told from news of this one; <c>Fronts</c> counts who is looking.
/// </summary>
public abstract record SessionState(int Attempt, int Fronts)
{
    /// <summary>The word that API and reports use.</summary>
    public abstract string Name { get; }
}

/// <summary>The back is being dialed or is signing in; nothing of this attempt has been seen yet.</summary>
/// <param name="Attempt">Number of the try.</param>
/// <param name="Fronts">Who is looking.</param>
/// <param name="Losses">How many tries in a row ended without a steady picture: the pause grows with it.</param>
public sealed record Connecting(int Attempt, int Fronts, int Losses) : SessionState(Attempt, Fronts)
{
    /// <inheritdoc/>
    public override string Name => "connecting";
}

/// <summary>The host's picture is on the surface.</summary>
public sealed record Live(int Attempt, int Fronts, int Losses, long SinceNanos) : SessionState(Attempt, Fronts)
{
    /// <inheritdoc/>
    public override string Name => "live";
}

/// <summary>The back is gone; the next try follows after a pause.</summary>
public sealed record Pausing(int Attempt, int Fronts, int Losses, Failure Failure) : SessionState(Attempt, Fronts)
{
    /// <inheritdoc/>
    public override string Name => "reconnecting";
}

/// <summary>Another try would end the same way until a person acts. A front that joins is such an act.</summary>
public sealed record Halted(int Attempt, int Fronts, Failure Failure) : SessionState(Attempt, Fronts)
{
    /// <inheritdoc/>
    public override string Name => "failed";
}

/// <summary>The end. Late events are normal here and change nothing.</summary>
public sealed record Closed(int Attempt, string Reason, Failure? Failure) : SessionState(Attempt, 0)
{
    /// <inheritdoc/>
    public override string Name => "closed";
}
