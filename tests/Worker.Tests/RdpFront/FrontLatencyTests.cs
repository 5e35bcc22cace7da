using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Worker.RdpFront;
using Xunit.Abstractions;

namespace RemoteChain.Worker.Tests.RdpFront;

/// <summary>How long a front takes for a key's way in and its picture's way out. Figures are printed; the bounds only catch a loop that sleeps.</summary>
[Collection("screens")]
public sealed class FrontLatencyTests(ITestOutputHelper output)
{
    const int Probes = 300, Width = 1280, Height = 800;

    [FreeRdpFact]
    public void KeyAndEcho_ThroughTheFront_TakeMicroseconds()
    {
        using var surface = SurfaceFile.Create();
        using var input = InputFile.Create();
        using var inputBell = Bell.Create();
        using var damageBell = Bell.Create();
        using var writer = new SurfaceWriter(surface);
        Assert.True(InputRingReader.TryOpen(input, 1, out var ring));
        using var ownedRing = ring;
        writer.AttachBell(1, new Bell(damageBell.Handle.Duplicate()));
        writer.Resize(Width, Height);
        var stride = SurfaceGeometry.StrideOf(Width);
        var picture = new byte[stride * Height];
        writer.PublishFrame(picture, stride, [new(0, 0, Width, Height)], default, 0);

        var (node, worker) = ControlSocket.CreatePair();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var front = new Thread(() =>
        {
            using var accepted = listener.AcceptSocket();
            using var start = Start(DescriptorHandle.DuplicateOf(accepted.SafeHandle));
            FrontRole.Run(worker, start);
        })
        { IsBackground = true };
        front.Start();
        var answering = new Thread(() => Answer(node, surface, damageBell, input, inputBell)) { IsBackground = true };
        answering.Start();

        using var client = Connect(((IPEndPoint)listener.LocalEndpoint).Port);
        using var waiter = new RdpWaiter();
        long received = 0, decoded = 0;
        client.Painted = (in RdpPaint paint) => (received, decoded) = (paint.ReceivedNanos, paint.DecodedNanos);
        PumpUntil(client, waiter, () => received != 0);
        PumpFor(client, waiter, 500);

        List<double> keyToRing = [], readToRing = [], publishToSocket = [], publishToDecoded = [];
        var glyph = new SurfaceRectangle(320, 240, 12, 20);
        for (var i = 0; i < Probes; i++)
        {
            var sent = MonotonicClock.NowNanos();
            client.SendKey((ushort)((i & 1) == 0 ? 0 : 0x8000), 0x1E);
            InputEvent key;
            while (ring.TryRead(out key) != InputRead.Entry || key.Kind != InputKind.Scancode) inputBell.Wait(10);
            keyToRing.Add((MonotonicClock.NowNanos() - sent) / 1e3);
            readToRing.Add((key.PublishedNanos - key.ReceivedNanos) / 1e3);

            for (var y = glyph.Y; y < glyph.Bottom; y++)
                MemoryMarshal.Cast<byte, uint>(picture.AsSpan((y * stride) + (glyph.X * 4), glyph.Width * 4)).Fill((uint)((i * 77) ^ (y % 3 * 0xFFFFFF)) & 0xFFFFFF);
            received = 0;
            var published = MonotonicClock.NowNanos();
            writer.PublishFrame(picture, stride, [glyph], default, key.Id);
            PumpUntil(client, waiter, () => received != 0);
            publishToSocket.Add((received - published) / 1e3);
            publishToDecoded.Add((decoded - published) / 1e3);
            PumpFor(client, waiter, 3);
        }

        Print("key: sent → read from the ring by the desktop", keyToRing);
        Print("  of which: read from the socket → in the ring", readToRing);
        Print("echo: published → bytes at the client's socket", publishToSocket);
        Print("echo: published → decoded by the client", publishToDecoded);
        Assert.True(publishToSocket[Probes / 2] < 10_000, "The echo takes over 10 ms.");
        client.Dispose();
        front.Join(5000);
        worker.Dispose();
        answering.Join(5000);
        node.Dispose();
    }

    void Print(string what, List<double> micros)
    {
        micros.Sort();
        output.WriteLine($"{what}: p50 {micros[micros.Count / 2]:0} µs, p95 {micros[micros.Count * 95 / 100]:0} µs, p99 {micros[micros.Count * 99 / 100]:0} µs");
    }

    static void PumpUntil(RdpClient client, RdpWaiter waiter, Func<bool> done)
    {
        var started = Stopwatch.StartNew();
        while (!done())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(10), "No picture came.");
            Pump(client, waiter, 50);
        }
    }

    static void PumpFor(RdpClient client, RdpWaiter waiter, int millis)
    {
        var started = Stopwatch.StartNew();
        while (started.ElapsedMilliseconds < millis) Pump(client, waiter, 1);
    }

    static void Pump(RdpClient client, RdpWaiter waiter, int millis)
    {
        waiter.Clear();
        client.Watch(waiter);
        waiter.Wait(millis);
        Assert.Null(client.Process());
    }

    static RdpClient Connect(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        using var owned = DescriptorHandle.DuplicateOf(socket.SafeHandle);
        var client = new RdpClient(new RdpClientOptions
        {
            Socket = owned.Detach(), ServerName = "front", User = "u", Password = "p", Security = RdpSecurity.Tls, Width = Width, Height = Height,
        });
        Assert.Null(client.Connect(CancellationToken.None));
        return client;
    }

    static void Answer(ControlSocket node, DescriptorHandle surface, Bell damageBell, DescriptorHandle input, Bell inputBell)
    {
        while (node.Receive(out var message, -1) == ControlReceive.Message)
        {
            using (message)
            {
                if (message is not SignIn) continue;
                node.Send(new SignInAnswer(true, ""));
                using var readOnly = SurfaceFile.OpenReadOnly(surface);
                node.Send(new Join(1, "desk", true, readOnly, damageBell.Handle, input, inputBell.Handle));
            }
        }
    }

    static StartFront Start(DescriptorHandle socket)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=front.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return new StartFront(certificate.ExportCertificatePem(), Secret.FromText(key.ExportPkcs8PrivateKeyPem()), true, "", "", socket);
    }
}

/// <summary>Skips where FreeRDP 3 is not installed.</summary>
public sealed class FreeRdpFactAttribute : FactAttribute
{
    public FreeRdpFactAttribute() => Skip = FreeRdpLibrary.WhyUnavailable();
}
