using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Desktop;

/// <summary>The desktop (back) role: a FreeRDP client that writes the surface.</summary>
static class DesktopRole
{
    /// <summary>Runs one connection until it ends. Sends <see cref="Failed"/> itself for every expected end.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    internal static int Run(ControlSocket control, StartDesktop start)
    {
        var startedNanos = MonotonicClock.NowNanos();
        DesktopSession session;
        try
        {
            session = new DesktopSession(control, start, startedNanos);
        }
        catch (IOException e)
        {
            // The surface is not one: the node made a mistake, or something else wrote into it.
            control.Send(new Failed(new(FailureStage.Activate, FailureCause.SurfaceCorrupt, e.Message)));
            return ExitCode.Ended;
        }
        catch (RdpException e)
        {
            control.Send(new Failed(new(FailureStage.Handshake, FailureCause.Unsupported, e.Message)));
            return ExitCode.Ended;
        }
        using (session)
        {
            var end = session.Run();
            if (end.Failure is not null) control.Send(new Failed(end.Failure));
            return end.Code;
        }
    }
}
