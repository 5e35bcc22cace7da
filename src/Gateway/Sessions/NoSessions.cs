using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>The sessions of a node that is only a relay.</summary>
public sealed class NoSessions : ISessionDirectory
{
    /// <inheritdoc/>
    public IReadOnlyList<SessionSummary> List() => [];

    /// <inheritdoc/>
    public SessionSummary? Find(string id) => null;

    /// <inheritdoc/>
    public SessionSummary? Open(Account owner, Chain chain, FrontGeometry geometry, string by, string from) => null;

    /// <inheritdoc/>
    public Task<bool> KillAsync(string id, string by, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public Task<bool> DetachAsync(string id, int front, string by, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public Task SendAwayAsync(Account account, string by, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<(bool Found, string? Refusal)> ControlAsync(string id, int front, CancellationToken cancellationToken) =>
        Task.FromResult<(bool, string?)>((false, null));

    /// <inheritdoc/>
    public Task<(bool Found, string? Refusal)> PressKeysAsync(string id, KeyChord chord, int? layer, CancellationToken cancellationToken) =>
        Task.FromResult<(bool, string?)>((false, null));

    /// <inheritdoc/>
    public byte[]? Thumbnail(string id) => null;

    /// <inheritdoc/>
    public (bool Found, string? Refusal) Probe(string id, int count, string by) => (false, null);

    /// <inheritdoc/>
    public KeyProbeReport? ProbeReport(string id) => null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Injected>?> InjectAsync(string id, Inject delay) => Task.FromResult<IReadOnlyList<Injected>?>(null);
}
