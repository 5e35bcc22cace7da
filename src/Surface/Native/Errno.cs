using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>errno.h: the numbers of Linux on x86-64 and arm64, and how they become exceptions.</summary>
static class Errno
{
    internal const int EINTR = 4, EAGAIN = 11, EPIPE = 32, ENOTCONN = 107, ECONNRESET = 104, ECONNREFUSED = 111, ENOBUFS = 105, EMSGSIZE = 90;

    /// <summary>The last P/Invoke's error as an exception that names the call.</summary>
    internal static IOException Last(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)} ({error})");
    }

    internal static int Number => Marshal.GetLastPInvokeError();
}
