using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.RdpFront;

/// <summary>The RDP front role: a FreeRDP server peer that reads the surface.</summary>
static class FrontRole
{
    /// <summary>Serves one client until it ends. Sends <see cref="Failed"/> itself for every expected end.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    internal static int Run(ControlSocket control, StartFront start) => throw new NotImplementedException();
}
