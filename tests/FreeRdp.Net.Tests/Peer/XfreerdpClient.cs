using System.Buffers.Binary;
using System.Diagnostics;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>A real xfreerdp3 on a virtual screen of its own.</summary>
internal sealed partial class XfreerdpClient : IDisposable
{
    public const string DefaultUser = "alice", DefaultPassword = "front-test";

    private readonly Process _screen;
    private readonly Process _client;
    private readonly string _display;
    private readonly List<string> _output = [];

    public XfreerdpClient(int port, string arguments, int width = 800, int height = 600, string user = DefaultUser, string password = DefaultPassword)
    {
        // Larger than the window, which grows when the desktop does.
        (_screen, _display) = StartScreen(width + 200, height + 200);
        _client = Start("xfreerdp3", $"/v:127.0.0.1:{port} /u:{user} /p:{password} /cert:ignore "
            + $"/size:{width}x{height} -decorations /log-level:WARN {arguments}");
    }

    /// <summary>Why it cannot run here, or null.</summary>
    public static string? WhyUnavailable()
    {
        foreach (var tool in (string[])["Xvfb", "xfreerdp3", "xwd", "xdotool"])
        {
            if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, tool))))
                return $"{tool} is not installed.";
        }

        return FreeRdpLibrary.WhyUnavailable();
    }

    public bool HasExited => _client.HasExited;

    public int ExitCode => _client.ExitCode;

    public string Output
    {
        get
        {
            lock (_output) return string.Join('\n', _output);
        }
    }

    public bool WaitForExit(TimeSpan timeout) => _client.WaitForExit(timeout);

    public void Kill() => _client.Kill();

    public void Xdotool(string arguments)
    {
        using var tool = Start("xdotool", arguments);
        tool.WaitForExit();
    }

    /// <summary>The pixels of the client's window, BGRX, row after row; none while there is no window.</summary>
    public uint[] Screenshot(out int width, out int height)
    {
        (width, height) = (0, 0);
        var window = Capture("xdotool", "search --onlyvisible --class xfreerdp");
        if (window.Length == 0) return [];
        var dump = Capture("xwd", $"-id {System.Text.Encoding.ASCII.GetString(window).Trim().Split('\n')[0]} -silent");
        if (dump.Length == 0) return [];
        int Field(int index) => BinaryPrimitives.ReadInt32BigEndian(dump.AsSpan(index * 4));
        // XWDFile.h: header size, ..., width 4, height 5, bytes per line 12, number of colours 19.
        (width, height) = (Field(4), Field(5));
        var stride = Field(12);
        var at = Field(0) + (Field(19) * 12);
        var pixels = new uint[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                pixels[(y * width) + x] = BinaryPrimitives.ReadUInt32LittleEndian(dump.AsSpan(at + (y * stride) + (x * 4))) & 0xFFFFFF;
        }

        return pixels;
    }

    private byte[] Capture(string file, string arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DISPLAY"] = _display;
        using var tool = Process.Start(start)!;
        using var bytes = new MemoryStream();
        tool.StandardOutput.BaseStream.CopyTo(bytes);
        tool.WaitForExit();
        return bytes.ToArray();
    }

    public void Dispose()
    {
        foreach (var process in (Process[])[_client, _screen])
        {
            // Asked, not killed: a killed screen leaves its lock file behind, and the number would stay taken.
            if (!process.HasExited) _ = kill(process.Id, 15);
            if (!process.WaitForExit(5000)) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    [System.Runtime.InteropServices.LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    private static (Process, string) StartScreen(int width, int height)
    {
        // The server chooses a free number itself and writes it down once it listens.
        var screen = Process.Start(new ProcessStartInfo("Xvfb", $"-displayfd 1 -screen 0 {width}x{height}x24 -nolisten tcp -noreset")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        screen.ErrorDataReceived += static (_, _) => { };
        screen.BeginErrorReadLine();
        var number = screen.StandardOutput.ReadLine() ?? throw new InvalidOperationException("No virtual screen could be started.");
        return (screen, $":{number.Trim()}");
    }

    private Process Start(string file, string arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DISPLAY"] = _display;
        var process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_output) _output.Add(line.Data);
    }
}

/// <summary>Skips where no virtual screen with a real client can be had.</summary>
public sealed class XfreerdpTheoryAttribute : TheoryAttribute
{
    public XfreerdpTheoryAttribute() => Skip = XfreerdpClient.WhyUnavailable();
}

/// <inheritdoc cref="XfreerdpTheoryAttribute"/>
public sealed class XfreerdpFactAttribute : FactAttribute
{
    public XfreerdpFactAttribute() => Skip = XfreerdpClient.WhyUnavailable();
}
