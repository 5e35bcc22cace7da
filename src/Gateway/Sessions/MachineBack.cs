using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
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
        var (name, failure) = await Context.Machines.TakeAsync(layer, Chain.Name, Request.Session, Request.Owner, cancellationToken);
        if (name is null)
        {
            return failure!;
        }

        var said = new Failure(FailureStage.Activate, FailureCause.GuestStopped, "");
        if (Context.Machines.OpenScreen(name, Request.Surface, Request.InputBell) is { } screen)
        {
            Line = screen;
            Open(screen, null);
            said = await ListenAsync(screen, cancellationToken);
        }

        // A guest may end before the screen is open, and a process before it could tell its screens.
        return said.Cause is FailureCause.WorkerDied or FailureCause.GuestStopped
            ? await Context.Machines.WhyEndedAsync(name, cancellationToken) ?? said
            : said;
    }
}
