using System.Diagnostics.CodeAnalysis;

namespace RemoteChain.Surface.Control;

public static partial class ControlCodec
{
    const int FrontNumberMax = ushort.MaxValue, ScaleMin = 100, ScaleMax = 500;

    /// <summary>Reads a message. Every length, number and word is checked; bytes or descriptors that are left over make it
    /// malformed.</summary>
    /// <param name="packet">Untrusted bytes.</param>
    /// <param name="descriptors">What came along; the message owns them when true, else the caller still does.</param>
    /// <param name="message">The message when true.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, ReadOnlySpan<DescriptorHandle> descriptors, [NotNullWhen(true)] out ControlMessage? message)
    {
        var reader = new PacketReader(packet);
        var kind = (Kind)reader.UInt16();
        message = kind switch
        {
            Kind.Ready or Kind.Failed or Kind.Stop or (>= Kind.DetachFront and <= Kind.HoldInput) when descriptors.IsEmpty =>
                ReadDesktopSide(kind, ref reader),
            Kind.Inject or Kind.Injected when descriptors.IsEmpty => ReadFault(kind, ref reader),
            Kind.StartDesktop when descriptors.Length == 3 => ReadStartDesktop(ref reader, descriptors),
            Kind.AttachFront when descriptors.Length is 1 or 2 => ReadAttachFront(ref reader, descriptors),
            Kind.StartFront when descriptors.Length == 1 => ReadStartFront(ref reader, descriptors),
            Kind.RecordFrames when descriptors.Length == 1 => new RecordFrames(descriptors[0]),
            Kind.Join when descriptors.Length is 2 or 4 => ReadJoin(ref reader, descriptors),
            >= Kind.SignInAnswer and <= Kind.FrontRoundTrip when descriptors.IsEmpty => ReadFrontSide(kind, ref reader),
            >= Kind.ClipboardOffer and <= Kind.ClipboardText when descriptors.IsEmpty => ReadClipboard(kind, ref reader),
            >= Kind.TunnelsReady and <= Kind.TunnelClosed when descriptors.IsEmpty => ReadTunnel(kind, ref reader),
            Kind.TunnelSocket when descriptors.Length <= 1 => ReadTunnelSocket(ref reader, descriptors),
            Kind.StartMachine => ReadStartMachine(ref reader, descriptors),
            Kind.OpenScreen when descriptors.Length == 3 => new OpenScreen(descriptors[0], descriptors[1], descriptors[2]),
            Kind.SetMachine or Kind.MachineSerial or Kind.MachineReport when descriptors.IsEmpty => ReadMachine(kind, ref reader),
            Kind.NetworkDialed when descriptors.Length <= 1 => ReadNetworkDialed(ref reader, descriptors),
            Kind.NetworkDial or Kind.NetworkLookUp or Kind.NetworkDenied or Kind.NetworkNames when descriptors.IsEmpty => ReadNetwork(kind, ref reader),
            _ => null,
        };
        if (message is not null && reader.IsWhole && IsConsistent(message) && IsTunnelConsistent(message)) return true;
        ZeroSecrets(message);
        message = null;
        return false;
    }

    static ControlMessage? ReadDesktopSide(Kind kind, ref PacketReader reader) => kind switch
    {
        Kind.Ready => new Ready(reader.Text(TextBytesMax)),
        Kind.Failed => new Failed(new((FailureStage)reader.Byte(), (FailureCause)reader.Byte(), reader.Text(TextBytesMax))),
        Kind.Stop => new Stop(),
        Kind.DetachFront => new DetachFront(reader.Int32(1, FrontNumberMax)),
        Kind.DesktopConnected => new DesktopConnected(Side(ref reader), Side(ref reader), reader.Text(TextBytesMax), reader.Text(TextBytesMax),
            reader.Text(TextBytesMax), reader.Text(TextBytesMax)),
        Kind.FirstPicture => new FirstPicture(reader.Nanos()),
        Kind.DesktopResized => new DesktopResized(Side(ref reader), Side(ref reader)),
        Kind.EchoHost => new EchoHost(),
        Kind.HoldInput => new HoldInput(reader.Int32(0, FrontNumberMax)),
        Kind.HostEcho => new HostEcho(reader.Nanos()),
        Kind.HostConduct => new HostConduct(reader.UInt32(), reader.UInt32(), reader.UInt32(), reader.Flag(), reader.UInt32(), reader.UInt32(),
            reader.UInt32(), reader.Int32(-1, int.MaxValue)),
        _ => null,
    };

