using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Native;

/// <summary>sys/mman.h and unistd.h, as far as a guest's memory and the stubs of native instructions need them.</summary>
static unsafe partial class SysMman
{
    internal const uint MFD_CLOEXEC = 1;
    internal const int PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_SHARED = 1;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial void* mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(int descriptor, long length);
}
