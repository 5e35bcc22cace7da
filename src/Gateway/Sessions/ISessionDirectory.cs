using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>What the API needs of the running sessions.</summary>
public interface ISessionDirectory
{
    /// <summary>All running sessions.</summary>
    IReadOnlyList<SessionSummary> List();

    /// <summary>One session; null when it is not running.</summary>
    SessionSummary? Find(string id);

    /// <summary>
    /// The running session of that account and chain, or a new one, which begins to bring up its layers at once and waits for fronts as long
    /// as the chain says. Null when the node is full or closing.
    /// </summary>
    SessionSummary? Open(Account owner, Chain chain, FrontGeometry geometry, string by, string from);

    /// <summary>Ends a session. False when there is none of that id.</summary>
    Task<bool> KillAsync(string id, string by, CancellationToken cancellationToken);

    /// <summary>Takes one front off a session, which goes on. False when there is none of that id and number.</summary>
    Task<bool> DetachAsync(string id, int front, string by, CancellationToken cancellationToken);

    /// <summary>Takes whoever has an account away: its own sessions end, and its fronts leave those of others, with a sentence.</summary>
    Task SendAwayAsync(Account account, string by, CancellationToken cancellationToken);

    /// <summary>Lets one front alone control a session, or everybody who may (0).</summary>
    /// <returns>Whether there is such a session, and why that cannot be: null when it holds now.</returns>
    Task<(bool Found, string? Refusal)> ControlAsync(string id, int front, CancellationToken cancellationToken);

    /// <summary>Presses keys together in one of a session's desktops.</summary>
    /// <param name="id">The session.</param>
    /// <param name="chord">The keys as they shall arrive.</param>
    /// <param name="layer">Number of the desktop's layer; null for the innermost.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether there is such a session, and why the keys were not pressed: null when they were.</returns>
    Task<(bool Found, string? Refusal)> PressKeysAsync(string id, KeyChord chord, int? layer, CancellationToken cancellationToken);

    /// <summary>Holds up a stage of a session's workers, or asks for the account of what is held up already.</summary>
    /// <returns>The accounts of the workers that obey; null when there is no such session.</returns>
    Task<IReadOnlyList<Injected>?> InjectAsync(string id, Inject delay);

    /// <summary>The session's picture, made small, as a PNG file; null when there is no such session or it has no picture.</summary>
    byte[]? Thumbnail(string id);

    /// <summary>Begins to press keys in a session to measure from end to end.</summary>
    /// <returns>Whether there is such a session, and why it was not begun: null when it was.</returns>
    (bool Found, string? Refusal) Probe(string id, int count, string by);

    /// <summary>The newest probe of a session; null when there is no such session or there was no probe.</summary>
    KeyProbeReport? ProbeReport(string id);
}