    static ControlMessage? ReadFrontSide(Kind kind, ref PacketReader reader) => kind switch
    {
        Kind.SignInAnswer => new SignInAnswer(reader.Flag(), reader.Text(TextBytesMax)),
        Kind.NtHashAnswer => new NtHashAnswer(reader.Flag(), reader.Secret(NtHashAnswer.HashBytes)),
        Kind.Notice => new Notice(reader.Text(TextBytesMax), (NoticeKind)reader.Choice((byte)NoticeKind.Failed), reader.Nanos()),
        Kind.Leave => new Leave(reader.Text(TextBytesMax)),
        Kind.SignIn => new SignIn(reader.Text(TextBytesMax), reader.Text(TextBytesMax), reader.Secret(TextBytesMax), reader.Flag(),
            reader.Text(TextBytesMax), Side(ref reader), Side(ref reader), reader.Int32(ScaleMin, ScaleMax), reader.UInt32()),
        Kind.NtHashWanted => new NtHashWanted(reader.Text(TextBytesMax), reader.Text(TextBytesMax)),
        Kind.FrontActive => new FrontActive(Side(ref reader), Side(ref reader), (FrontEncoding)reader.Choice((byte)FrontEncoding.Bitmap),
            reader.Text(TextBytesMax)),
        Kind.FrontRoundTrip => new FrontRoundTrip(reader.Nanos(), reader.Nanos(), reader.UInt32(), reader.Int32(-1, int.MaxValue)),
        _ => null,
    };

    static ControlMessage ReadFault(Kind kind, ref PacketReader reader) => kind == Kind.Inject
        ? new Inject(FaultStageOf(ref reader), reader.Nanos(), (DelayShape)reader.Choice((byte)DelayShape.Jitter),
            reader.Int32(1, Inject.PermilleMax), reader.UInt32())
        : new Injected(FaultStageOf(ref reader), reader.UInt32(), reader.UInt32(), reader.Nanos(), reader.Nanos());

    static FaultStage FaultStageOf(ref PacketReader reader) => (FaultStage)reader.Choice((byte)FaultStage.Encode);

    static StartDesktop ReadStartDesktop(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors) => new(
        reader.Text(TextBytesMax), reader.Text(TextBytesMax), reader.Text(TextBytesMax), reader.Secret(TextBytesMax), Side(ref reader),
        Side(ref reader), reader.Int32(ScaleMin, ScaleMax), reader.UInt32(), (DesktopSecurity)reader.Choice((byte)DesktopSecurity.Rdp),
        reader.Text(TextBytesMax), reader.Flag(), reader.Text(TextBytesMax), descriptors[0], descriptors[1], descriptors[2]) { Clipboard = reader.Flag() };

    static AttachFront ReadAttachFront(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors) => new(
        reader.Int32(1, FrontNumberMax), reader.Flag(), descriptors[0], descriptors.Length > 1 ? descriptors[1] : null);

    static StartFront ReadStartFront(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors) => new(
        reader.Text(PemBytesMax), reader.Secret(PemBytesMax), reader.Flag(), reader.Text(TextBytesMax), reader.Text(TextBytesMax), descriptors[0]);

    static Join ReadJoin(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors) => new(
        reader.Int32(1, FrontNumberMax), reader.Text(TextBytesMax), reader.Flag(), descriptors[0], descriptors[1],
        descriptors.Length > 2 ? descriptors[2] : null, descriptors.Length > 2 ? descriptors[3] : null);

    static int Side(ref PacketReader reader) => reader.Int32(1, SurfaceFile.SideMax);

    /// <summary>What one field says about another.</summary>
    static bool IsConsistent(ControlMessage message) => message switch
    {
        Failed { Failure: var f } => FailureText.IsKnown(f.Stage) && FailureText.IsKnown(f.Cause),
        AttachFront m => m.MayControl == m.Input is not null,
        Join m => m.MayControl == m.Input is not null,
        Inject m => m.DelayNanos <= Inject.DelayNanosMax,
        ClipboardText m => m.Found || m.Text.IsEmpty,
        NtHashAnswer m => m.NtHash.Bytes.Length == (m.Found ? NtHashAnswer.HashBytes : 0),
        _ => true,
    };

    /// <summary>A refused message takes its secrets with it; its descriptors stay the caller's.</summary>
    static void ZeroSecrets(ControlMessage? message)
    {
        switch (message)
        {
            case StartDesktop m: m.Password.Dispose(); break;
            case StartFront m: m.KeyPem.Dispose(); break;
            case NtHashAnswer m: m.NtHash.Dispose(); break;
            case SignIn m: m.Password.Dispose(); break;
            case ClipboardText m: m.Text.Dispose(); break;
            case OpenWireGuard or OpenOpenVpn: message.Dispose(); break;
        }
    }
}
