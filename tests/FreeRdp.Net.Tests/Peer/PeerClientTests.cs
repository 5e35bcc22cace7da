using System.Net;
using System.Net.Sockets;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>The peer and our own client, against each other.</summary>
[Collection("screens")]
public sealed class PeerClientTests
{
    [NativeTheory]
    [InlineData(RdpSecurity.Tls, true)]
    [InlineData(RdpSecurity.Nla, true)]
    [InlineData(RdpSecurity.Tls, false)]
    public void Connect_WithEachSecurity_PictureArrivesExactly(RdpSecurity security, bool graphics)
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port, options => options with { Security = security, GraphicsPipeline = graphics });
        client.PumpUntil(() => host.Current is { IsSettled: true });
        client.PumpUntil(() => client.Shows(host.Current!.Picture, tolerance: graphics ? 0 : 24));
        Assert.Equal(security == RdpSecurity.Nla ? "nla" : "tls", host.Current!.Security);
        Assert.Equal((PeerHost.User, security == RdpSecurity.Nla ? "" : PeerHost.Password), (host.Current.Client!.User, host.Current.Client.Password));
    }

    [NativeFact]
    public void Nla_WrongPassword_EndsBothSidesWithThatCause()
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port, options => options with { Security = RdpSecurity.Nla, Password = "wrong" }, connect: false);
        var failure = client.Connect();
        Assert.Equal(RdpCause.WrongCredentials, failure?.Cause);
        Eventually.True(() => { lock (host.Failures) return host.Failures.Count == 1; }, null, host);
        Assert.Equal((RdpStage.SignIn, RdpCause.WrongCredentials), (host.Failures[0].Stage, host.Failures[0].Cause));
    }

    [NativeFact]
    public void Security_ClassicRdpOnly_IsRefused()
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port, options => options with { Security = RdpSecurity.Rdp }, connect: false);
        Assert.NotNull(client.Connect());
        Eventually.True(() => { lock (host.Failures) return host.Failures.Count == 1; }, null, host);
        Assert.Equal((RdpStage.Handshake, RdpCause.Unsupported), (host.Failures[0].Stage, host.Failures[0].Cause));
    }

    [NativeFact]
    public void Display_ClientThatDoesNotRead_NeverHasMoreThanItsFramesUnderWay()
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port);
        client.PumpUntil(() => host.Current is { IsSettled: true });
        var connection = host.Current!;
        var before = connection.Display.FramesSent;
        // The client sleeps; the peer wants to send 200 times.
        for (var i = 0; i < 200; i++)
        {
            connection.Post(c => c.Damage(new(0, 0, c.Display.Width, c.Display.Height)));
            Thread.Sleep(2);
        }

        Assert.InRange(connection.Display.FramesSent - before, 1, RdpPeerDisplay.FramesInFlightDefault);
        Assert.Null(connection.Failure);
        client.PumpUntil(() => connection.IsSettled);
        client.PumpUntil(() => client.Shows(connection.Picture, tolerance: 0));
    }

    [NativeFact]
    public void Pointer_OfEveryKind_ArrivesAsItWasSent()
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port);
        client.PumpUntil(() => host.Current is { IsSettled: true });
        var connection = host.Current!;
        foreach (var side in (int[])[16, 32, 64, 120, 384])
        {
            var bitmap = new byte[side * side * 4];
            for (var i = 0; i < side * side; i++)
            {
                (bitmap[i * 4], bitmap[(i * 4) + 1], bitmap[(i * 4) + 2]) = ((byte)i, (byte)(i >> 3), 200);
                bitmap[(i * 4) + 3] = (byte)(i % 7 == 0 ? 0 : 255);
            }

            connection.Post(c => c.Peer.SetPointer(bitmap, side, side, side / 2, 3));
            client.PumpUntil(() => client.Pointer.Width == side);
            Assert.Equal((side, side / 2, 3), (client.Pointer.Height, client.Pointer.HotspotX, client.Pointer.HotspotY));
            for (var i = 0; i < side * side; i++)
            {
                Assert.Equal(bitmap[(i * 4) + 3], client.Pointer.Pixels[(i * 4) + 3]);
                if (bitmap[(i * 4) + 3] != 0) Assert.Equal(bitmap[(i * 4) + 2], client.Pointer.Pixels[(i * 4) + 2]);
            }
        }

        connection.Post(c => c.Peer.SetPointerHidden());
        client.PumpUntil(() => client.Pointer.Kind == RdpPointerKind.Hidden);
        connection.Post(c => c.Peer.SetPointerDefault());
        client.PumpUntil(() => client.Pointer.Kind == RdpPointerKind.Default);
    }

    [NativeTheory]
    [InlineData(RdpPeerCloseReason.Replaced, RdpCause.Replaced)]
    [InlineData(RdpPeerCloseReason.Denied, RdpCause.Refused)]
    public void Close_WithAReason_ClientIsToldTheReason(RdpPeerCloseReason reason, RdpCause expected)
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port);
        client.PumpUntil(() => host.Current is { IsSettled: true });
        host.Current!.Post(c => c.Close(reason));
        Assert.Equal(expected, client.PumpUntilEnd().Cause);
    }

    [NativeFact]
    public void RoundTrip_Measured_BothWaysAnswer()
    {
        using var host = new PeerHost();
        using var client = new PumpedClient(host.Port);
        client.PumpUntil(() => host.Current is { IsSettled: true });
        var connection = host.Current!;
        connection.Post(c => c.MeasureRoundTrip());
        client.PumpUntil(() => connection.RoundTrips.Any(r => r.Probe == RdpPeerProbe.Autodetect));
        Assert.All(connection.RoundTrips, r => Assert.InRange(r.Nanos, 1_000, 10_000_000_000));
    }
}

