using System.Text;

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
        Display = HostProcess.FreeDisplay();
        Port = HostProcess.FreePort();
        NlaPort = HostProcess.FreePort();
        _x = new HostProcess("Xvfb", [$":{Display}", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        HostProcess.WaitFor("Xvfb is up", () => File.Exists($"/tmp/.X11-unix/X{Display}"), _x);
        _xterm = new HostProcess("xterm", ["-geometry", "80x24+20+20", "-e", "sh", "-c", "exec cat"], ("DISPLAY", $":{Display}"));
        File.WriteAllText(Path.Combine(_folder, "SAM"), $"{User}:::{NtHash(Password)}:::\n");
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

    /// <summary>MD4 over UTF-16: what a SAM file holds. Written out because OpenSSL 3 keeps MD4 in its legacy provider.</summary>
    private static string NtHash(string password)
    {
        var message = Encoding.Unicode.GetBytes(password);
        var padded = new byte[(message.Length + 8 + 64) / 64 * 64];
        message.CopyTo(padded, 0);
        padded[message.Length] = 0x80;
        BitConverter.TryWriteBytes(padded.AsSpan(padded.Length - 8), message.LongLength * 8);
        uint a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
        Span<uint> x = stackalloc uint[16];
        ReadOnlySpan<int> order = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
        ReadOnlySpan<int> order3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        for (var block = 0; block < padded.Length; block += 64)
        {
            for (var i = 0; i < 16; i++)
                x[i] = BitConverter.ToUInt32(padded, block + (i * 4));
            var (aa, bb, cc, dd) = (a, b, c, d);
            for (var i = 0; i < 48; i++)
            {
                var (f, k, s) = (i / 16) switch
                {
                    0 => ((b & c) | (~b & d), x[i], (i % 4) switch { 0 => 3, 1 => 7, 2 => 11, _ => 19 }),
                    1 => (((b & c) | (b & d) | (c & d)) + 0x5a827999, x[order[i - 16]], (i % 4) switch { 0 => 3, 1 => 5, 2 => 9, _ => 13 }),
                    _ => ((b ^ c ^ d) + 0x6ed9eba1, x[order3[i - 32]], (i % 4) switch { 0 => 3, 1 => 9, 2 => 11, _ => 15 }),
                };
                (a, d, c, b) = (d, c, b, uint.RotateLeft(a + f + k, s));
            }

            (a, b, c, d) = (a + aa, b + bb, c + cc, d + dd);
        }

        return string.Concat(new[] { a, b, c, d }.SelectMany(BitConverter.GetBytes).Select(v => v.ToString("x2", null)));
    }
}
