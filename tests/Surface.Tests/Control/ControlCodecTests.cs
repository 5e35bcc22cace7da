using System.Net;
using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Tests.Control;

public sealed class ControlCodecTests : IDisposable
{
    readonly DescriptorHandle[] _handles = [.. Enumerable.Range(0, 4).Select(_ => Bell.Create().Handle)];

    public void Dispose() => Array.ForEach(_handles, h => h.Dispose());

    ControlMessage[] Samples()
    {
        var (a, b, c, d) = (_handles[0], _handles[1], _handles[2], _handles[3]);
        return
        [
            new Ready("3.10.3"), new Stop(),
            new Failed(new(FailureStage.SignIn, FailureCause.WrongCredentials, "ERRCONNECT_LOGON_FAILURE")),
            new StartDesktop("host", "ä", "dom", Secret.FromText("geheim"), 1920, 1080, 125, 0xF0010407, DesktopSecurity.Nla, "ab12", true, "xterm -e ä", a, b, c) { Clipboard = true },
            new AttachFront(65535, true, a, b), new AttachFront(1, false, a, null), new DetachFront(3),
            new DesktopConnected(8192, 1, "ff", "CN=host", "nla", "xrdp"), new FirstPicture(123456789), new DesktopResized(1, 8192),
            new EchoHost(), new HoldInput(0), new HoldInput(65535), new HostEcho(1_500_000), new HostConduct(1, 2, 3, true, 0xA0701, 5, uint.MaxValue, -1),
            new StartFront(new string('p', 20_000), Secret.FromText("key"), true, "10.0.0.1:5", "mstshash=u", a),
            new SignInAnswer(false, "no"), new NtHashAnswer(true, new Secret(new byte[16])), new NtHashAnswer(false, Secret.Empty),
            new RecordFrames(a), new Join(2, "client-site", true, a, b, c, d), new Join(2, "client-site", false, a, b, null, null),
            new Notice("back in 3 s", NoticeKind.Lost, 42), new Leave("bye"),
            new SignIn("u#chain", "", Secret.Empty, true, "PC", 800, 600, 100, 0), new NtHashWanted("u", "d"),
            new FrontActive(800, 600, FrontEncoding.Bitmap, "tls"), new FrontRoundTrip(1, 0, uint.MaxValue, -1),
            new Inject(FaultStage.Encode, Inject.DelayNanosMax, DelayShape.Jitter, 1000, uint.MaxValue), new Injected(FaultStage.Receive, 3, 2, 10, 6),
            new ClipboardOffer(true), new ClipboardWanted(), new ClipboardText(false, Secret.Empty), ClipboardText.Of("copied\n"),
            new TunnelsReady(1), new OpenWireGuard(3, 0, new Secret(Key(1)), 0, 1420, [new(IPAddress.Parse("10.0.0.2"), 24)],
                [new TunnelPeer(Key(2), new Secret(Key(3)), IPEndPoint.Parse("[fd00::1]:51820"), 25, [new(IPAddress.Any, 0), new(IPAddress.IPv6Any, 0)]),
                    new TunnelPeer(Key(4), Secret.Empty, null, 0, [])]),
            new OpenOpenVpn(4, 3, Secret.FromText("client\n"), "u", Secret.FromText("geheim"), [new TunnelRemote(IPEndPoint.Parse("10.0.0.1:1194"), true)]),
            new CloseTunnel(3), new MakeTunnelSocket(3, 7, true, TunnelSocketKind.Icmp), new TunnelClosed(3),
            new TunnelOpened(3, IPEndPoint.Parse("10.0.0.1:1194"), [new(IPAddress.Parse("10.8.0.6"), 32)], [IPAddress.Parse("10.8.0.1")], ["site"]),
            new TunnelLost(3, new(FailureStage.Handshake, FailureCause.TimedOut, "no handshake")),
            new TunnelSocket(7, 0, a), new TunnelSocket(7, 97, null),
            new StartMachine(MachineBoot.Linux, "quiet", 128, 250, 1024, 768, [new(MachinePart.Kernel, a), new(MachinePart.InitialFiles, b), new(MachinePart.Cd, c)]),
            new StartMachine(MachineBoot.Echo, "", StartMachine.MemoryMibMin, StartMachine.MipsMin, StartMachine.SideMin, StartMachine.HeightMax, []),
            new SetMachine(100, true), new OpenScreen(a, b, c), new MachineSerial([1, 0, 255]), new MachineReport(MachineActivity.Paused, 5, 6, 7, 8, 0, 9),
            new StartMachine(MachineBoot.Echo, "", 16, 250, 640, 480, [new(MachinePart.Network, a)]),
            new NetworkDial(3, IPEndPoint.Parse("10.0.0.5:22")), new NetworkLookUp(4, "desk.example"), new NetworkDenied(1, IPEndPoint.Parse("10.0.0.5:0")),
            new NetworkDialed(3, a), new NetworkDialed(5, null), new NetworkNames(4, 0, [IPAddress.Parse("10.0.0.5")]), new NetworkNames(6, NetworkNames.OutcomeMax, []),
        ];
    }

