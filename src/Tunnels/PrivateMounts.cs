using RemoteChain.Tunnels.Native;

namespace RemoteChain.Tunnels;

/// <summary>
/// The file system as this process and its children see it: everything is read-only, and the one directory that can be written lies in memory
/// and is nobody else's. So no socket file of a tunnel can be reached from elsewhere or outlive it.
/// </summary>
static unsafe class PrivateMounts
{
    /// <summary>Where <c>wireguard-go</c> puts its sockets, which cannot be told otherwise.</summary>
    internal const string Directory = "/run/wireguard";

    /// <summary>Leaves the machine's mounts, for the calling thread and its children.</summary>
    /// <exception cref="IOException">The process may not.</exception>
    internal static void Enter()
    {
        if (Linux.unshare(Linux.CLONE_NEWNS) != 0) throw Errno.Last("unshare(CLONE_NEWNS)");
        if (Linux.mount("none", "/", null, Linux.MS_REC | Linux.MS_SLAVE, null) != 0) throw Errno.Last("mount(/)");
        System.IO.Directory.CreateDirectory(Directory);
        // Keys of a kernel's device go to children by /proc, and a namespace is furnished there.
        SetReadOnly("/"u8, true, Linux.AT_RECURSIVE);
        SetReadOnly("/proc"u8, false, 0);
        if (Linux.mount("tmpfs", Directory, "tmpfs", Linux.MS_NOSUID | Linux.MS_NODEV | Linux.MS_NOEXEC, "mode=0700,size=1m") != 0)
            throw Errno.Last($"mount({Directory})");
    }

    static void SetReadOnly(ReadOnlySpan<byte> path, bool isReadOnly, uint flags)
    {
        var attributes = new Linux.mount_attr();
        if (isReadOnly) attributes.attr_set = Linux.MOUNT_ATTR_RDONLY;
        else attributes.attr_clr = Linux.MOUNT_ATTR_RDONLY;
        // SAFETY: the path is a literal, which ends with NUL, and the struct is a local of the length that is passed along.
        fixed (byte* first = path)
            if (Linux.mount_setattr(Linux.SYS_mount_setattr, Linux.AT_FDCWD, first, flags, &attributes, (nuint)sizeof(Linux.mount_attr)) != 0)
                throw Errno.Last("mount_setattr");
    }
}
