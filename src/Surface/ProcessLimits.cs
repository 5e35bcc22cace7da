using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>What a worker forbids itself before it reads the first foreign byte.</summary>
public static unsafe class ProcessLimits
{
    /// <summary>No core dumps (they would hold pictures and passwords), no debugger, no new privileges.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void ForbidDumpsAndPrivileges()
    {
        Limit(SysResource.RLIMIT_CORE, 0, "setrlimit(RLIMIT_CORE)");
        if (SysPrctl.prctl(SysPrctl.PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw Errno.Last("prctl(PR_SET_DUMPABLE)");
        if (SysPrctl.prctl(SysPrctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw Errno.Last("prctl(PR_SET_NO_NEW_PRIVS)");
    }

    /// <summary>Largest private writable memory (RLIMIT_DATA); shared memory files do not count.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void LimitData(long bytes) => Limit(SysResource.RLIMIT_DATA, (ulong)bytes, "setrlimit(RLIMIT_DATA)");

    /// <summary>Highest number of open descriptors (RLIMIT_NOFILE).</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void LimitDescriptors(int count) => Limit(SysResource.RLIMIT_NOFILE, (ulong)count, "setrlimit(RLIMIT_NOFILE)");

    static void Limit(int resource, ulong value, string call)
    {
        SysResource.rlimit limit;
        // SAFETY: the kernel fills in and reads one local struct.
        if (SysResource.getrlimit(resource, &limit) != 0) throw Errno.Last(call);
        // Whoever started this process may have set less already: a limit is only ever lowered.
        limit.rlim_max = Math.Min(limit.rlim_max, value);
        limit.rlim_cur = Math.Min(limit.rlim_cur, limit.rlim_max);
        if (SysResource.setrlimit(resource, &limit) != 0) throw Errno.Last(call);
    }
}
