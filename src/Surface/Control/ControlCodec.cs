namespace RemoteChain.Surface.Control;

/// <summary>The binary form of control messages: kind (16 bit little-endian), then the fields in the order of the records; numbers
/// little-endian,
/// text UTF-8 and bytes with a 16-bit length. Writing and reading stand in two files, in the same order.</summary>
public static partial class ControlCodec
{
    /// <summary>Longest ordinary text in UTF-8 bytes.</summary>
    public const int TextBytesMax = 4096;

    /// <summary>Longest certificate chain or key in PEM.</summary>
    public const int PemBytesMax = 28 * 1024;

    /// <summary>The kinds; a number is never given twice.</summary>
    enum Kind : ushort
    {
        Ready = 1, Failed = 2, Stop = 3, Inject = 4, Injected = 5,
        StartDesktop = 16, AttachFront, DetachFront, DesktopConnected, FirstPicture, DesktopResized, EchoHost, HostEcho, HostConduct, HoldInput,
        StartFront = 32, SignInAnswer, NtHashAnswer, Join, Notice, Leave, SignIn, NtHashWanted, FrontActive, FrontRoundTrip, RecordFrames,
        ClipboardOffer = 56, ClipboardWanted, ClipboardText,
        TunnelsReady = 64, OpenWireGuard, OpenOpenVpn, CloseTunnel, MakeTunnelSocket, TunnelOpened, TunnelLost, TunnelClosed, TunnelSocket,
        StartMachine = 96, SetMachine, OpenScreen, MachineSerial, MachineReport,
        NetworkDial = 112, NetworkLookUp, NetworkDenied, NetworkDialed, NetworkNames,
    }

