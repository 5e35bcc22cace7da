using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Desktop;

/// <summary>The desktop (back) role: a FreeRDP client that writes the surface.</summary>
static class DesktopRole
{
    /// <summary>Runs one connection until it ends. Sends <see cref="Failed"/> itself for every expected end.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    internal static int Run(ControlSocket control, StartDesktop start) => throw new NotImplementedException();
}
