using RemoteChain.Surface;
using RemoteChain.Tunnels.Native;

namespace RemoteChain.Tunnels;

/// <summary>A file without a name, for what a program reads from its standard input: gone with the last who holds it.</summary>
static unsafe class MemoryFile
{
    /// <summary>A file with these bytes, at its beginning.</summary>
    /// <exception cref="IOException">No memory or no descriptor is left.</exception>
    internal static DescriptorHandle Of(ReadOnlySpan<byte> content)
    {
        var made = Linux.memfd_create("input", Linux.MFD_CLOEXEC);
        if (made < 0) throw Errno.Last("memfd_create");
        var file = new DescriptorHandle(made);
        // SAFETY: the span is pinned, and what is written lies inside it.
        fixed (byte* first = content)
        {
            for (nint done = 0; done < content.Length;)
            {
                var count = Linux.write(file, first + done, (nuint)(content.Length - done));
                if (count <= 0) throw Errno.Last("write");
                done += count;
            }
        }

        Linux.lseek(file, 0, Linux.SEEK_SET);
        return file;
    }
}
