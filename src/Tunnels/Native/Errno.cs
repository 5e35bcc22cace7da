using System.Runtime.InteropServices;

namespace RemoteChain.Tunnels.Native;

/// <summary>errno.h: the numbers of Linux on x86-64 and arm64, and how they become exceptions.</summary>
static class Errno
{
    internal const int EINTR = 4, EAGAIN = 11, EAFNOSUPPORT = 97;

    /// <summary>The last P/Invoke's error as an exception that names the call.</summary>
    internal static IOException Last(string call) => Of(call, Marshal.GetLastPInvokeError());

    /// <summary>An error that a call returned instead of setting errno.</summary>
    internal static IOException Of(string call, int error) => new($"{call}: {Marshal.GetPInvokeErrorMessage(error)} ({error})");

    internal static int Number => Marshal.GetLastPInvokeError();
}
