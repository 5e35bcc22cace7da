using System.Runtime.InteropServices;

namespace RemoteChain.Worker;

/// <summary>
/// Keeps the C library's heap as small as what is in use. There is one process per connection, so what one keeps for later is paid for by
/// every session; and after its first picture a connection allocates little.
/// </summary>
static partial class NativeHeap
{
    // malloc.h of glibc.
    const int M_TRIM_THRESHOLD = -1, M_MMAP_THRESHOLD = -3, M_ARENA_MAX = -8;

    /// <summary>Blocks from here on get mappings of their own, which go back to the system when freed. Setting it also stops glibc from
    /// raising it after each large block that is freed.</summary>
    const int OwnMappingBytes = 128 * 1024;

    const int Arenas = 1;

    /// <summary>Once, before the native library is loaded.</summary>
    internal static void KeepSmall()
    {
        try
        {
            _ = mallopt(M_MMAP_THRESHOLD, OwnMappingBytes);
            _ = mallopt(M_TRIM_THRESHOLD, OwnMappingBytes);
            _ = mallopt(M_ARENA_MAX, Arenas);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc has no such settings.
        }
    }

    /// <summary>Gives back what connecting has left behind, managed and native. Takes some milliseconds.</summary>
    internal static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keepBytes);
}