    /// <summary>Writes a message without its descriptors.</summary>
    /// <returns>Number of bytes, or -1 when a field is too long or the whole does not fit.</returns>
    public static int Write(ControlMessage message, Span<byte> packet)
    {
        var writer = new PacketWriter(packet);
        switch (message)
        {
            case Ready m:
                writer.UInt16((ushort)Kind.Ready);
                writer.Text(m.FreeRdpVersion, TextBytesMax);
                break;
            case Failed { Failure: var f }:
                writer.UInt16((ushort)Kind.Failed);
                writer.Byte((byte)f.Stage);
                writer.Byte((byte)f.Cause);
                writer.Sentence(f.Detail);
                break;
            case Stop:
                writer.UInt16((ushort)Kind.Stop);
                break;
            case Inject m:
                writer.UInt16((ushort)Kind.Inject);
                writer.Byte((byte)m.Stage);
                writer.Int64(m.DelayNanos);
                writer.Byte((byte)m.Shape);
                writer.Int32(m.SharePermille);
                writer.Int32((int)m.Seed);
                break;
            case Injected m:
                writer.UInt16((ushort)Kind.Injected);
                writer.Byte((byte)m.Stage);
                writer.Int32((int)m.Events);
                writer.Int32((int)m.Delayed);
                writer.Int64(m.WaitedNanos);
                writer.Int64(m.LongestNanos);
                break;
            case StartDesktop m:
                writer.UInt16((ushort)Kind.StartDesktop);
                writer.Text(m.ServerName, TextBytesMax);
                writer.Text(m.User, TextBytesMax);
                writer.Text(m.Domain, TextBytesMax);
                writer.Bytes(m.Password.Bytes, TextBytesMax);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                writer.Int32(m.ScalePercent);
                writer.Int32((int)m.KeyboardLayout);
                writer.Byte((byte)m.Security);
                writer.Text(m.PinnedCertificate, TextBytesMax);
                writer.Flag(m.GraphicsPipeline);
                writer.Text(m.AlternateShell, TextBytesMax);
                writer.Flag(m.Clipboard);
                break;
            case AttachFront m:
                writer.UInt16((ushort)Kind.AttachFront);
                writer.Int32(m.FrontNumber);
                writer.Flag(m.MayControl);
                break;
            case DetachFront m:
                writer.UInt16((ushort)Kind.DetachFront);
                writer.Int32(m.FrontNumber);
                break;
            case DesktopConnected m:
                writer.UInt16((ushort)Kind.DesktopConnected);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                writer.Text(m.CertificateSha256, TextBytesMax);
                writer.Sentence(m.CertificateSubject);
                writer.Text(m.Protocol, TextBytesMax);
                writer.Sentence(m.ServerFingerprint);
                break;
            case FirstPicture m:
                writer.UInt16((ushort)Kind.FirstPicture);
                writer.Int64(m.SinceStartNanos);
                break;
            case DesktopResized m:
                writer.UInt16((ushort)Kind.DesktopResized);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                break;
            case HoldInput m:
                writer.UInt16((ushort)Kind.HoldInput);
                writer.Int32(m.ExceptFront);
                break;
            case EchoHost:
                writer.UInt16((ushort)Kind.EchoHost);
                break;
            case HostEcho m:
                writer.UInt16((ushort)Kind.HostEcho);
                writer.Int64(m.RoundTripNanos);
                break;
            case HostConduct m:
                writer.UInt16((ushort)Kind.HostConduct);
                writer.Int32((int)m.RoundTripRequests);
                writer.Int32((int)m.BandwidthRequests);
                writer.Int32((int)m.Results);
                writer.Flag(m.LogonSeen);
                writer.Int32((int)m.GraphicsVersion);
                writer.Int32((int)m.Frames);
                writer.Int32((int)m.StampedFrames);
                writer.Int32(m.DelayVariationMillis);
                break;
            case StartFront m:
                writer.UInt16((ushort)Kind.StartFront);
                writer.Text(m.CertificatePem, PemBytesMax);
                writer.Bytes(m.KeyPem.Bytes, PemBytesMax);
                writer.Flag(m.AllowNla);
                writer.Text(m.PeerAddress, TextBytesMax);
                writer.Text(m.Routing, TextBytesMax);
                break;
            case SignInAnswer m:
                writer.UInt16((ushort)Kind.SignInAnswer);
                writer.Flag(m.Accepted);
                writer.Sentence(m.Sentence);
                break;
            case NtHashAnswer m:
                writer.UInt16((ushort)Kind.NtHashAnswer);
                writer.Flag(m.Found);
                writer.Bytes(m.NtHash.Bytes, NtHashAnswer.HashBytes);
                break;
            case Join m:
                writer.UInt16((ushort)Kind.Join);
                writer.Int32(m.FrontNumber);
                writer.Sentence(m.Title);
                writer.Flag(m.MayControl);
                break;
            case RecordFrames:
                writer.UInt16((ushort)Kind.RecordFrames);
                break;
            case Notice m:
                writer.UInt16((ushort)Kind.Notice);
                writer.Sentence(m.Sentence);
                writer.Byte((byte)m.Kind);
                writer.Int64(m.SinceNanos);
                break;
            case Leave m:
                writer.UInt16((ushort)Kind.Leave);
                writer.Sentence(m.Sentence);
                break;
            case SignIn m:
                writer.UInt16((ushort)Kind.SignIn);
                writer.Text(m.User, TextBytesMax);
                writer.Text(m.Domain, TextBytesMax);
                writer.Bytes(m.Password.Bytes, TextBytesMax);
                writer.Flag(m.ProvedByNla);
                writer.Text(m.ClientName, TextBytesMax);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                writer.Int32(m.ScalePercent);
                writer.Int32((int)m.KeyboardLayout);
                break;
            case NtHashWanted m:
                writer.UInt16((ushort)Kind.NtHashWanted);
                writer.Text(m.User, TextBytesMax);
                writer.Text(m.Domain, TextBytesMax);
                break;
            case FrontActive m:
                writer.UInt16((ushort)Kind.FrontActive);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                writer.Byte((byte)m.Encoding);
                writer.Text(m.Security, TextBytesMax);
                break;
            case FrontRoundTrip m:
                writer.UInt16((ushort)Kind.FrontRoundTrip);
                writer.Int64(m.AutodetectNanos);
                writer.Int64(m.EchoNanos);
                writer.Int32((int)m.FramesAcknowledged);
                writer.Int32(m.QoeDecodeRenderMillis);
                break;
            default:
                if (TryWriteTunnel(ref writer, message) || TryWriteMachine(ref writer, message) || TryWriteClipboard(ref writer, message)) break;
                throw new ArgumentException($"{message.GetType().Name} has no binary form.", nameof(message));
        }
        return writer.Length;
    }
}
