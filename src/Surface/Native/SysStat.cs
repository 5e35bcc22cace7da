using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>sys/stat.h</summary>
static partial class SysStat
{
    internal const uint S_IRUSR = 0x100;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fchmod(int descriptor, uint mode);
}
