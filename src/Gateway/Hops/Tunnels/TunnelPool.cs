using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>
/// The tunnels of a node: sessions that go the same way from the same place share one. It is opened for the first, and taken away when nobody
/// has used it for a while, so that a session which comes back finds it open.
/// </summary>
/// <param name="process">Who keeps them.</param>
/// <param name="grace">How long an unused tunnel stays.</param>
public sealed class TunnelPool(TunnelsProcess process, TimeSpan grace) : IAsyncDisposable
{
    /// <summary>How long an unused tunnel stays unless told otherwise.</summary>
    public static readonly TimeSpan GraceDefault = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Plan, OpenTunnel? Outer), Shared> _shared = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Opens a tunnel or joins those who use it. The lease is given back by disposing of it.</summary>
    /// <param name="plan">What it is made from.</param>
    /// <param name="outer">Where it begins: the machine, or the inside of another tunnel that the caller holds meanwhile.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<(TunnelLease? Lease, Failure? Failure)> TakeAsync(TunnelPlan plan, Network outer, CancellationToken cancellationToken)
    {
        var around = (outer as TunnelNetwork)?.Tunnel;
        Shared? shared;
        lock (_gate)
        {
            if (!_shared.TryGetValue((plan.Key, around), out shared))
            {
                shared = new Shared((plan.Key, around), CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
                shared.Opening = Task.Run(() => OpenAsync(shared, plan, outer, around), CancellationToken.None);
                _shared[shared.Key] = shared;
            }

            shared.Users++;
        }

        try
        {
            var (network, failure) = await shared.Opening.WaitAsync(cancellationToken);
            if (network is not null) return (new TunnelLease(network, () => Release(shared)), null);
            Release(shared);
            return (null, failure);
        }
        catch (OperationCanceledException)
        {
            Release(shared);
            throw;
        }
    }

    /// <summary>Takes all tunnels away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await process.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<(TunnelNetwork?, Failure?)> OpenAsync(Shared shared, TunnelPlan plan, Network outer, OpenTunnel? around)
    {
        var (network, failure) = await TryOpenAsync(plan, outer, around, shared.Ending.Token);
        if (network is null) Forget(shared);
        else _ = network.Tunnel.Lost.ContinueWith(_ => Forget(shared), TaskScheduler.Default);
        return (network, failure);
    }

    private async Task<(TunnelNetwork?, Failure?)> TryOpenAsync(TunnelPlan plan, Network outer, OpenTunnel? around, CancellationToken cancellationToken)
    {
        try
        {
            var (link, failure) = around is null ? await process.LinkAsync(cancellationToken) : (around.Link, null);
            if (link is null) return (null, failure);
            var order = await plan.OrderAsync(outer, around?.Number ?? 0, cancellationToken);
            (var tunnel, failure) = await link.OpenAsync(order, cancellationToken);
            return tunnel is null ? (null, failure) : (new(tunnel, plan.NameServersOf(tunnel.Facts), plan.SearchDomainsOf(tunnel.Facts)), null);
        }
        catch (SocketException unknown)
        {
            return (null, new(FailureStage.Dial, FailureCause.NameUnknown, $"the profile's server: {unknown.Message}"));
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return (null, new(FailureStage.Dial, FailureCause.Unsupported, e.Message));
        }
        catch (OperationCanceledException)
        {
            return (null, new(FailureStage.Dial, FailureCause.Stopped, "given up"));
        }
    }

    private void Release(Shared shared)
    {
        lock (_gate)
        {
            if (--shared.Users > 0) return;
            // Nobody waits for what is not open yet.
            if (!shared.Opening.IsCompleted)
            {
                Remove(shared);
                shared.Ending.Cancel();
                return;
            }
        }

        if (!_stopping.IsCancellationRequested) _ = CloseLaterAsync(shared, shared.Uses);
    }

    private async Task CloseLaterAsync(Shared shared, int uses)
    {
        await Task.Delay(grace, _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        lock (_gate)
        {
            if (shared.Users > 0 || shared.Uses != uses || !Remove(shared)) return;
        }

        if ((await shared.Opening).Network is { } network) await network.Tunnel.Link.CloseAsync(network.Tunnel);
    }

    private void Forget(Shared shared)
    {
        lock (_gate) Remove(shared);
    }

    // By itself and not by its key alone: after a loss the next one is there already, and whoever takes that one out never closes it.
    private bool Remove(Shared shared) => _shared.GetValueOrDefault(shared.Key) == shared && _shared.Remove(shared.Key);

    private sealed class Shared((string Plan, OpenTunnel? Outer) key, CancellationTokenSource ending)
    {
        private int _users;

        public (string Plan, OpenTunnel? Outer) Key => key;

        public CancellationTokenSource Ending => ending;

        public Task<(TunnelNetwork? Network, Failure? Failure)> Opening { get; set; } = null!;

        /// <summary>Who uses it now.</summary>
        public int Users
        {
            get => _users;
            set
            {
                if (value > _users) Uses++;
                _users = value;
            }
        }

        /// <summary>How often anybody began to: tells a wait for its end whether somebody came meanwhile.</summary>
        public int Uses { get; private set; }
    }
}

/// <summary>A share of an open tunnel.</summary>
/// <param name="network">Its inside.</param>
/// <param name="release">Gives the share back.</param>
public sealed class TunnelLease(TunnelNetwork network, Action release) : IDisposable
{
    private int _released;

    /// <summary>Its inside.</summary>
    public TunnelNetwork Network => network;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) release();
    }
}
