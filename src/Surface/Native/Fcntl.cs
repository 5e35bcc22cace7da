using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>fcntl.h</summary>
static partial class Fcntl
{
    internal const int F_DUPFD_CLOEXEC = 1030, F_ADD_SEALS = 1033, F_GET_SEALS = 1034;
    internal const int F_SEAL_SEAL = 1, F_SEAL_SHRINK = 2, F_SEAL_GROW = 4;
    internal const int O_RDONLY = 0, O_CLOEXEC = 0x80000;
    internal const int F_GETFL = 3, F_SETFL = 4, O_NONBLOCK = 0x800;
    internal const int FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2;

    // fcntl is variadic in C; with one integer argument the x86-64 and arm64 Linux conventions pass it like a fixed one.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fallocate(int descriptor, int mode, long offset, long length);

    /// <summary>A copy whose number is <paramref name="from"/> or greater.</summary>
    internal static int DuplicateCloseOnExec(int descriptor, int from = 0)
    {
        var copy = fcntl(descriptor, F_DUPFD_CLOEXEC, from);
        return copy >= 0 ? copy : throw Errno.Last("fcntl(F_DUPFD_CLOEXEC)");
    }
}