/// <summary>Our own client with its loop.</summary>
internal sealed class PumpedClient : IDisposable
{
    private readonly RdpClient _client;
    private readonly RdpWaiter _waiter = new();
    private byte[] _pixels = [];
    private (int Width, int Height, int Stride) _size;
    private RdpFailure? _ended;

    public PumpedClient(int port, Func<RdpClientOptions, RdpClientOptions>? configure = null, bool connect = true)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        var options = new RdpClientOptions
        {
            Socket = Native.dup((int)socket.SafeHandle.DangerousGetHandle()), ServerName = "peer", User = PeerHost.User,
            Password = PeerHost.Password, Security = RdpSecurity.Tls, Width = 640, Height = 480,
        };
        _client = new RdpClient(configure is null ? options : configure(options));
        _client.Painted = (in RdpPaint paint) =>
        {
            _pixels = paint.Pixels.ToArray();
            _size = (paint.Width, paint.Height, paint.Stride);
        };
        _client.PointerChanged = (in RdpPointerShape shape) =>
            Pointer = (shape.Kind, shape.Width, shape.Height, shape.HotX, shape.HotY, shape.Pixels.ToArray());
        if (connect && Connect() is { } failure) Assert.Fail(failure.ToString());
    }

    public (RdpPointerKind Kind, int Width, int Height, int HotspotX, int HotspotY, byte[] Pixels) Pointer { get; private set; }

    public RdpFailure? Connect() => _client.Connect(CancellationToken.None);

    public void PumpUntil(Func<bool> done)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (!done())
        {
            if (started.Elapsed > TimeSpan.FromSeconds(10) || _ended is not null) Assert.Fail($"It did not happen. {_ended}");
            Pump();
        }
    }

    public RdpFailure PumpUntilEnd()
    {
        for (var i = 0; i < 1000 && _ended is null; i++) Pump();
        return _ended ?? throw new InvalidOperationException("The connection did not end.");
    }

    public bool Shows(TestPicture expected, int tolerance)
    {
        if (_size.Width != expected.Width || _size.Height != expected.Height) return false;
        for (var y = 0; y < expected.Height; y++)
        {
            var row = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(_pixels.AsSpan(y * _size.Stride, expected.Width * 4));
            var wanted = expected.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                for (var shift = 0; shift < 24; shift += 8)
                {
                    if (Math.Abs((int)((row[x] >> shift) & 0xFF) - (int)((wanted[x] >> shift) & 0xFF)) > tolerance) return false;
                }
            }
        }

        return true;
    }

    public void Dispose()
    {
        _client.Dispose();
        _waiter.Dispose();
    }

    private void Pump()
    {
        _waiter.Clear();
        _client.Watch(_waiter);
        _waiter.Wait(10);
        _ended ??= _client.Process();
    }
}

/// <summary>Skips where FreeRDP 3 is not installed.</summary>
public sealed class NativeTheoryAttribute : TheoryAttribute
{
    public NativeTheoryAttribute() => Skip = FreeRdpLibrary.WhyUnavailable();
}
