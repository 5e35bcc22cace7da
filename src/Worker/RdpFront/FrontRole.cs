using FreeRdp;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.RdpFront;

/// <summary>The RDP front role: a FreeRDP server peer that reads the surface.</summary>
static class FrontRole
{
    /// <summary>Serves one client until it ends. Sends <see cref="Failed"/> itself for every expected end.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    internal static int Run(ControlSocket control, StartFront start)
    {
        FrontConnection connection;
        try
        {
            connection = new FrontConnection(control, start);
        }
        catch (RdpException e)
        {
            control.Send(new Failed(new(FailureStage.FrontDoor, FailureCause.Unsupported, e.Message)));
            return ExitCode.Ended;
        }

        using (connection)
        {
            var (exit, failure) = connection.Serve();
            if (failure is not null) control.Send(new Failed(failure));
            return exit;
        }
    }
}
