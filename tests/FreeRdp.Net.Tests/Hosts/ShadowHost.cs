using FreeRdp.Net.Tests.Peer;

namespace FreeRdp.Net.Tests.Hosts;

/// <summary>FreeRDP's shadow server over an Xvfb with an xterm: TLS and NLA, graphics pipeline and legacy updates.</summary>
public sealed class ShadowHost : IDisposable
{
    public const string User = "tester";
    public const string Password = "Geheim-1";

    private readonly string _folder = Directory.CreateTempSubdirectory("shadow-host-").FullName;
    private readonly HostProcess _x;
    private readonly HostProcess _xterm;
    private readonly HostProcess _server;
    private readonly HostProcess _nlaServer;

    public ShadowHost()
    {
        Port = HostProcess.FreePort();
        NlaPort = HostProcess.FreePort();
        (Display, _x) = HostProcess.StartScreen(
            display => new HostProcess("Xvfb", [$":{display}", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]),
            display => File.Exists($"/tmp/.X11-unix/X{display}"));
        _xterm = new HostProcess("xterm", ["-geometry", "80x24+20+20", "-e", "sh", "-c", "exec cat"], ("DISPLAY", $":{Display}"));
        File.WriteAllText(Path.Combine(_folder, "SAM"), $"{User}:::{HexNtHash()}:::\n");
        // Without authentication the server takes TLS clients that name any user; with it, it wants NLA.
        _server = Start(Port, "-auth");
        _nlaServer = Start(NlaPort, "/sec:nla");
    }

    /// <summary>Why this host cannot run here, or null.</summary>
    public static string? WhyMissing => HostProcess.WhyMissing("freerdp-shadow-cli3", "Xvfb", "xterm");

    public int Port { get; }

    public int Display { get; }

    /// <summary>Where only NLA is spoken.</summary>
    public int NlaPort { get; }

    public string Output => _server.Output + _nlaServer.Output;

    public void KillServer() => _server.Kill();

    public void Dispose()
    {
        _nlaServer.Dispose();
        _server.Dispose();
        _xterm.Dispose();
        _x.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private HostProcess Start(int port, string security)
    {
        // The server keeps its certificate under HOME.
        var server = new HostProcess("freerdp-shadow-cli3",
            [$"/port:{port}", "/bind-address:127.0.0.1", "/sam-file:" + Path.Combine(_folder, "SAM"), security, "/log-level:WARN"],
            ("DISPLAY", $":{Display}"), ("HOME", _folder), ("XDG_CONFIG_HOME", _folder));
        HostProcess.WaitFor("the shadow server listens", () => HostProcess.Listens(port), server);
        return server;
    }

    private static string HexNtHash()
    {
        Span<byte> hash = stackalloc byte[16];
        NtHash.Compute(Password, hash);
        return Convert.ToHexStringLower(hash);
    }
}
