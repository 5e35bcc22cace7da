using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FreeRdp.Net.Tests.Hosts;

/// <summary>A client on the test's own thread, with what it saw.</summary>
internal sealed class ClientUnderTest : IDisposable
{
    private const int LookMillis = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly RdpWaiter _waiter = new();
    private readonly long _started = Stopwatch.GetTimestamp();

    public ClientUnderTest(int port, Func<RdpClientOptions, RdpClientOptions>? with = null)
    {
        var options = new RdpClientOptions
        {
            Socket = Dial(port), ServerName = "test-host", User = ShadowHost.User, Password = ShadowHost.Password, Width = 1024, Height = 768,
        };
        Client = new RdpClient(with?.Invoke(options) ?? options);
        Client.Painted = (in RdpPaint paint) =>
        {
            Paints++;
            LastReceivedNanos = paint.ReceivedNanos;
            LastDecodedNanos = paint.DecodedNanos;
            foreach (var r in paint.Damage)
                DamagedPixels += (long)r.Width * r.Height;
            FirstPictureMillis ??= Stopwatch.GetElapsedTime(_started).TotalMilliseconds;
        };
        Client.PointerChanged = (in RdpPointerShape shape) =>
        {
            Pointers++;
            LastPointer = shape.Kind;
        };
        Client.Resized = (width, height) => Sizes.Add((width, height));
    }

    public RdpClient Client { get; }

    public int Paints { get; private set; }

    public int Pointers { get; private set; }

    public RdpPointerKind? LastPointer { get; private set; }

    public long DamagedPixels { get; private set; }

    public double? FirstPictureMillis { get; private set; }

    public long LastReceivedNanos { get; private set; }

    public long LastDecodedNanos { get; private set; }

    public List<(int Width, int Height)> Sizes { get; } = [];

    public RdpFailure? Ended { get; private set; }

    public RdpFailure? Connect(CancellationToken cancellation = default) => Client.Connect(cancellation);

    /// <summary>Runs the connection until a condition holds; false when it ended or the patience did.</summary>
    public bool PumpUntil(Func<bool> condition, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            var left = (patience ?? s_patience) - Stopwatch.GetElapsedTime(started);
            if (Ended is not null || left <= TimeSpan.Zero)
                return condition();
            _waiter.Clear();
            Client.Watch(_waiter);
            // The condition may also come true without a byte for this client: at the host's side of the test.
            if (_waiter.Wait(Math.Min(LookMillis, (int)left.TotalMilliseconds + 1)))
                Ended = Client.Process();
        }

        return true;
    }

    /// <summary>Runs until the picture has stayed the same for a while (some hosts repaint what did not change).</summary>
    public ulong PumpUntilStill(int stillMillis = 200)
    {
        for (var before = PictureHash(); ; before = PictureHash())
        {
            if (!PumpUntil(() => PictureHash() != before, TimeSpan.FromMilliseconds(stillMillis)))
                return before;
        }
    }

    public ulong PictureHash() => Fnv1a(Client.GetPicture(out _));

    public void PressKey(byte scancode)
    {
        Client.SendKey(0, scancode);
        Client.SendKey(0x8000, scancode);
    }

    public bool HasColours()
    {
        var picture = Client.GetPicture(out _);
        return picture.Length > 0 && picture.IndexOfAnyExcept((byte)0) >= 0;
    }

    public void Dispose()
    {
        Client.Dispose();
        _waiter.Dispose();
    }

    /// <summary>A connected socket whose owner is the caller.</summary>
    public static int Dial(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        var descriptor = Posix.Duplicate((int)socket.Handle);
        socket.Dispose();
        return descriptor;
    }

    private static ulong Fnv1a(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes))
            hash = (hash ^ word) * 1099511628211UL;
        return hash;
    }

    private static class Posix
    {
        public static int Duplicate(int descriptor) => dup(descriptor);

        [System.Runtime.InteropServices.DllImport("libc")]
        private static extern int dup(int descriptor);
    }
}
