using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RemoteChain.Gateway.Hops.Tunnels;
using RemoteChain.Harness;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.Tests;

/// <summary>The real process as a node starts it, and what of it can be seen from outside.</summary>
sealed class Keeper : IAsyncDisposable
{
    readonly string _directory;
    readonly HashSet<string> _devicesBefore;

    Keeper(string directory, Process process, ControlSocket control, HashSet<string> devicesBefore)
    {
        (_directory, Process, Link, _devicesBefore) = (directory, process, new TunnelsLink(control), devicesBefore);
        Machine = NamespaceOf(Environment.ProcessId);
    }

    internal static string Program => Path.Combine(Path.GetDirectoryName(Repository.Node)!, "tunnels", "RemoteChain.Tunnels");

    internal Process Process { get; }

    internal TunnelsLink Link { get; }

    internal string Machine { get; }

    internal static async Task<Keeper> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("rctest").FullName;
        var devices = Devices();
        using var listener = new ControlListener(Path.Combine(directory, "t"));
        var process = Process.Start(Program, ["--control", listener.Path]);
        var control = await listener.AcceptAsync(Wait.Soon);
        var (_, first) = await control.ReceiveAsync(Wait.Soon);
        Assert.Equal(new TunnelsReady(TunnelsReady.VersionNow), first);
        return new(directory, process, control, devices);
    }

    /// <summary>Opens a tunnel that must open.</summary>
    internal async Task<OpenTunnel> OpenAsync(Func<int, ControlMessage> order)
    {
        var (tunnel, failure) = await Link.OpenAsync(order, Wait.Soon);
        Assert.True(failure is null, failure?.ToString());
        return tunnel!;
    }

    /// <summary>What the host at an address inside says.</summary>
    internal static async Task<string> AskAsync(OpenTunnel tunnel, string address, int port)
    {
        using var socket = await tunnel.Link.MakeSocketAsync(tunnel, AddressFamily.InterNetwork, TunnelSocketKind.Tcp, Wait.Soon);
        await socket.ConnectAsync(IPAddress.Parse(address), port, Wait.Soon);
        var said = new byte[100];
        return Encoding.UTF8.GetString(said, 0, await socket.ReceiveAsync(said, SocketFlags.None, Wait.Soon));
    }

    /// <summary>Programs that it runs.</summary>
    internal List<int> Children() => [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!)).Where(process => ParentOf(process) == Process.Id)];

    /// <summary>Namespaces that its threads are in.</summary>
    internal List<string> ThreadNamespaces() =>
        [.. Directory.EnumerateDirectories($"/proc/{Process.Id}/task").Select(task => new FileInfo($"{task}/ns/net").LinkTarget ?? "").Distinct()];

    /// <summary>Namespaces and other open files of it.</summary>
    internal int OpenFiles() => Directory.EnumerateFileSystemEntries($"/proc/{Process.Id}/fd").Count();

    /// <summary>Tunnel devices of this process that are in the machine's own place.</summary>
    internal List<string> DevicesLeft() => [.. Devices().Except(_devicesBefore).Where(name => name.StartsWith($"rct{Process.Id:x}-", StringComparison.Ordinal))];

    internal static string NamespaceOf(int process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget ?? "";

    /// <summary>Whether nobody is in any of these processes any more.</summary>
    internal static bool AreGone(IEnumerable<int> processes) => !processes.Any(process => Directory.Exists($"/proc/{process}"));

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        if (!Process.WaitForExit(5000)) Process.Kill();
        Process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    static HashSet<string> Devices() => [.. Directory.EnumerateDirectories("/sys/class/net").Select(path => Path.GetFileName(path))];

    static int ParentOf(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 4)..].Split(' ')[0]);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
