using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Surface.Desktops;

namespace RemoteChain.Worker.Desktop;

/// <summary>Why a desktop ended: what to tell the node (null when there is nobody to tell) and how the process ends.</summary>
readonly record struct DesktopEnd(Failure? Failure, int Code);

/// <summary>
/// One connection to a host, on one thread: waits for the host, the fronts' input bell and the node at once. Input goes first, because it
/// takes microseconds and somebody waits for it; decoding may take milliseconds.
/// </summary>
sealed class DesktopSession : IDisposable
{
    /// <summary>What the host sends within this time of what it sent before belongs to a stream.</summary>
    const long StreamNanos = 2_000_000;

    readonly ControlSocket _control;
    readonly long _startedNanos;
    readonly RdpClient _client;
    readonly SurfacePainter _painter;
    readonly FrontInputs _inputs;
    readonly SharedClipboard? _clipboard;
    readonly Bell _inputBell;
    readonly StageDelays _delays = new();
    readonly RdpWaiter _waiter = new();
    long _processedNanos;
    bool _trimDue;

    internal DesktopSession(ControlSocket control, StartDesktop start, long startedNanos)
    {
        _control = control;
        _startedNanos = startedNanos;
        _inputBell = new Bell(start.InputBell.Duplicate());
        _painter = new SurfacePainter(start.Surface);
        _client = new RdpClient(OptionsOf(start)) { PointerChanged = _painter.ShowPointer, Resized = OnResized, Painted = OnPainted, Decoded = _delays.Decode.Wait };
        _inputs = new FrontInputs(new HostInput(_client, () => _painter.HasPicture), _painter.Fits, _delays.Forward);
        if (_client.Clipboard is { } clipboard) _clipboard = new SharedClipboard(clipboard, Tell);
        start.Dispose();
    }

    internal DesktopEnd Run()
    {
        if (_client.Connect(CancellationToken.None) is { } refused) return Ended(refused);
        if (!_painter.Fits(_client.Width, _client.Height))
            return Failed(FailureStage.Activate, FailureCause.Unsupported, $"the host's desktop of {_client.Width} x {_client.Height} is too large");
        Tell(new DesktopConnected(_client.Width, _client.Height, _client.Certificate?.Sha256 ?? "", _client.Certificate?.Subject ?? "",
            _client.Protocol, HostWatch.Fingerprint(_client.Host)));
        var watch = new HostWatch(_client, Tell);
        while (true)
        {
            _waiter.Clear();
            _client.Watch(_waiter);
            var hostEnd = _waiter.Count;
            var bell = _waiter.Add(_inputBell.Handle.Descriptor);
            var node = _waiter.Add(_control.Handle.Descriptor);
            if (!_waiter.Wait(timeoutMillis: -1)) continue;
            if (_waiter.IsReadable(bell) && _inputBell.Clear()) _inputs.Deliver();
            if (_waiter.IsAnyReady(0, hostEnd) && ProcessHost() is { } gone) return Ended(gone);
            watch.Report();
            if (_painter.TooLarge) return Failed(FailureStage.Run, FailureCause.Unsupported, "the host's desktop became too large");
            if (_waiter.IsReadable(node) && Listen() is { } end) return end;
            _inputs.RetryResize();
            if (!_trimDue) continue;
            _trimDue = false;
            NativeHeap.Trim();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _inputs.Dispose();
        _painter.Dispose();
        _inputBell.Dispose();
        _waiter.Dispose();
    }

    /// <summary>Takes what the host has sent. Fronts are woken when it begins, so that they are awake when the picture is there; in a stream of
    /// updates they are awake anyway.</summary>
    RdpFailure? ProcessHost()
    {
        var now = MonotonicClock.NowNanos();
        var isFirst = now - _processedNanos > StreamNanos;
        if (isFirst)
        {
            _inputs.AnnouncePicture(true);
            _painter.RingAhead();
        }
        var gone = _client.Process();
        if (isFirst) _inputs.AnnouncePicture(false);
        _processedNanos = MonotonicClock.NowNanos();
        _painter.Pause(_processedNanos);
        return gone;
    }

    /// <summary>Handles what the node said; a value ends the desktop.</summary>
    DesktopEnd? Listen()
    {
        while (true)
        {
            switch (_control.Receive(out var message, timeoutMillis: 0))
            {
                case ControlReceive.None: return null;
                case ControlReceive.Closed: return new(null, ExitCode.NodeGone);
                case ControlReceive.Malformed: return new(null, ExitCode.Protocol);
            }
            using (message)
            {
                switch (message)
                {
                    case AttachFront attach:
                        Attach(attach);
                        break;
                    case DetachFront detach:
                        _inputs.Detach(detach.FrontNumber);
                        _painter.DetachBell(detach.FrontNumber);
                        break;
                    case HoldInput hold:
                        _inputs.Hold(hold.ExceptFront);
                        break;
                    case Inject inject:
                        Tell(_delays.Set(inject));
                        break;
                    case EchoHost:
                        _client.RequestShutdownEcho();
                        break;
                    case ClipboardOffer or ClipboardWanted or ClipboardText:
                        _clipboard?.Obey(message);
                        break;
                    case Stop:
                        return Failed(FailureStage.Run, FailureCause.Stopped, "");
                    default:
                        return new(null, ExitCode.Protocol);
                }
            }
        }
    }

    void Attach(AttachFront attach)
    {
        _painter.AttachBell(attach.FrontNumber, new Bell(attach.DamageBell.Duplicate()));
        if (attach is { MayControl: true, Input: { } ring }) _inputs.Attach(attach.FrontNumber, ring);
        // The ring may have been written, and the bell cleared, before this front was known.
        _inputs.Deliver();
    }

    void OnPainted(in RdpPaint paint)
    {
        var first = !_painter.HasPicture;
        _delays.Publish.Wait();
        _painter.Paint(paint, _inputs.LastSentBefore(paint.ReceivedNanos));
        if (first && _painter.HasPicture) Tell(new FirstPicture(MonotonicClock.NowNanos() - _startedNanos));
        _trimDue |= first;
    }

    void OnResized(int width, int height)
    {
        if (_painter.Resize(width, height)) Tell(new DesktopResized(width, height));
    }

    // A node that does not read is a node that kills this process; nothing here can do more about it.
    void Tell(ControlMessage message) => _control.Send(message);

    static DesktopEnd Failed(FailureStage stage, FailureCause cause, string detail) => new(new(stage, cause, detail), ExitCode.Ended);

    static DesktopEnd Ended(RdpFailure failure) => new(DesktopFailure.Of(failure), ExitCode.Ended);

    static RdpClientOptions OptionsOf(StartDesktop start) => new()
    {
        Socket = start.Socket.Detach(),
        ServerName = start.ServerName,
        User = start.User,
        Domain = start.Domain,
        Password = start.Password.Reveal(),
        Width = start.Width,
        Height = start.Height,
        ScalePercent = start.ScalePercent,
        KeyboardLayout = start.KeyboardLayout,
        PinnedCertificateSha256 = start.PinnedCertificate.Length == 0 ? null : start.PinnedCertificate,
        GraphicsPipeline = start.GraphicsPipeline,
        AlternateShell = start.AlternateShell,
        Clipboard = start.Clipboard,
        Security = start.Security switch
        {
            DesktopSecurity.Nla => RdpSecurity.Nla,
            DesktopSecurity.Tls => RdpSecurity.Tls,
            DesktopSecurity.Rdp => RdpSecurity.Rdp,
            _ => RdpSecurity.Any,
        },
    };
}
