using System.Globalization;
using System.Net.NetworkInformation;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Cuts;

/// <summary>What a node holds of the machine, so that two counts with as many sessions must be equal.</summary>
/// <param name="Processes">Processes below the node.</param>
/// <param name="Namespaces">Network namespaces that they are in or hold, besides the machine's.</param>
/// <param name="Devices">Tunnel devices in the machine's own network.</param>
/// <param name="SecretFiles">Files below the node's data directory and what it keeps in memory files.</param>
/// <param name="Descriptors">Open descriptors of the node.</param>
public sealed record Leftovers(int Processes, int Namespaces, int Devices, int SecretFiles, int Descriptors)
{
    /// <summary>Counts now.</summary>
    public static Leftovers Of(NodeProcess node)
    {
        var below = ProcessTree.Descendants(node.ProcessId);
        int[] all = [node.ProcessId, .. below];
        string own = Link($"/proc/{Environment.ProcessId}/ns/net") ?? "";
        return new(
            below.Count,
            // Workers have a network of nothing each: what counts is what tunnels hold.
            all.Where(IsOfTunnels).SelectMany(process => Links(process).Append(Link($"/proc/{process}/ns/net")))
                .Where(link => link?.StartsWith("net:[", StringComparison.Ordinal) == true && link != own).Distinct().Count(),
            NetworkInterface.GetAllNetworkInterfaces().Count(device => device.Name.StartsWith("rct", StringComparison.Ordinal)),
            Directory.GetFiles(node.DataDirectory, "*", SearchOption.AllDirectories).Count(file => !file.EndsWith("-wal", StringComparison.Ordinal)
                && !file.EndsWith("-shm", StringComparison.Ordinal))
                + all.SelectMany(Links).Count(link => link?.StartsWith("/memfd:input", StringComparison.Ordinal) == true),
            ProcessTree.Descriptors(node.ProcessId));
    }

    /// <summary>Waits until nothing is held that was not held <paramref name="before"/>, at most the time given, and counts.</summary>
    public static async Task<Leftovers> SettledAsync(NodeProcess node, Leftovers before, TimeSpan patience)
    {
        var now = Of(node);
        for (var waited = TimeSpan.Zero; now.Exceeds(before) && waited < patience; waited += TimeSpan.FromMilliseconds(500))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            now = Of(node);
        }

        return now;
    }

    /// <summary>Whether anything is more than before.</summary>
    public bool Exceeds(Leftovers before) => Processes > before.Processes || Namespaces > before.Namespaces || Devices > before.Devices
        || SecretFiles > before.SecretFiles || Descriptors > before.Descriptors;

    private static bool IsOfTunnels(int process)
    {
        try
        {
            string name = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/comm")).TrimEnd();
            return !name.StartsWith("RemoteChain.Wor", StringComparison.Ordinal) && name != "bwrap";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static IEnumerable<string?> Links(int process)
    {
        try
        {
            return [.. Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")).Select(Link)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
