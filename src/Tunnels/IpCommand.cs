using System.Text;

namespace RemoteChain.Tunnels;

/// <summary>Devices, addresses and routes, by <c>ip -batch</c> of iproute2 inside one namespace.</summary>
static class IpCommand
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Where a batch finds the namespace that it was lent, to move a device there.</summary>
    internal static readonly string LentNamespace = $"/proc/self/fd/{TunnelProgram.LentDescriptor}";

    /// <summary>Runs commands; the first that fails ends the batch.</summary>
    /// <param name="place">Where.</param>
    /// <param name="commands">Without the word <c>ip</c>.</param>
    /// <param name="other">A namespace that a command names by <see cref="LentNamespace"/>.</param>
    /// <returns>What went wrong, or null.</returns>
    internal static string? Run(NetworkNamespace place, IEnumerable<string> commands, NetworkNamespace? other = null)
    {
        using var input = MemoryFile.Of(Encoding.UTF8.GetBytes(string.Join('\n', commands) + "\n"));
        using var ip = TunnelProgram.Start(place, ["ip", "-batch", "-"], input, other?.Descriptor);
        return ip.WaitForSuccess(s_patience) ? null : ip.Said is { Length: > 0 } said ? said : "ip did not end in time";
    }
}
