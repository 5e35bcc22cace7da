using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>sys/prctl.h</summary>
static partial class SysPrctl
{
    internal const int PR_SET_DUMPABLE = 4, PR_SET_NO_NEW_PRIVS = 38;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
