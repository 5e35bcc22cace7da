using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RemoteChain.Tunnels;

/// <summary>
/// Names of tunnel devices: they say which process made them, because a device of the kernel that was not yet moved outlives it.
/// </summary>
static class DeviceName
{
    const string Prefix = "rct";
    const int SerialMax = 0xFFFF;

    static int s_serial;

    /// <summary>A name that no other device has: at most 15 characters, of which the number of a process takes up to 6.</summary>
    internal static string Next()
    {
        s_serial = s_serial % SerialMax + 1;
        return $"{Prefix}{Environment.ProcessId:x}-{s_serial:x}";
    }

    /// <summary>Removes devices of processes that are gone from the place where this one runs.</summary>
    internal static void RemoveOrphans()
    {
        foreach (var path in Directory.EnumerateDirectories("/sys/class/net"))
        {
            var name = Path.GetFileName(path);
            if (TryParse(name, out var process) && !Directory.Exists($"/proc/{process}")) IpCommand.Run(NetworkNamespace.Machine, [$"link del {name}"]);
        }
    }

    internal static bool TryParse(string name, [NotNullWhen(true)] out int? process)
    {
        process = null;
        var dash = name.IndexOf('-');
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || dash < 0) return false;
        if (int.TryParse(name.AsSpan(Prefix.Length, dash - Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            process = number;
        return process is not null;
    }
}
