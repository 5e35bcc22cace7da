using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FreeRdp;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Harness;

/// <summary>
/// A client for measuring and checking: connects with FreeRdp.Net and is pumped by the calling thread, which therefore knows exactly
/// what it waited for. One thread owns a viewer.
/// </summary>
public sealed class Viewer : IDisposable
{
    private const ushort KeyDown = 0x4000, KeyUp = 0x8000;

    private readonly RdpClient _client;
    private readonly RdpWaiter _waiter = new();

    private Viewer(RdpClient client)
    {
        _client = client;
        _client.Painted = OnPainted;
    }

    /// <summary>How many times something was painted.</summary>
    public long Paints { get; private set; }

    /// <summary>When the last paint was decoded, on the monotonic clock.</summary>
    public long PaintedNanos { get; private set; }

    /// <summary>Told of every paint, after it was counted.</summary>
    public RdpPaintHandler? Watching { get; set; }

    /// <summary>Why the connection ended; null while it lives.</summary>
    public RdpFailure? Ended { get; private set; }

    /// <summary>Size of the desktop.</summary>
    public (int Width, int Height) Size => (_client.Width, _client.Height);

    /// <summary>Security in use.</summary>
    public string Protocol => _client.Protocol;

    /// <summary>Connects; the result is a viewer or why there is none.</summary>
    public static (Viewer? Viewer, RdpFailure? Failure) Connect(string address, int port, Func<RdpClientOptions, RdpClientOptions> options)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(new IPEndPoint(IPAddress.Parse(address), port));
        return Connect(socket, address, options);
    }

    /// <summary>Connects over a socket that already reaches the server.</summary>
    public static (Viewer? Viewer, RdpFailure? Failure) Connect(Socket socket, string address, Func<RdpClientOptions, RdpClientOptions> options)
    {
        int descriptor = SocketHandOver.Take(socket).Detach();

        var client = new RdpClient(options(new RdpClientOptions { Socket = descriptor, ServerName = address, Width = 1024, Height = 768 }));
        var viewer = new Viewer(client);
        if (client.Connect(CancellationToken.None) is { } failure)
        {
            viewer.Dispose();
            return (null, failure);
        }

        return (viewer, null);
    }

    /// <summary>Serves all viewers until <paramref name="done"/> or the time is over; returns whether it was done.</summary>
    public static bool Pump(IReadOnlyList<Viewer> viewers, TimeSpan timeout, Func<bool> done)
    {
        long end = Stopwatch.GetTimestamp() + (long)timeout.TotalNanoseconds;
        var waiter = viewers[0]._waiter;
        while (!done())
        {
            long left = end - Stopwatch.GetTimestamp();
            if (left <= 0 || viewers.All(v => v.Ended is not null))
            {
                return done();
            }

            waiter.Clear();
            foreach (var viewer in viewers)
            {
                if (viewer.Ended is null)
                {
                    viewer._client.Watch(waiter);
                }
            }

            waiter.Wait((int)Math.Clamp(left / 1_000_000 + 1, 1, 1000));
            foreach (var viewer in viewers)
            {
                viewer.Ended ??= viewer._client.Process();
            }
        }

        return true;
    }

    /// <summary>Serves this viewer until <paramref name="done"/> or the time is over.</summary>
    public bool Pump(TimeSpan timeout, Func<bool> done) => Pump([this], timeout, done);

    /// <summary>Serves this viewer until nothing was painted for <paramref name="quiet"/>.</summary>
    public void Settle(TimeSpan quiet, TimeSpan timeout)
    {
        long end = Stopwatch.GetTimestamp() + (long)timeout.TotalNanoseconds;
        for (long before = -1; before != Paints && Stopwatch.GetTimestamp() < end;)
        {
            before = Paints;
            Pump(quiet, () => Paints != before);
        }
    }

    /// <summary>Presses and releases a key (set 1 scancode).</summary>
    public void Tap(byte scancode)
    {
        _client.SendKey(KeyDown, scancode);
        _client.SendKey(KeyUp, scancode);
    }

    /// <summary>Presses a key; the stamp is taken before it is sent.</summary>
    public long Press(byte scancode)
    {
        long now = Stopwatch.GetTimestamp();
        _client.SendKey(KeyDown, scancode);
        return now;
    }

    /// <summary>Releases a key.</summary>
    public void Release(byte scancode) => _client.SendKey(KeyUp, scancode);

    /// <summary>Types text as unicode input.</summary>
    public void Type(string text)
    {
        foreach (char unit in text)
        {
            _client.SendUnicode(0, unit);
            _client.SendUnicode(KeyUp, unit);
        }
    }

    /// <summary>One mouse event (PTRFLAGS_*, MS-RDPBCGR 2.2.8.1.1.3.1.1.3).</summary>
    public void Point(ushort flags, int x, int y) => _client.SendMouse(flags, (ushort)x, (ushort)y);

    /// <summary>Moves the pointer and clicks the left button.</summary>
    public void Click(ushort x, ushort y)
    {
        const ushort move = 0x0800, down = 0x8000, left = 0x1000;
        _client.SendMouse(move, x, y);
        _client.SendMouse(down | left, x, y);
        _client.SendMouse(left, x, y);
    }

    /// <summary>Whether the server offers display control.</summary>
    public bool CanResize => _client.CanResize;

    /// <summary>Asks for another desktop size.</summary>
    public bool RequestResize(int width, int height) => _client.RequestResize(width, height, 100);

    /// <summary>One pixel of the picture as it is now, 0xRRGGBB.</summary>
    public int PixelAt(int x, int y)
    {
        var bytes = _client.GetPicture(out int stride);
        return BitConverter.ToInt32(bytes[(y * stride + x * 4)..]) & 0xFFFFFF;
    }

    /// <summary>The picture as it is now.</summary>
    public Picture Capture()
    {
        var bytes = _client.GetPicture(out int stride);
        var pixels = new int[_client.Width * _client.Height];
        for (int y = 0; y < _client.Height; y++)
        {
            for (int x = 0; x < _client.Width; x++)
            {
                pixels[y * _client.Width + x] = BitConverter.ToInt32(bytes[(y * stride + x * 4)..]) & 0xFFFFFF;
            }
        }

        return new Picture(_client.Width, _client.Height, pixels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _waiter.Dispose();
    }

    private void OnPainted(in RdpPaint paint)
    {
        Paints++;
        PaintedNanos = paint.DecodedNanos;
        Watching?.Invoke(paint);
    }
}
