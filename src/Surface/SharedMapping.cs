using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>A sealed memory file mapped into this process. The mapping outlives the descriptor.</summary>
sealed unsafe class SharedMapping : IDisposable
{
    byte* _start;

    SharedMapping(byte* start, long length)
    {
        _start = start;
        Length = length;
    }

    internal long Length { get; }

    internal byte* Start => _start;

    /// <summary>Maps a file that no other process can shrink, or the mapping could end in SIGBUS at any later access.</summary>
    /// <returns>Null when it is not sealed, too small, has another magic, or cannot be mapped that way.</returns>
    internal static SharedMapping? TryMap(DescriptorHandle file, bool writable, ulong magic, long lengthMin)
    {
        const int sealsWanted = Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW;
        var seals = Fcntl.fcntl(file.Descriptor, Fcntl.F_GET_SEALS, 0);
        if (seals < 0 || (seals & sealsWanted) != sealsWanted) return null;
        var length = Unistd.lseek(file.Descriptor, 0, Unistd.SEEK_END);
        if (length < lengthMin) return null;
        var protection = SysMman.PROT_READ | (writable ? SysMman.PROT_WRITE : 0);
        // SAFETY: a new mapping over the file's whole length, which the seals keep as it is; unmapped in Dispose.
        var start = (byte*)SysMman.mmap(null, (nuint)length, protection, SysMman.MAP_SHARED, file.Descriptor, 0);
        if ((nint)start == -1) return null;
        var mapping = new SharedMapping(start, length);
        // SAFETY: lengthMin is at least the header, which begins with the magic.
        if (*(ulong*)start == magic) return mapping;
        mapping.Dispose();
        return null;
    }

    /// <summary>A new sealed memory file that begins with <paramref name="magic"/>; all else is zero and takes no memory.</summary>
    internal static DescriptorHandle CreateFile(string name, ulong magic, long length)
    {
        var descriptor = SysMman.memfd_create(name, SysMman.MFD_CLOEXEC | SysMman.MFD_ALLOW_SEALING);
        if (descriptor < 0) throw Errno.Last("memfd_create");
        var file = new DescriptorHandle(descriptor);
        try
        {
            if (Unistd.ftruncate(descriptor, length) != 0) throw Errno.Last("ftruncate");
            // SAFETY: eight bytes of a local.
            if (Unistd.pwrite(descriptor, &magic, sizeof(ulong), 0) != sizeof(ulong)) throw Errno.Last("pwrite");
            // Whoever was given a read-only open file must not open it again for writing through /proc: not even as its owner.
            if (SysStat.fchmod(descriptor, SysStat.S_IRUSR) != 0) throw Errno.Last("fchmod");
            const int seals = Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_SEAL;
            if (Fcntl.fcntl(descriptor, Fcntl.F_ADD_SEALS, seals) != 0) throw Errno.Last("fcntl(F_ADD_SEALS)");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps. Whoever uses <see cref="Start"/> afterwards has a bug and gets a null pointer, not somebody else's
    /// memory.</summary>
    public void Dispose()
    {
        if (_start == null) return;
        // SAFETY: unmaps exactly what TryMap mapped, once.
        _ = SysMman.munmap(_start, (nuint)Length);
        _start = null;
    }
}
