using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Machines;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>An emulated machine as a session's desktop: starts it when it does not run, and looks at it through a screen of the session's own.</summary>
internal sealed class MachineBack(
    int attempt, SessionContext context, Chain chain, MachineLayer layer, DesktopRequest request, Action<SessionEvent> report)
    : Back(attempt, context, chain, layer.Title, request, report)
{
    /// <inheritdoc/>
    protected override async Task<Failure> ConnectAndListenAsync(CancellationToken cancellationToken)
    {
        // Hops before a machine carry its network and not the session: the machine itself runs here.
        var opened = Chain.Hops.Any() ? await Hop.FoldAsync(Context.Route.HopsOf(Chain, Request.Session), cancellationToken) : default;
        if (opened.Failure is { } closed)
        {
            return closed;
        }

        await using var dialer = opened.Dialer;
        var exit = dialer is null ? null : MachineWay.Beyond(dialer);
        var (name, failure) = await Context.Machines.TakeAsync(layer, Chain.Name, Request.Session, Request.Owner, exit, cancellationToken);
        if (name is null)
        {
            return failure!;
        }

        var said = new Failure(FailureStage.Activate, FailureCause.GuestStopped, "");
        if (Context.Machines.OpenScreen(name, Request.Surface, Request.InputBell) is { } screen)
        {
            Line = screen;
            Open(screen, null);
            said = await ListenAsync(screen, dialer, cancellationToken);
        }

        // A guest may end before the screen is open, and a process before it could tell its screens.
        return said.Cause is FailureCause.WorkerDied or FailureCause.GuestStopped
            ? await Context.Machines.WhyEndedAsync(name, cancellationToken) ?? said
            : said;
    }

    /// <summary>Ends with what is known first: what the machine says, or that the way of its network is lost.</summary>
    private async Task<Failure> ListenAsync(MachineScreen screen, Dialer? dialer, CancellationToken cancellationToken)
    {
        if (dialer is null)
        {
            return await ListenAsync(screen, cancellationToken);
        }

        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var said = ListenAsync(screen, listening.Token);
        var first = await Task.WhenAny(said, dialer.Lost);
        if (first != said)
        {
            await listening.CancelAsync();
            await ((Task)said).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await first;
    }
}
