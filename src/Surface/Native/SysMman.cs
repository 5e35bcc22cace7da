using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>sys/mman.h</summary>
static unsafe partial class SysMman
{
    internal const uint MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2;
    internal const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial void* mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mprotect(void* address, nuint length, int protection);
}
