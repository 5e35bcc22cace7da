using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FreeRdp.Net.Tests.Hosts;

/// <summary>One program of a test host. Killed, by its id and with its children, when disposed.</summary>
internal sealed partial class HostProcess : IDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(2);
    private const int DisplaysEnd = 200;
    private static int s_lastDisplay = 30;

    private readonly Process _process;
    private readonly bool _isScreen;
    private readonly List<string> _output = [];

    public HostProcess(string file, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _isScreen = Path.GetFileName(file) is "Xvfb" or "Xorg";
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    /// <summary>Why a program cannot be run here, or null.</summary>
    public static string? WhyMissing(params string[] programs)
    {
        foreach (var program in programs)
        {
            var found = Path.IsPathRooted(program) ? File.Exists(program)
                : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, program)));
            if (!found)
                return $"{program} is not installed";
        }

        return null;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts an X server on a display that is free, and on another one when somebody else was faster.</summary>
    public static (int Display, HostProcess Server) StartScreen(Func<int, HostProcess> start, Func<int, bool> isUp)
    {
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var display = FreeDisplay();
            var server = start(display);
            try
            {
                WaitFor("the X server is up", () => isUp(display), server);
                return (display, server);
            }
            catch (InvalidOperationException) when (attempt < attempts)
            {
                server.Dispose();
            }
        }
    }

    private static int FreeDisplay()
    {
        // An X server also listens on a socket without a file, which belongs to the network namespace and is seen across containers.
        var sockets = File.ReadAllText("/proc/net/unix");
        // Never the same one twice: tests of one process start their screens at the same time.
        for (var display = Interlocked.Increment(ref s_lastDisplay); display < DisplaysEnd; display = Interlocked.Increment(ref s_lastDisplay))
        {
            if (!File.Exists($"/tmp/.X{display}-lock") && !File.Exists($"/tmp/.X11-unix/X{display}")
                && !sockets.Contains($"@/tmp/.X11-unix/X{display}\n"))
                return display;
        }

        throw new InvalidOperationException("No X display is free.");
    }

    /// <summary>Waits for something that another process does and that sends no event here.</summary>
    public static void WaitFor(string what, Func<bool> ready, HostProcess? alive = null)
    {
        var started = Stopwatch.StartNew();
        while (!ready())
        {
            if (alive is { HasExited: true })
                throw new InvalidOperationException($"{what}: the program ended.\n{alive.Output}");
            if (started.Elapsed > TimeSpan.FromSeconds(15))
                throw new TimeoutException($"{what}\n{alive?.Output}");
            Thread.Sleep(10);
        }
    }

    public static bool Listens(int port)
    {
        try
        {
            // Asking the kernel's table, because a test connection would count as a client.
            return File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
                .Any(line => line.Contains($":{port:X4} ", StringComparison.Ordinal) && line.Contains(" 0A ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        try
        {
            // Asked first, because a killed screen leaves its lock and its socket behind, and the number would stay taken.
            if (_isScreen && !_process.HasExited && kill(_process.Id, SigTerm) == 0)
                _process.WaitForExit(s_goodbye);
            Kill();
        }
        catch (Win32Exception)
        {
        }

        _process.Dispose();
    }

    [System.Runtime.InteropServices.LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    private void Keep(string? line)
    {
        const int linesMax = 200;
        if (line is null)
            return;
        lock (_output)
        {
            _output.Add(line);
            if (_output.Count > linesMax)
                _output.RemoveAt(0);
        }
    }
}
