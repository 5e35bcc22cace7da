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

        if (Context.Machines.OpenScreen(name, Request.Surface, Request.InputBell) is not { } screen)
        {
            // It ended between the two steps: why is known by now.
            return new Failure(FailureStage.Activate, FailureCause.GuestStopped, Context.Machines.Find(name)?.Failure ?? "");
        }

        Line = screen;
        Open(screen, null);
        return await ListenAsync(screen, cancellationToken);
    }
}
