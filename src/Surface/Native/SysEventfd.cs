using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>sys/eventfd.h</summary>
static partial class SysEventfd
{
    internal const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);
}
