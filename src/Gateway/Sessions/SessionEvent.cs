using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>What can happen to a session. Stamps are on the machine's monotonic clock, in nanoseconds, taken where it happened.</summary>
public abstract record SessionEvent;

/// <summary>The desktop of this attempt painted for the first time.</summary>
public sealed record FirstPictureShown(int Attempt, long AtNanos) : SessionEvent;

/// <summary>The back of this attempt could not be reached, failed, or died.</summary>
public sealed record BackLost(int Attempt, Failure Failure, long AtNanos) : SessionEvent;

/// <summary>The pause after this attempt is over.</summary>
public sealed record PauseOver(int Attempt) : SessionEvent;

/// <summary>Somebody began to look.</summary>
public sealed record FrontJoined : SessionEvent;

/// <summary>Somebody stopped looking, or their worker died.</summary>
public sealed record FrontLeft : SessionEvent;

/// <summary>Nobody has looked for as long as the chain keeps a session.</summary>
public sealed record KeepOver : SessionEvent;

/// <summary>A person or the node ends the session.</summary>
public sealed record CloseRequested(string Reason) : SessionEvent;
