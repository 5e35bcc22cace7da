using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Slirp.Native;

/// <summary>unistd.h and fcntl.h, as far as a connection is put into another's place.</summary>
static partial class Unistd
{
    internal const int O_CLOEXEC = 0x80000, O_NONBLOCK = 0x800, F_GETFL = 3, F_SETFL = 4;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int dup3(int from, int to, int flags);

    // fcntl is variadic in C; with one integer argument the x86-64 and arm64 Linux conventions pass it like a fixed one.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, nint argument);
}
