using System.Globalization;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// The kernel's bounds for one worker: a control group with a share of the processor, a limit of memory and of threads. Every worker
/// also limits its own memory (RLIMIT_DATA); this holds for whatever runs in its place.
/// </summary>
/// <remarks>
/// Needs control groups that the node may write: version 2 with delegation (systemd's <c>Delegate=yes</c>), or version 1 as root. Where
/// there are none, workers run with their own limits only, and <c>remotechain doctor</c> says so.
/// </remarks>
internal sealed class ResourceGroup : IAsyncDisposable
{
    /// <summary>Memory of one worker: pictures, codecs and the runtime fit into a tenth of it.</summary>
    public const long MemoryBytesMax = 768L << 20;

    /// <summary>A worker decodes or encodes on one thread; more than one processor is not of use to it.</summary>
    public const int ProcessorPercentMax = 100;

    /// <summary>Threads of one worker, the sandbox's own process included.</summary>
    public const int ThreadsMax = 64;

    private const int PeriodMicros = 100_000;
    private const string NamePrefix = "remotechain-";
    private const int RemoveTriesMax = 50;
    private const string Root = "/sys/fs/cgroup";
    private const string Version2Controllers = Root + "/cgroup.controllers";
    private const string NodeGroup = "node";

    private static readonly TimeSpan s_removePause = TimeSpan.FromMilliseconds(20);

    private readonly string[] _folders;

    private ResourceGroup(string[] folders) => _folders = folders;

    /// <summary>
    /// Called once by a node that starts. Version 1: removes what killed nodes left. Version 2: moves the node itself into a group beside
    /// its workers', because a group that hands controllers on may hold no process; does nothing where that is not allowed.
    /// </summary>
    public static void Prepare()
    {
        if (!File.Exists(Version2Controllers))
        {
            foreach (string folder in FoldersFor(""))
            {
                RemoveAbandoned(folder);
            }

            return;
        }

        try
        {
            string own = Root + OwnVersion2Group();
            Directory.CreateDirectory($"{own}/{NodeGroup}");
            File.WriteAllText($"{own}/{NodeGroup}/cgroup.procs", "0");
            File.WriteAllText($"{own}/cgroup.subtree_control", "+cpu +memory +pids");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // Not delegated to us: TryCreate will find that out too.
        }
    }

    /// <summary>A group for this node's worker of that number, with the bounds set; null where the node may not make one.</summary>
    public static ResourceGroup? TryCreate(int worker, long memoryBytesMax)
    {
        string[] folders = FoldersFor($"{NamePrefix}{Environment.ProcessId}-w{worker}");
        var group = new ResourceGroup(folders);
        try
        {
            foreach (string folder in folders)
            {
                Directory.CreateDirectory(folder);
                SetBounds(folder, memoryBytesMax);
            }

            return folders.Length == 0 ? null : group;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            TryRemove(folders);
            return null;
        }
    }

    /// <summary>Puts a process, with all its threads, under the bounds. Children that it has already must be put there themselves.</summary>
    public bool TryAdd(int processId)
    {
        try
        {
            foreach (string folder in _folders)
            {
                File.WriteAllText(Path.Combine(folder, "cgroup.procs"), processId.ToString(CultureInfo.InvariantCulture));
            }

            return true;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Removes the group. Its processes have been killed; the kernel may take a moment to bury them.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int tries = 0; tries < RemoveTriesMax && !TryRemove(_folders); tries++)
        {
            await Task.Delay(s_removePause);
        }
    }

    private static bool TryRemove(IEnumerable<string> folders)
    {
        bool all = true;
        foreach (string folder in folders.Where(Directory.Exists))
        {
            try
            {
                // Only rmdir: the files in a control group are the kernel's.
                Directory.Delete(folder, recursive: false);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                all = false;
            }
        }

        return all;
    }

    /// <summary>Removes the groups of nodes that were killed before they could.</summary>
    private static void RemoveAbandoned(string folder)
    {
        foreach (string abandoned in Directory.GetDirectories(folder, $"{NamePrefix}*"))
        {
            string owner = Path.GetFileName(abandoned)[NamePrefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}"))
            {
                TryRemove([abandoned]);
            }
        }
    }

    private static string[] FoldersFor(string name)
    {
        if (File.Exists(Version2Controllers))
        {
            string own = OwnVersion2Group();
            return own.EndsWith($"/{NodeGroup}", StringComparison.Ordinal) ? [$"{Root}{own[..^NodeGroup.Length]}{name}"] : [];
        }

        return [.. new[] { "cpu", "memory", "pids" }
            .Where(controller => File.Exists($"{Root}/{controller}/cgroup.procs"))
            .Select(controller => $"{Root}/{controller}/{name}")];
    }

    private static string OwnVersion2Group() =>
        File.ReadLines("/proc/self/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..];

    private static void SetBounds(string folder, long memoryBytesMax)
    {
        Write(folder, "cpu.max", $"{PeriodMicros * ProcessorPercentMax / 100} {PeriodMicros}");
        Write(folder, "cpu.cfs_period_us", $"{PeriodMicros}");
        Write(folder, "cpu.cfs_quota_us", $"{PeriodMicros * ProcessorPercentMax / 100}");
        Write(folder, "memory.max", $"{memoryBytesMax}");
        Write(folder, "memory.limit_in_bytes", $"{memoryBytesMax}");
        Write(folder, "pids.max", $"{ThreadsMax}");
    }

    /// <summary>Each version and controller has its own files; what is not there does not apply.</summary>
    private static void Write(string folder, string file, string value)
    {
        string path = Path.Combine(folder, file);
        if (File.Exists(path))
        {
            File.WriteAllText(path, value);
        }
    }
}
