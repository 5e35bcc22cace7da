using System.Globalization;

namespace RemoteChain.Harness;

/// <summary>What the kernel knows of processes: who belongs to whom, and what they cost.</summary>
public static class ProcessTree
{
    private const double TicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat on every Linux that .NET runs on

    /// <summary>All descendants of a process, or those whose name (15 characters) is <paramref name="name"/>.</summary>
    public static IReadOnlyList<int> Descendants(int root, string? name = null)
    {
        var processes = Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Where(entry => int.TryParse(entry, out _)).Select(entry => TryReadStat(int.Parse(entry!, CultureInfo.InvariantCulture)))
            .OfType<Stat>().ToList();
        var children = processes.ToLookup(p => p.Parent);
        var found = new List<Stat>();
        var waiting = new Queue<Stat>(children[root]);
        while (waiting.TryDequeue(out var next))
        {
            found.Add(next);
            foreach (var child in children[next.Id])
            {
                waiting.Enqueue(child);
            }
        }

        return [.. found.Where(p => name is null || p.Name == name).Select(p => p.Id)];
    }

    /// <summary>Proportional set size in bytes: shared pages count by the share of each process that has them. 0 when it has gone.</summary>
    public static long PssBytes(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/smaps_rollup").Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
                .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024).FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Processor time used so far, user and system. Zero when it has gone.</summary>
    public static TimeSpan ProcessorTime(int process) => TryReadStat(process)?.ProcessorTime ?? TimeSpan.Zero;

    /// <summary>The parent process. 0 when it has gone.</summary>
    public static int Parent(int process) => TryReadStat(process)?.Parent ?? 0;

    /// <summary>Threads now. 0 when it has gone.</summary>
    public static int Threads(int process) => TryReadStat(process)?.Threads ?? 0;

    /// <summary>Open descriptors now, without the assemblies that a runtime opens when they are first needed. 0 when it has gone.</summary>
    public static int Descriptors(int process)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{process}/fd")
                .Count(descriptor => new FileInfo(descriptor).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static Stat? TryReadStat(int process)
    {
        try
        {
            string line = File.ReadAllText($"/proc/{process}/stat");
            int open = line.IndexOf('('), close = line.LastIndexOf(')');
            string[] rest = line[(close + 2)..].Split(' ');
            long ticks = long.Parse(rest[11], CultureInfo.InvariantCulture) + long.Parse(rest[12], CultureInfo.InvariantCulture);
            return new Stat(
                process, line[(open + 1)..close], int.Parse(rest[1], CultureInfo.InvariantCulture),
                TimeSpan.FromSeconds(ticks / TicksPerSecond), int.Parse(rest[17], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record Stat(int Id, string Name, int Parent, TimeSpan ProcessorTime, int Threads);
}