    [Fact]
    public void Samples_Always_CoverEveryMessage()
    {
        var all = typeof(ControlMessage).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ControlMessage)));
        Assert.Equal(all.Order(Comparer<Type>.Create((x, y) => string.CompareOrdinal(x.Name, y.Name))),
            Samples().Select(m => m.GetType()).Distinct().OrderBy(t => t.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void WriteRead_EveryMessage_IsTheSame()
    {
        foreach (var message in Samples())
        {
            var (packet, descriptors) = Write(message);
            Assert.True(ControlCodec.TryRead(packet, descriptors, out var read), message.ToString());
            Assert.Equal(packet, Write(read).Packet);
            Assert.Equal(descriptors, Write(read).Descriptors);
            if (message is not (StartDesktop or StartFront or NtHashAnswer or SignIn or ClipboardText or OpenWireGuard or OpenOpenVpn or TunnelOpened
                or StartMachine or MachineSerial or NetworkNames)) Assert.Equal(message, read);
        }
    }

    [Fact]
    public void Read_CutLongerOrWrongDescriptors_Refused()
    {
        foreach (var message in Samples())
        {
            var (packet, descriptors) = Write(message);
            for (var length = 0; length < Math.Min(packet.Length, 300); length++)
                Assert.False(ControlCodec.TryRead(packet.AsSpan(0, length), descriptors, out _), $"{message} cut to {length}");
            Assert.False(ControlCodec.TryRead([.. packet, 0], descriptors, out _));
            Assert.False(ControlCodec.TryRead(packet, [.. descriptors, _handles[0]], out _), message.ToString());
            if (descriptors.Length > 0 && message is not TunnelSocket) Assert.False(ControlCodec.TryRead(packet, descriptors[1..], out _), message.ToString());
        }
    }

    [Fact]
    public void Read_ImpossibleFields_Refused()
    {
        ControlMessage[] impossible =
        [
            new DesktopResized(0, 10), new DesktopResized(10, 8193), new DetachFront(0), new DetachFront(65536), new FirstPicture(-1),
            new Failed(new(0, FailureCause.Refused, "")), new Failed(new(FailureStage.Run, (FailureCause)99, "")),
            new Notice("", (NoticeKind)4, 0), new FrontActive(8, 8, (FrontEncoding)4, ""), new Ready("a\0b"), new NtHashWanted("\0", ""),
            new SignIn("", "", Secret.Empty, false, "", 8, 8, 99, 0), new NtHashAnswer(true, Secret.Empty), new NtHashAnswer(false, new(new byte[16])),
            new Join(1, "", true, _handles[0], _handles[1], null, null), new AttachFront(1, false, _handles[0], _handles[1]),
            new Inject(FaultStage.Decode, Inject.DelayNanosMax + 1, DelayShape.Constant, 1, 0), new Inject(FaultStage.Decode, -1, DelayShape.Constant, 1, 0),
            new Inject((FaultStage)6, 1, DelayShape.Constant, 1, 0), new Inject(FaultStage.Decode, 1, (DelayShape)3, 1, 0),
            new Inject(FaultStage.Decode, 1, DelayShape.Intermittent, 0, 0), new Inject(FaultStage.Decode, 1, DelayShape.Intermittent, 1001, 0),
            new Injected((FaultStage)6, 0, 0, 0, 0), new Injected(FaultStage.Decode, 0, 0, -1, 0),
            new StartMachine(MachineBoot.Linux, "", 0, 250, 640, 480, []), new StartMachine((MachineBoot)3, "", 64, 250, 640, 480, []),
            new StartMachine(MachineBoot.Linux, "", 64, 251, 640, 480, []), new StartMachine(MachineBoot.Linux, "", 64, 250, 640, 4000, []),
            new SetMachine(0, false), new MachineReport((MachineActivity)2, 0, 0, 0, 0, 0, 0), new MachineReport(0, -1, 0, 0, 0, 0, 0),
            new ClipboardText(false, Secret.FromText("x")), new CloseTunnel(0), new MakeTunnelSocket(1, 1, false, (TunnelSocketKind)3), new TunnelSocket(1, 97, _handles[0]), new TunnelSocket(1, 0, null),
            new TunnelLost(1, new(FailureStage.Run, (FailureCause)99, "")), new TunnelOpened(1, null, [new(IPAddress.Loopback, 33)], [], []),
            new OpenWireGuard(1, 1, new Secret(Key(1)), 0, 0, [], [new(Key(2), Secret.Empty, null, 0, [])]),
            new OpenWireGuard(1, 0, new Secret(Key(1)), 0, 0, [], []), new OpenWireGuard(1, 0, new Secret(Key(1)), 0, 100, [], [new(Key(2), Secret.Empty, null, 0, [])]),
            new OpenWireGuard(1, 0, new Secret(new byte[31]), 0, 0, [], [new(Key(2), Secret.Empty, null, 0, [])]),
            new OpenOpenVpn(1, 0, Secret.Empty, "", Secret.Empty, []),
            new NetworkDial(0, IPEndPoint.Parse("10.0.0.5:22")), new NetworkLookUp(1, "\0"), new NetworkNames(1, NetworkNames.OutcomeMax + 1, []),
        ];
        foreach (var message in impossible)
        {
            var (packet, descriptors) = Write(message);
            Assert.False(ControlCodec.TryRead(packet, descriptors, out _), Convert.ToHexString(packet));
        }
        Assert.False(ControlCodec.TryRead([0xFF, 0xFF], [], out _));
        Assert.False(ControlCodec.TryRead([1, 0, 1, 0, 0xFF], [], out _), "text that is no UTF-8");
    }

    [Fact]
    public void Write_TooLong_SaysSoOrCutsSentences()
    {
        var packet = new byte[ControlSocket.PacketBytesMax];
        Assert.Equal(-1, ControlCodec.Write(new Ready(new string('x', 5000)), packet));
        Assert.Equal(-1, ControlCodec.Write(new Ready("3.10.3"), packet.AsSpan(0, 7)));
        var sentence = string.Concat(Enumerable.Repeat("😀\0", 5000));
        var length = ControlCodec.Write(new Failed(new(FailureStage.Run, FailureCause.WorkerDied, sentence)), packet);
        Assert.True(ControlCodec.TryRead(packet.AsSpan(0, length), [], out var read));
        Assert.StartsWith("😀 😀", ((Failed)read).Failure.Detail);
    }

    [Fact]
    public void ToString_OfSecrets_ShowsNone()
    {
        foreach (var message in Samples())
        {
            Assert.DoesNotContain("geheim", message.ToString());
            Assert.DoesNotContain("key", message.ToString().Replace("Keyboard", ""));
        }
        var secret = Secret.FromText("geheim");
        secret.Dispose();
        Assert.False(secret.Bytes.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void FailureText_EveryStageAndCause_HasAWordAndBack()
    {
        foreach (var stage in Enum.GetValues<FailureStage>())
            Assert.True(FailureText.TryParse(stage.Text(), out FailureStage back) && back == stage && FailureText.IsKnown(stage));
        foreach (var cause in Enum.GetValues<FailureCause>())
            Assert.True(FailureText.TryParse(cause.Text(), out FailureCause back) && back == cause && FailureText.IsKnown(cause));
        Assert.False(FailureText.TryParse("nonsense", out FailureCause _));
        Assert.Equal("rdp 10.0.0.5: sign-in: wrong-credentials (0x2)",
            (new Failure(FailureStage.SignIn, FailureCause.WrongCredentials, "0x2") { Layer = "rdp 10.0.0.5" }).ToString());
    }

    static byte[] Key(byte value) => [.. Enumerable.Repeat(value, TunnelPeer.KeyBytes)];

    (byte[] Packet, DescriptorHandle[] Descriptors) Write(ControlMessage message)
    {
        var packet = new byte[ControlSocket.PacketBytesMax];
        var length = ControlCodec.Write(message, packet);
        Assert.True(length > 0);
        return (packet[..length], [.. message.Descriptors.OfType<DescriptorHandle>()]);
    }
}
