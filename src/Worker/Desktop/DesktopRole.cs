using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Desktop;

/// <summary>The desktop (back) role: a FreeRDP client that writes the surface.</summary>
static class DesktopRole
{
    /// <summary>
    /// Makes a connection that ends at once, while nobody waits: it loads the client's libraries, and what the runtime compiles or resolves at
    /// first use is done by the time a real one begins.
    /// </summary>
    internal static void WarmUp()
    {
        var (here, there) = ControlSocket.CreatePair();
        there.Dispose();
        using var client = new RdpClient(new RdpClientOptions { Socket = here.Handle.Detach(), ServerName = "warm-up" });
        _ = client.Connect(CancellationToken.None);
        using var waiter = new RdpWaiter();
        client.Watch(waiter);
    }

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
