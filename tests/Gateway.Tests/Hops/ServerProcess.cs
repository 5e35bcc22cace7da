using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Tests.Hops;

/// <summary>A real server of the distribution on a port of its own on loopback, with a folder of its own; both are gone afterwards.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int StartMillisMax = 10_000;

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private bool _disposed;

    private ServerProcess(Process process, DirectoryInfo folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts and waits until it accepts connections.</summary>
    /// <param name="prepare">Gets the folder and the port, writes what the server needs, and says the command.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    public static ServerProcess Start(Func<string, int, string[]> prepare, int port = 0)
    {
        var folder = Directory.CreateTempSubdirectory("rc-hop-");
        port = port == 0 ? FreePort() : port;
        string[] command = prepare(folder.FullName, port);
        // Not to the console of the tests; a shell that becomes the server can say so without pipes that somebody must read.
        string line = string.Join(' ', command.Select(word => $"'{word}'"));
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {line} >'{folder.FullName}/log' 2>&1 </dev/null"]))!;
        var server = new ServerProcess(process, folder, port);
        var clock = Stopwatch.StartNew();
        while (!Accepts(port))
        {
            if (process.HasExited || clock.ElapsedMilliseconds > StartMillisMax)
            {
                string log = File.ReadAllText(Path.Combine(folder.FullName, "log"));
                server.Dispose();
                throw new InvalidOperationException($"{command[0]} did not start: {log}");
            }

            Thread.Sleep(10);
        }

        return server;
    }

    /// <summary>A SOCKS5 proxy for anybody, or for one user.</summary>
    public static ServerProcess Microsocks(string? user = null, string password = "") => Start((_, port) =>
        ["microsocks", "-i", "127.0.0.1", "-p", $"{port}", .. user is null ? Array.Empty<string>() : ["-u", user, "-P", password]]);

    /// <summary>A SOCKS5 proxy that lets nobody connect to one port.</summary>
    public static ServerProcess Dante(int forbiddenPort) => Start((folder, port) =>
    {
        string file = Path.Combine(folder, "conf");
        File.WriteAllText(file, $$"""
            logoutput: stderr
            internal: 127.0.0.1 port = {{port}}
            external: 127.0.0.1
            clientmethod: none
            socksmethod: none
            client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
            socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 port = {{forbiddenPort}} }
            socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }

            """);
        return ["danted", "-f", file, "-p", Path.Combine(folder, "pid")];
    });

    /// <summary>An HTTP proxy for one user, or for anybody; connects to one port only when that is said.</summary>
    public static ServerProcess Tinyproxy(string? user = null, string password = "", int? onlyPort = null) => Start((folder, port) =>
    {
        string file = Path.Combine(folder, "conf");
        File.WriteAllText(file, $"""
            Port {port}
            Listen 127.0.0.1
            Timeout 60
            MaxClients 20
            {(user is null ? "" : $"BasicAuth {user} {password}")}
            {(onlyPort is null ? "" : $"ConnectPort {onlyPort}")}

            """);
        return ["tinyproxy", "-d", "-c", file];
    });

    /// <summary>A port that nobody has at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static bool Accepts(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
