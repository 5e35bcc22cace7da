using System.Security.Cryptography;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>All running sessions of this node: at most one per account and chain.</summary>
public sealed class SessionRegistry(SessionContext context) : ISessionDirectory, IAsyncDisposable
{
    /// <summary>Sessions at once on one node.</summary>
    public const int SessionsMax = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<(long Owner, string Chain), SessionRunner> _running = [];
    private bool _closing;

    /// <summary>
    /// Joins the running session of that account and chain, or opens it. Null when the node is full, closing, or the session has too many
    /// fronts.
    /// </summary>
    public async Task<SessionRunner?> JoinOrOpenAsync(
        Account owner, Chain chain, FrontGeometry geometry, SessionFront front, CancellationToken cancellationToken)
    {
        // A session may end between finding and joining it; then a new one is opened, once.
        for (int i = 0; i < 2; i++)
        {
            var session = FindOrOpen(owner, chain, geometry, front.Account.Name, front.Address);
            if (session is null)
            {
                return null;
            }

            if (await session.JoinAsync(front, cancellationToken))
            {
                return session;
            }

            if (!session.Ended.IsCompleted && session.Summary.State != "closed")
            {
                return null;
            }

            Forget(owner.Id, chain.Name, session);
        }

        return null;
    }

    /// <summary>A running session; null when there is none of that id.</summary>
    public SessionRunner? Running(string id) => RunnerOf(id);

    /// <summary>Those that run now.</summary>
    public IReadOnlyList<SessionRunner> Running()
    {
        lock (_gate)
        {
            return _running.Count == 0 ? [] : [.. _running.Values];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SessionSummary> List()
    {
        lock (_gate)
        {
            return [.. _running.Values.Select(s => s.Summary)];
        }
    }

    /// <inheritdoc/>
    public SessionSummary? Find(string id) => RunnerOf(id)?.Summary;

    /// <inheritdoc/>
    public SessionSummary? Open(Account owner, Chain chain, FrontGeometry geometry, string by, string from) =>
        FindOrOpen(owner, chain, geometry, by, from)?.Summary;

    /// <inheritdoc/>
    public async Task<bool> KillAsync(string id, string by, CancellationToken cancellationToken)
    {
        if (RunnerOf(id) is not { } session)
        {
            return false;
        }

        context.Audit.Append(new AuditEvent(AuditAction.SessionKilled, by, session.ChainName, "", id));
        await session.CloseAsync($"ended by {by}", cancellationToken);
        await session.Ended.WaitAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> DetachAsync(string id, int front, string by, CancellationToken cancellationToken) =>
        RunnerOf(id) is { } session && await session.DetachAsync(front, $"{by} took this viewer off the session.", cancellationToken);

    /// <inheritdoc/>
    public async Task SendAwayAsync(Account account, string by, CancellationToken cancellationToken)
    {
        foreach (var session in Running())
        {
            if (session.Owner.Id == account.Id)
            {
                await KillAsync(session.Id, by, cancellationToken);
                continue;
            }

            foreach (var front in session.Summary.Fronts.Where(front => front.Account == account.Name))
            {
                await session.DetachAsync(front.Number, $"{by} removed the account {account.Name}.", cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<(bool Found, string? Refusal)> ControlAsync(string id, int front, CancellationToken cancellationToken) =>
        RunnerOf(id) is { } session ? (true, await session.ControlAsync(front, cancellationToken)) : (false, null);

    /// <inheritdoc/>
    public async Task<(bool Found, string? Refusal)> PressKeysAsync(string id, KeyChord chord, int? layer, CancellationToken cancellationToken) =>
        RunnerOf(id) is { } session ? (true, await session.PressKeysAsync(chord, layer, cancellationToken)) : (false, null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Injected>?> InjectAsync(string id, Inject delay) =>
        RunnerOf(id) is { } session ? await session.InjectAsync(delay) : null;

    /// <inheritdoc/>
    public byte[]? Thumbnail(string id) => RunnerOf(id)?.Thumbnail();

    /// <inheritdoc/>
    public (bool Found, string? Refusal) Probe(string id, int count, string by)
    {
        if (RunnerOf(id) is not { } session)
        {
            return (false, null);
        }

        string? refusal = session.Probes.Start(count);
        if (refusal is null)
        {
            context.Audit.Append(new AuditEvent(AuditAction.SessionProbed, by, session.ChainName, "", $"{id}: {count} keys"));
        }

        return (true, refusal);
    }

    /// <inheritdoc/>
    public KeyProbeReport? ProbeReport(string id) => RunnerOf(id)?.Probes.Report;

    /// <summary>Ends all sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        SessionRunner[] sessions;
        lock (_gate)
        {
            _closing = true;
            sessions = [.. _running.Values];
        }

        foreach (var session in sessions)
        {
            await session.CloseAsync("the gateway is stopping", CancellationToken.None);
        }

        await Task.WhenAll(sessions.Select(s => s.Ended));
    }

    private SessionRunner? FindOrOpen(Account owner, Chain chain, FrontGeometry geometry, string by, string from)
    {
        lock (_gate)
        {
            if (_running.TryGetValue((owner.Id, chain.Name), out var found) && !found.Ended.IsCompleted)
            {
                return found;
            }

            if (_closing || _running.Count >= SessionsMax)
            {
                return null;
            }

            string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            var session = new SessionRunner(id, owner, chain, geometry, context);
            _running[(owner.Id, chain.Name)] = session;
            context.Audit.Append(new AuditEvent(AuditAction.SessionOpened, by, chain.Name, from, id));
            _ = session.Ended.ContinueWith(_ => Forget(owner.Id, chain.Name, session), TaskScheduler.Default);
            return session;
        }
    }

    private void Forget(long owner, string chain, SessionRunner session)
    {
        lock (_gate)
        {
            if (_running.TryGetValue((owner, chain), out var current) && current == session)
            {
                _running.Remove((owner, chain));
            }
        }
    }

    private SessionRunner? RunnerOf(string id)
    {
        lock (_gate)
        {
            return _running.Values.FirstOrDefault(s => s.Id == id);
        }
    }
}
