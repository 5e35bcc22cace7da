using System.Net;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Fuzz;

/// <summary>Control messages: the last byte of the input says how many descriptors come along. What is accepted must survive writing and
/// reading.</summary>
sealed class ControlTarget : FuzzTarget
{
    readonly DescriptorHandle[] _descriptors = [.. Enumerable.Range(0, 4).Select(_ => Bell.Create().Handle)];
    readonly byte[] _packet = new byte[ControlSocket.PacketBytesMax];
    long _accepted, _refused;

    internal ControlTarget() : base("control", "control messages between node and worker")
    {
        var d = _descriptors;
        ControlMessage[] messages =
        [
            new Ready("3.10.3"), new Stop(), new Failed(new(FailureStage.Tls, FailureCause.CertificateChanged, "detail")),
            new StartDesktop("host", "user", "domain", Secret.FromText("password"), 1920, 1080, 100, 0x407, DesktopSecurity.Any, "ab", true, "xterm", d[0], d[1], d[2]),
            new AttachFront(1, true, d[0], d[1]), new AttachFront(2, false, d[0], null), new DetachFront(1),
            new DesktopConnected(800, 600, "ab", "CN=x", "tls", "xrdp"), new FirstPicture(5), new DesktopResized(800, 600),
            new StartFront("cert", Secret.FromText("key"), true, "127.0.0.1", "cookie", d[0]), new SignInAnswer(true, ""),
            new NtHashAnswer(true, new Secret(new byte[16])), new Join(1, "title", true, d[0], d[1], d[2], d[3]),
            new RecordFrames(d[0]), new Join(1, "title", false, d[0], d[1], null, null), new Notice("wait", NoticeKind.Waiting, 1), new Leave("bye"),
            new SignIn("user#chain", "", Secret.FromText("password"), false, "pc", 800, 600, 100, 0), new NtHashWanted("user", ""),
            new FrontActive(800, 600, FrontEncoding.GfxPlanar, "nla"), new FrontRoundTrip(1, 2, 3, 4), new HoldInput(3),
            new Inject(FaultStage.Decode, 5_000_000, DelayShape.Intermittent, 100, 7), new Injected(FaultStage.Encode, 9, 1, 5_000_123, 5_000_123),
            new TunnelsReady(1), new OpenWireGuard(3, 0, new Secret(new byte[32]), 0, 1420, [new(IPAddress.Parse("10.0.0.2"), 24)],
                [new TunnelPeer(new byte[32], Secret.Empty, IPEndPoint.Parse("[fd00::1]:51820"), 25, [new(IPAddress.Any, 0)])]),
            new OpenOpenVpn(4, 3, Secret.FromText("client"), "u", Secret.FromText("p"), [new TunnelRemote(IPEndPoint.Parse("10.0.0.1:1194"), true)]),
            new CloseTunnel(3), new MakeTunnelSocket(3, 7, true, TunnelSocketKind.Icmp), new TunnelClosed(3),
            new TunnelOpened(3, IPEndPoint.Parse("10.0.0.1:1194"), [new(IPAddress.Parse("10.8.0.6"), 32)], [IPAddress.Parse("10.8.0.1")], ["site"]),
            new TunnelLost(3, new(FailureStage.Handshake, FailureCause.TimedOut, "no")), new TunnelSocket(7, 97, null), new TunnelSocket(7, 0, d[0]),
            new StartMachine(MachineBoot.Linux, "quiet", 128, 250, 1024, 768, [new(MachinePart.Kernel, d[0]), new(MachinePart.Cd, d[1])]),
            new SetMachine(100, true), new OpenScreen(d[0], d[1], d[2]), new MachineSerial([1, 0, 255]), new MachineReport(MachineActivity.Paused, 5, 6, 7, 8, 0, 9),
            new ClipboardOffer(true), new ClipboardWanted(), new ClipboardText(false, Secret.Empty), ClipboardText.Of("copied\n"),
            new NetworkDial(3, IPEndPoint.Parse("10.0.0.5:22")), new NetworkLookUp(4, "desk.example"), new NetworkDenied(17, IPEndPoint.Parse("10.0.0.5:123")),
            new NetworkDialed(3, d[0]), new NetworkDialed(5, null), new NetworkNames(4, 0, [IPAddress.Parse("10.0.0.5")]),
        ];
        int[] descriptors = [0, 0, 0, 3, 2, 1, 0, 0, 0, 0, 1, 0, 0, 4, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
        Seeds = [.. messages.Select((m, i) => (byte[])[.. _packet.AsSpan(0, ControlCodec.Write(m, _packet)), (byte)descriptors[i]])];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_accepted} accepted, {_refused} refused";

    internal override void Feed(byte[] input)
    {
        if (input.Length == 0) return;
        var descriptors = _descriptors.AsSpan(0, input[^1] % 5);
        if (!ControlCodec.TryRead(input.AsSpan(0, input.Length - 1), descriptors, out var message))
        {
            _refused++;
            return;
        }
        _accepted++;
        var text = message.ToString();
        if (text.Length == 0) throw new InvalidOperationException("no text");
        var length = ControlCodec.Write(message, _packet);
        // A sentence may be cut when written again; everything else must come back as it was.
        if (length < 0 || !ControlCodec.TryRead(_packet.AsSpan(0, length), descriptors, out var again)) throw new InvalidOperationException($"{text} does not survive");
        if (again.ToString() != text && length == input.Length - 1) throw new InvalidOperationException($"{text} became {again}");
    }

    public override void Dispose() => Array.ForEach(_descriptors, d => d.Dispose());
}
