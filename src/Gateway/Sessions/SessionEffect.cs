using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>What a step asks the runner to do.</summary>
public abstract record SessionEffect;

/// <summary>Dial through the hops and start a desktop worker.</summary>
public sealed record StartBack(int Attempt) : SessionEffect;

/// <summary>End the current desktop worker, if there is one.</summary>
public sealed record StopBack : SessionEffect;

/// <summary>Raise <see cref="PauseOver"/> after a while.</summary>
public sealed record StartPause(int Attempt, TimeSpan Pause) : SessionEffect;

/// <summary>Raise <see cref="KeepOver"/> when nobody has come by then.</summary>
public sealed record StartKeep : SessionEffect;

/// <summary>Somebody is looking again.</summary>
public sealed record StopKeep : SessionEffect;

/// <summary>Fronts show that the host is being reached for the first time.</summary>
public sealed record ShowConnecting : SessionEffect;

/// <summary>Fronts show why the picture is old or missing; <paramref name="Pause"/> is null when no further try will come by itself.</summary>
public sealed record ShowFailure(Failure Failure, TimeSpan? Pause) : SessionEffect;

/// <summary>Fronts show the live picture again.</summary>
public sealed record ShowPicture : SessionEffect;

/// <summary>Tell the fronts the reason, let them go, release everything.</summary>
public sealed record TearDown(string Reason) : SessionEffect;
