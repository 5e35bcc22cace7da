using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RemoteChain.Emulator.Boot;
using RemoteChain.Emulator.Slirp;
using RemoteChain.Emulator.Tests.Guests;
using RemoteChain.Surface;
using Xunit.Abstractions;

namespace RemoteChain.Emulator.Tests;

/// <summary>Debian's kernel behind a network card, with this test as the outside; recorded, then replayed.</summary>
public sealed class UserNetworkTests(ITestOutputHelper output)
{
    const long InstructionsMax = 6_000_000_000, Step = 250_000;
    const string Page = "10.9.8.7", Name = "page.example";

    [GuestFact("vmlinux", "debian-shell.cpio", "card/17-virtio_net.ko")]
    public void Debian_FetchesPagesAndIsRefused_AndTheSameAgainFromTheRecording()
    {
        using PageServer server = new();
        InputGate gate = new();
        StringBuilder screen = new();
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        List<string> denied = [];
        List<(long Count, string Hash)> hashes = [];
        string frames;
        var watch = Stopwatch.StartNew();
        Queue<byte[]> out1 = [];
        using (var machine = Start(gate, screen, frame =>
        {
            sent.AppendData(frame.Span);
            out1.Enqueue(frame.ToArray());
        }))
        {
            using Outside outside = new(gate, server.Port, denied);
            var typed = false;
            while (machine.Count < InstructionsMax && !screen.ToString().Contains("4242", StringComparison.Ordinal))
            {
                Assert.Equal(MachineStop.Count, machine.Run(machine.Count + Step));
                // A guest at rest lives by the clock of its connections.
                outside.Serve(out1, waitMillis: machine.IsIdle ? 1 : 0);
                if (typed || !screen.ToString().Contains("# ", StringComparison.Ordinal)) continue;
                typed = true;
                hashes.Add((machine.Count, machine.StateHash()));
                output.WriteLine($"prompt after {machine.Count / 1_000_000} million instructions, {watch.Elapsed.TotalSeconds:F1} s");
                foreach (var key in Encoding.ASCII.GetBytes($"""
                    ip a show eth0 | grep 203; wget -q -O - http://{Page}/ | md5sum; wget -q -O - http://{Name}/ | md5sum
                    wget -q -O - http://{Page}:81/; wget -q -O - http://other.example/; ping -c 1 -W 1 {Page}
                    ping -c 1 -W 1 203.0.113.2 | grep ttl=; echo $((6*7))$((6*7))

                    """)) Assert.True(gate.TryPost(InputKind.Serial, key));
            }
            hashes.Add((machine.Count, machine.StateHash()));
            frames = Convert.ToHexString(sent.GetHashAndReset());
            output.WriteLine($"done after {machine.Count / 1_000_000} million, of which {machine.IdleCount / 1_000_000} idle; {watch.Elapsed.TotalSeconds:F1} s; "
                + $"{gate.Recorded.Count(input => input.Kind == InputKind.Frame)} frames in");
        }
        output.WriteLine(screen.ToString());
        var said = screen.ToString();
        Assert.Contains("203.0.113.15/24", said, StringComparison.Ordinal);
        Assert.Equal(2, said.Split(server.Md5).Length - 1);
        Assert.Contains("Connection refused", said, StringComparison.Ordinal);
        Assert.Contains("bad address 'other.example'", said, StringComparison.Ordinal);
        Assert.Contains($"1 {Page}:0", denied);
        Assert.Contains("64 bytes from 203.0.113.2", said, StringComparison.Ordinal);
        Assert.True(gate.IsComplete);

        StringBuilder again = new();
        using var replayed = Start(new(gate.Recorded), again, frame => sent.AppendData(frame.Span));
        foreach (var (count, hash) in hashes)
        {
            Assert.Equal(MachineStop.Count, replayed.Run(count));
            Assert.True(hash == replayed.StateHash(), $"the replay has another state at {count}");
        }
        Assert.Equal(said, again.ToString());
        Assert.Equal(frames, Convert.ToHexString(sent.GetHashAndReset()));
    }

    static Machine Start(InputGate gate, StringBuilder screen, Action<ReadOnlyMemory<byte>> network)
    {
        Machine machine = new(new() { Gate = gate, Serial = value => screen.Append((char)value), Network = network });
        LinuxBoot.Load(machine, Read("vmlinuz"), Read("debian-shell.cpio"), "console=ttyS0 cryptomgr.notests rdinit=/init quiet", Read("vmlinux"));
        return machine;
    }

    static byte[] Read(string name) => GuestFolder.Read(name);

    /// <summary>What a node would be: connects port 80 to the server, wherever the guest believes it to be, and knows one name.</summary>
    sealed class Outside : IDisposable
    {
        readonly Queue<Action> _answers = new();
        readonly List<PolledDescriptor> _polled = [];
        readonly UserNetwork _network;

        internal Outside(InputGate gate, int port, List<string> denied) => _network = new(new(
            frame => gate.TryPostFrame(frame),
            (request, to) => _answers.Enqueue(() => _network!.Dialed(request, to.Port == 80 ? Connect(port) : null)),
            (request, name) => _answers.Enqueue(() => _network!.Named(request, name == Name ? NameOutcome.Found : NameOutcome.Refused, name == Name ? [IPAddress.Parse(Page)] : [])),
            (protocol, to) => denied.Add($"{protocol} {to}")));

        internal void Serve(Queue<byte[]> frames, int waitMillis)
        {
            while (frames.TryDequeue(out var frame)) _network.Take(frame);
            while (_answers.TryDequeue(out var answer)) answer();
            _polled.Clear();
            _network.AddTo(_polled);
            DescriptorPoll.Wait(CollectionsMarshal.AsSpan(_polled), waitMillis);
            _network.Serve(_polled);
        }

        public void Dispose() => _network.Dispose();

        static DescriptorHandle Connect(int port)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            return DescriptorHandle.DuplicateOf(socket.SafeHandle);
        }
    }
}

/// <summary>An HTTP server that has one page, longer than any window.</summary>
sealed class PageServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly byte[] _page = new byte[300_000];

    internal PageServer()
    {
        for (var i = 0; i < _page.Length / 4; i++) BinaryPrimitives.WriteInt32LittleEndian(_page.AsSpan(4 * i), i * 7919);
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal string Md5 => Convert.ToHexStringLower(MD5.HashData(_page));

    public void Dispose() => _listener.Dispose();

    void Serve()
    {
        try
        {
            while (true)
            {
                using var connection = _listener.AcceptTcpClient();
                using var stream = connection.GetStream();
                StreamReader request = new(stream);
                while (request.ReadLine() is { Length: > 0 }) { }
                stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.0 200 OK\r\nContent-Length: {_page.Length}\r\n\r\n"));
                stream.Write(_page);
            }
        }
        catch (Exception over) when (over is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
