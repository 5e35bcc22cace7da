namespace RemoteChain.Surface;

/// <summary>What a worker forbids itself before it reads the first foreign byte.</summary>
public static class ProcessLimits
{
    /// <summary>No core dumps (they would hold pictures and passwords), no debugger, no new privileges.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void ForbidDumpsAndPrivileges() => throw new NotImplementedException();

    /// <summary>Largest private writable memory (RLIMIT_DATA); shared memory files do not count.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void LimitData(long bytes) => throw new NotImplementedException();

    /// <summary>Highest number of open descriptors (RLIMIT_NOFILE).</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void LimitDescriptors(int count) => throw new NotImplementedException();
}
