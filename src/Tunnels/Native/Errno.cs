using System.Runtime.InteropServices;

namespace RemoteChain.Tunnels.Native;

/// <summary>errno.h: the numbers of Linux on x86-64 and arm64, and how they become exceptions.</summary>
static class Errno
{
    internal const int EAGAIN = 11, EAFNOSUPPORT = 97;

    /// <summary>The last P/Invoke's error as an exception that names the call.</summary>
    internal static IOException Last(string call) => new($"{call}: {Marshal.GetPInvokeErrorMessage(Number)} ({Number})");

    internal static int Number => Marshal.GetLastPInvokeError();
}
