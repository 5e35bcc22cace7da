using FreeRdp;
using RemoteChain.Surface.Desktops;

namespace RemoteChain.Worker.Desktop;

/// <summary>A host as what is typed into.</summary>
/// <param name="client">The connection to it.</param>
/// <param name="hasPicture">Whether it has painted. xrdp that is asked for another size while it signs its user in may end the session instead.</param>
sealed class HostInput(RdpClient client, Func<bool> hasPicture) : IDesktopInput
{
    public void SendKey(ushort flags, byte code) => client.SendKey(flags, code);

    public void SendUnicode(ushort flags, ushort unit) => client.SendUnicode(flags, unit);

    public void SendMouse(ushort flags, ushort x, ushort y) => client.SendMouse(flags, x, y);

    public void SendExtendedMouse(ushort flags, ushort x, ushort y) => client.SendExtendedMouse(flags, x, y);

    public void SendSynchronize(ushort flags) => client.SendSynchronize(flags);

    public void RequestRefresh() => client.RequestRefresh();

    public bool TryResize(int width, int height, int scalePercent)
    {
        if (!client.CanResize || !hasPicture()) return false;
        if (client.Width != width || client.Height != height) client.RequestResize(width, height, scalePercent);
        return true;
    }
}
