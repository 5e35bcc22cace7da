using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>unistd.h</summary>
static unsafe partial class Unistd
{
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(int descriptor, long length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(int descriptor, long offset, int whence);

    internal const int SEEK_END = 2;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pwrite(int descriptor, void* buffer, nuint count, long offset);
}
