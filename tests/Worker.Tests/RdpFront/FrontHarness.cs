using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FreeRdp.Net.Tests.Peer;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Worker.RdpFront;

namespace RemoteChain.Worker.Tests.RdpFront;

/// <summary>The node's and the desktop's ends of one front, which runs on a thread of this process, with a real client.</summary>
sealed class FrontHarness : IDisposable
{
    internal const int FrontNumber = 7;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    static readonly (string Certificate, string Key) s_identity = MakeIdentity();

    readonly Socket _listener;
    readonly ControlSocket _node;
    readonly DescriptorHandle _surface = SurfaceFile.Create(1920, 1200);
    readonly Bell _inputBell = Bell.Create();
    readonly DescriptorHandle _input = InputFile.Create();
    readonly Bell _damageBell = Bell.Create();
    readonly List<ControlMessage> _received = [];
    Thread? _front;
    readonly InputRingReader _inputReader;

    internal FrontHarness(string clientArguments, int width = 800, int height = 600, bool allowNla = true)
    {
        (_listener, var port) = Listen();
        (_node, var worker) = ControlSocket.CreatePair();
        Writer = new SurfaceWriter(_surface);
        // As the desktop does: before the front writes anything.
        Assert.True(InputRingReader.TryOpen(_input, FrontNumber, out _inputReader!));
        Client = new XfreerdpClient(port, clientArguments, width, height);
        using var accepted = _listener.Accept();
        var start = new StartFront(s_identity.Certificate, Secret.FromText(s_identity.Key), allowNla, "127.0.0.1", "",
            DescriptorHandle.DuplicateOf(accepted.SafeHandle));
        _front = new Thread(() =>
        {
            using (start) using (worker) ExitCode = FrontRole.Run(worker, start);
        })
        { IsBackground = true, Name = "front" };
        _front.Start();
    }

    internal XfreerdpClient Client { get; }

    internal SurfaceWriter Writer { get; }

    internal int? ExitCode { get; private set; }

    internal IReadOnlyList<ControlMessage> Received => _received;

    internal void Send(ControlMessage message) => Assert.Equal(ControlSend.Sent, _node.Send(message));

    /// <summary>Waits for a message of the worker, and keeps the others.</summary>
    internal T Expect<T>() where T : ControlMessage
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (DateTime.UtcNow < deadline)
        {
            var outcome = _node.Receive(out var message, 200);
            if (outcome is ControlReceive.Closed or ControlReceive.Malformed) break;
            if (message is NtHashWanted) AnswerNtHash();
            if (message is null) continue;
            _received.Add(message);
            if (message is T wanted) return wanted;
        }

        throw new InvalidOperationException(
            $"No {typeof(T).Name} came, but {string.Join(", ", _received)}. The client said: {Client.Output}");
    }

    /// <summary>Signs the client in and joins it to the surface.</summary>
    internal SignIn LetIn(bool mayControl = true)
    {
        var signIn = Expect<SignIn>();
        Send(new SignInAnswer(true, ""));
        SendJoin(mayControl);
        return signIn;
    }

    internal void SendJoin(bool mayControl = true)
    {
        using var readOnly = SurfaceFile.OpenReadOnly(_surface);
        Writer.AttachBell(FrontNumber, new Bell(_damageBell.Handle.Duplicate()));
        Send(new Join(FrontNumber, "desk-1", mayControl, readOnly, _damageBell.Handle,
            mayControl ? _input : null, mayControl ? _inputBell.Handle : null));
    }

    /// <summary>Draws a whole picture of a size.</summary>
    internal uint[] Draw(int width, int height, int seed = 0)
    {
        var stride = SurfaceGeometry.StrideOf(width);
        var picture = new byte[stride * height];
        var expected = new uint[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = MemoryMarshal.Cast<byte, uint>(picture.AsSpan(y * stride, width * 4));
            for (var x = 0; x < width; x++)
                row[x] = expected[(y * width) + x] = ((x / 16) + (y / 20) + seed) % 5 == 0 ? 0xFFFFFFu : (uint)(((x >> 4) * 0x010203) + (seed * 0x102030)) & 0xFFFFFF;
        }

        if (Writer.Geometry.Width != width || Writer.Geometry.Height != height) Writer.Resize(width, height);
        Writer.PublishFrame(picture, stride, [new(0, 0, width, height)], default, 0);
        return expected;
    }

    internal InputEvent ExpectInput(Func<InputEvent, bool> wanted)
    {
        var seen = new List<InputEvent>();
        var deadline = DateTime.UtcNow + s_patience;
        while (DateTime.UtcNow < deadline)
        {
            _inputBell.Wait(100);
            while (_inputReader.TryRead(out var input) == InputRead.Entry)
            {
                seen.Add(input);
                if (wanted(input)) return input;
            }
        }

        throw new InvalidOperationException($"The input did not come, but {string.Join(", ", seen)}.");
    }

    internal bool HasInput() => _inputReader.TryRead(out _) == InputRead.Entry;

    /// <summary>Waits until the client's window shows exactly this picture.</summary>
    internal void ExpectScreen(uint[] expected, int width, int height)
    {
        var what = "";
        var deadline = DateTime.UtcNow + s_patience;
        while (DateTime.UtcNow < deadline)
        {
            var screen = Client.Screenshot(out var w, out var h);
            if (w == width && h == height && screen.AsSpan().SequenceEqual(expected)) return;
            what = w != width || h != height ? $"{w}×{h}" : $"differs first at {screen.AsSpan().CommonPrefixLength(expected)}";
            Thread.Sleep(30);
        }

        throw new InvalidOperationException($"The client does not show it: {what}. It said: {Client.Output}");
    }

    internal void ExpectEnd()
    {
        Assert.True(_front!.Join(s_patience), "The front did not end.");
        _front = null;
    }

    public void Dispose()
    {
        Client.Dispose();
        _node.Dispose();
        _front?.Join(s_patience);
        Writer.Dispose();
        _inputReader.Dispose();
        _surface.Dispose();
        _input.Dispose();
        _inputBell.Dispose();
        _damageBell.Dispose();
        _listener.Dispose();
        foreach (var message in _received) message.Dispose();
    }

    void AnswerNtHash()
    {
        // MD4 of "front-test" in UTF-16LE.
        using var answer = new NtHashAnswer(true, new Secret(Convert.FromHexString(NtHashOfPassword)));
        Send(answer);
    }

    internal const string NtHashOfPassword = "86FA9CBAEBE1643E2546AF668246B59B";

    static (Socket, int) Listen()
    {
        for (var port = 23250; port < 23300; port++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen(4);
                return (socket, port);
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        throw new InvalidOperationException("No port is free.");
    }

    static (string, string) MakeIdentity()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=front.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
