using System.Diagnostics;

namespace FreeRdp.Net.Tests.Hosts;

/// <summary>xrdp in front of an Xorg with xorgxrdp, joined directly: no session manager, no accounts, nothing outside one folder.</summary>
public sealed class XrdpHost : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xrdp-host-").FullName;
    private readonly HostProcess _x;
    private readonly HostProcess _xterm;
    private readonly HostProcess _server;

    public XrdpHost()
    {
        Port = HostProcess.FreePort();
        (Display, _x) = HostProcess.StartScreen(
            display => new HostProcess("/usr/lib/xorg/Xorg",
                [$":{display}", "-config", "xrdp/xorg.conf", "-noreset", "-nolisten", "tcp", "-logfile", Path.Combine(_folder, "xorg.log")],
                ("XRDP_SOCKET_PATH", _folder)),
            display => File.Exists(Path.Combine(_folder, $"xrdp_display_{display}")));
        _xterm = new HostProcess("xterm", ["-geometry", "80x24+20+20", "-e", "sh", "-c", "exec cat"], ("DISPLAY", $":{Display}"));
        using (var openssl = Process.Start(new ProcessStartInfo("openssl",
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=xrdp-host",
                "-keyout", Path.Combine(_folder, "key.pem"), "-out", Path.Combine(_folder, "cert.pem")]) { RedirectStandardError = true })!)
        {
            openssl.StandardError.ReadToEnd();
            openssl.WaitForExit();
        }

        File.WriteAllText(Path.Combine(_folder, "xrdp.ini"), Configuration());
        _server = new HostProcess("xrdp", ["--config", Path.Combine(_folder, "xrdp.ini"), "--nodaemon"]);
        HostProcess.WaitFor("xrdp listens", () => HostProcess.Listens(Port), _server);
    }

    /// <summary>Why this host cannot run here, or null.</summary>
    public static string? WhyMissing =>
        HostProcess.WhyMissing("xrdp", "xterm", "openssl", "/usr/lib/xorg/Xorg", "/usr/lib/xorg/modules/libxorgxrdp.so");

    public int Port { get; }

    public int Display { get; }

    public void KillServer() => _server.Kill();

    public void Dispose()
    {
        _server.Dispose();
        _xterm.Dispose();
        _x.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Configuration() => $"""
        [Globals]
        ini_version=1
        fork=true
        port=tcp://127.0.0.1:{Port}
        tcp_nodelay=true
        security_layer=negotiate
        crypt_level=high
        allow_channels=true
        certificate={_folder}/cert.pem
        key_file={_folder}/key.pem
        ssl_protocols=TLSv1.2, TLSv1.3
        bitmap_cache=true
        bitmap_compression=true
        bulk_compression=true
        max_bpp=32
        new_cursors=true
        use_fastpath=both
        [Logging]
        LogFile={_folder}/xrdp.log
        LogLevel=INFO
        EnableSyslog=false
        [Channels]
        drdynvc=true
        [X]
        name=X
        lib=libxup.so
        username=any
        password=any
        ip=127.0.0.1
        port={_folder}/xrdp_display_{Display}
        code=20

        """;
}
