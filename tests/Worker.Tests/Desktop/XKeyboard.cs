using System.Numerics;
using System.Runtime.InteropServices;

namespace RemoteChain.Worker.Tests.Desktop;

/// <summary>What an X server's keyboard looks like from inside the host.</summary>
internal static unsafe class XKeyboard
{
    /// <summary>How many keys are held down.</summary>
    public static int KeysDown(int display)
    {
        var connection = XOpenDisplay($":{display}");
        Assert.NotEqual(0, connection);
        var keys = stackalloc byte[32];
        // SAFETY: XQueryKeymap fills exactly 32 bytes.
        XQueryKeymap(connection, keys);
        XCloseDisplay(connection);
        var down = 0;
        for (var i = 0; i < 32; i++)
            down += BitOperations.PopCount(keys[i]);
        return down;
    }

    [DllImport("libX11.so.6")]
    private static extern nint XOpenDisplay([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libX11.so.6")]
    private static extern int XQueryKeymap(nint display, byte* keys);

    [DllImport("libX11.so.6")]
    private static extern int XCloseDisplay(nint display);
}
