using System.Buffers.Binary;
using System.Diagnostics;

namespace RemoteChain.Harness;

/// <summary>A virtual X display of its own, for real clients; ends with this object.</summary>
public sealed class XDisplay : IDisposable
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(2);
    private readonly Process _server;

    private XDisplay(Process server, string name)
    {
        _server = server;
        Name = name;
    }

    /// <summary>What <c>DISPLAY</c> says.</summary>
    public string Name { get; }

    /// <summary>Starts an X server on a free display number, which it chooses itself.</summary>
    public static async Task<XDisplay> StartAsync(int width = 1280, int height = 900)
    {
        var start = new ProcessStartInfo("Xvfb", ["-displayfd", "1", "-screen", "0", $"{width}x{height}x24", "-nolisten", "tcp", "-noreset"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var server = Process.Start(start)!;
        server.ErrorDataReceived += static (_, _) => { };
        server.BeginErrorReadLine();
        string? number = await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(15));
        return number is null ? throw new InvalidOperationException("Xvfb did not start") : new XDisplay(server, $":{number.Trim()}");
    }

    /// <summary>Types or moves with xdotool.</summary>
    public Task InputAsync(params string[] arguments) => Shell.RunAsync("env", [$"DISPLAY={Name}", "xdotool", .. arguments]);

    /// <summary>The whole screen, as PNG file, for people.</summary>
    public Task ScreenshotAsync(string path) => Shell.RunAsync("env", [$"DISPLAY={Name}", "import", "-window", "root", path]);

    /// <summary>The whole screen's pixels.</summary>
    public async Task<Picture> CaptureAsync()
    {
        string path = Path.GetTempFileName();
        try
        {
            await Shell.RunAsync("env", [$"DISPLAY={Name}", "xwd", "-root", "-silent", "-out", path]);
            return ReadDump(await File.ReadAllBytesAsync(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Asked first, because a killed server leaves its lock and its socket in /tmp.
        using (var ask = Process.Start("sh", ["-c", $"kill {_server.Id}"])) ask.WaitForExit();
        if (!_server.WaitForExit(s_goodbye)) _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
    }

    /// <summary>XWDFile.h, version 7: 25 big-endian words, a name, colours of 12 bytes, then rows. A server gives 32 bits for a pixel, or only the
    /// 24 that its depth has: BGRX or BGR.</summary>
    private static Picture ReadDump(ReadOnlySpan<byte> dump)
    {
        int headerBytes = Word(dump, 0), width = Word(dump, 4), height = Word(dump, 5), pixelBytes = Word(dump, 11) / 8, rowBytes = Word(dump, 12), colours = Word(dump, 19);
        var rows = dump[(headerBytes + colours * 12)..];
        if (pixelBytes is not (3 or 4))
        {
            throw new InvalidOperationException($"a dump with {pixelBytes} bytes for a pixel is not one that we read");
        }

        var pixels = new int[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                var pixel = rows[(y * rowBytes + x * pixelBytes)..];
                pixels[y * width + x] = pixel[0] | pixel[1] << 8 | pixel[2] << 16;
            }
        }

        return new Picture(width, height, pixels);
    }

    private static int Word(ReadOnlySpan<byte> dump, int index) => BinaryPrimitives.ReadInt32BigEndian(dump[(index * 4)..]);
}
