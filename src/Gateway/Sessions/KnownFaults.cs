using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// The faults that are in force on this node, because somebody injected them to see whether the blame finds them. The node holds up the
/// stages of its own layer; faults of other layers are held up by the command that ordered them and stand here so that they are seen,
/// audited and ended like the others. Everything here ends with the node.
/// </summary>
/// <param name="allowed">Whether the node was started for a lab; else every order is refused.</param>
/// <param name="sessions">The running sessions.</param>
/// <param name="relay">What holds up relayed bytes.</param>
/// <param name="audit">Where it is written down.</param>
/// <param name="time">The clock.</param>
public sealed class KnownFaults(bool allowed, ISessionDirectory sessions, RelayHold relay, AuditLog audit, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Faults at once.</summary>
    public const int FaultsMax = 64;

    /// <summary>What a node says that was not started for a lab.</summary>
    public const string Refusal = "This node obeys no injected faults: it was not started with --lab-faults.";

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<(Fault Fault, Inject? Delay)> _inForce = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _looking = Task.CompletedTask;
    private int _serial;

    /// <summary>Whether orders are obeyed.</summary>
    public bool Allowed => allowed;

    /// <summary>Puts a fault in force. When it returns, the workers have said that they obey.</summary>
    /// <returns>The fault, or the sentence that says why not.</returns>
    public async Task<(Fault? Fault, string? Refusal)> OrderAsync(FaultOrder order, string by, string from, CancellationToken cancellationToken)
    {
        if (!allowed) return (null, Refusal);
        if (!FaultPlace.TryOrder(order, out var problem, out var delay)) return (null, problem);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await PruneAsync();
            if (order.Session is { } session && sessions.Find(session) is null) return (null, $"There is no running session '{session}'.");
            var place = (order.Layer, order.Stage, order.Session, order.Target);
            if (_inForce.Find(f => (f.Fault.Order.Layer, f.Fault.Order.Stage, f.Fault.Order.Session, f.Fault.Order.Target) == place).Fault is { } there)
                return (null, $"There is a fault at {there.Place} already: {there.Id}. End it first with `remotechain inject clear {there.Id}`.");
            if (_inForce.Count >= FaultsMax) return (null, $"There are {FaultsMax} faults in force already.");

            var now = time.GetUtcNow();
            var fault = new Fault($"f{++_serial}", order, by, now, order.ForMillis is { } millis ? now.AddMilliseconds(millis) : null);
            if (delay is not null && await ObeyAsync(order, delay) is null)
                return (null, $"The workers of the session '{order.Session}' do not answer.");
            _inForce.Add((fault, delay));
            audit.Append(new(AuditAction.FaultInjected, by, order.Session ?? order.Target ?? "", from, Described(fault)));
            if (_looking.IsCompleted) _looking = Task.Run(LookAfterAsync, CancellationToken.None);
            return (fault, null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What is in force, with what each has really done so far.</summary>
    public async Task<IReadOnlyList<Fault>> ListAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await PruneAsync();
            var listed = new List<Fault>();
            // The same order again changes nothing and brings the account.
            foreach (var (fault, delay) in _inForce) listed.Add(fault with { Account = await AccountAsync(fault, delay) });
            return listed;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Lets a fault last for this long from now on. False when it is not in force any more.</summary>
    public async Task<bool> ProlongAsync(string id, TimeSpan by, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await PruneAsync();
            var index = _inForce.FindIndex(f => f.Fault.Id == id);
            if (index >= 0) _inForce[index] = _inForce[index] with { Fault = _inForce[index].Fault with { Until = time.GetUtcNow() + by } };
            return index >= 0;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends one fault, or all of them.</summary>
    /// <param name="id">Which; null for all.</param>
    /// <param name="by">Who ends it, for the audit.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Those that were in force, with their last accounts.</returns>
    public async Task<IReadOnlyList<Fault>> ClearAsync(string? id, string by, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await PruneAsync();
            return await EndAsync(fault => id is null || fault.Id == id, by);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _looking;
        _stopping.Dispose();
        _gate.Dispose();
    }

    private async Task<FaultAccount?> AccountAsync(Fault fault, Inject? delay) =>
        delay is not null && await ObeyAsync(fault.Order, delay) is { } accounts ? FaultAccount.Of(accounts) : null;

    /// <summary>Tells those who wait. Null when they do not answer.</summary>
    private async Task<IReadOnlyCollection<Injected>?> ObeyAsync(FaultOrder order, Inject delay)
    {
        if (order.Layer != FaultPlace.Relay) return await sessions.InjectAsync(order.Session!, delay);
        relay.Set(delay);
        return [relay.Account];
    }

    private async Task<IReadOnlyList<Fault>> EndAsync(Predicate<Fault> which, string by)
    {
        var ended = new List<Fault>();
        foreach (var (fault, delay) in _inForce.Where(f => which(f.Fault)).ToArray())
        {
            var account = await AccountAsync(fault, delay is null ? null : delay with { DelayNanos = 0 });
            _inForce.RemoveAll(f => f.Fault.Id == fault.Id);
            ended.Add(fault with { Account = account });
            audit.Append(new(AuditAction.FaultEnded, by, fault.Order.Session ?? fault.Order.Target ?? "", "", Described(fault)));
        }

        return ended;
    }

    /// <summary>Ends what has had its time, and what has lost its session.</summary>
    private Task PruneAsync()
    {
        var now = time.GetUtcNow();
        return EndAsync(fault => fault.Until <= now || (fault.Order.Session is { } session && sessions.Find(session) is null), "");
    }

    private async Task LookAfterAsync()
    {
        try
        {
            for (var rest = 1; rest > 0;)
            {
                await Task.Delay(s_look, time, _stopping.Token);
                await _gate.WaitAsync(_stopping.Token);
                await PruneAsync();
                rest = _inForce.Count;
                _gate.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops, and its workers with it.
        }
    }

    private static string Described(Fault fault) =>
        $"{fault.Id} {fault.Place} {fault.Order.DelayMillis:0.###} ms {fault.Order.Shape}"
        + (fault.Order.Shape == "intermittent" ? $" {fault.Order.SharePercent} %" : "") + (fault.Order.Target is { } target ? $" {target}" : "");
}
