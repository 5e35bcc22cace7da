using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.RdpFront;

/// <summary>
/// One client, one thread, one poll over everything: the client's socket, the node's control socket and the damage bell.
/// <code>
///   bell ───► FrontPicture (staged copy) ───► RdpPeer.Display ───► client
///   client ─► RdpPeer ─► FrontInput ───► input ring, bell
///   node ───► Join, Notice, Leave ───► FrontScreen decides what is shown
/// </code>
/// This file holds the loop; <c>FrontConnection.Client.cs</c> what the client tells, <c>FrontConnection.Node.cs</c> what the node tells.
/// </summary>
sealed partial class FrontConnection : IRdpPeerHandler, IDisposable
{
    /// <summary>How often the round trip to the client is measured while it is in use.</summary>
    const long MeasureEveryNanos = 1_000_000_000;

    /// <summary>A client that has neither sent input nor been sent a picture for this long is not in use: nobody needs to know its way.</summary>
    const long UnusedAfterNanos = 10_000_000_000;

    /// <summary>A last sentence stays on the screen for this long.</summary>
    const long LeaveAfterNanos = 4_000_000_000;

    /// <summary>What is still on its way to the client at the end gets this long.</summary>
    const int DrainMillisMax = 1_000;

    readonly ControlSocket _control;
    readonly RdpPeer _peer;
    readonly StageDelays _delays = new();
    readonly FrontScreen _screen;
    readonly SharedClipboard _clipboard;
    readonly Queue<ControlMessage> _deferred = [];
    (int Exit, Failure? Failure)? _end;
    long _nextMeasureNanos;
    long _usedNanos;
    long _framesSeen;
    long _leaveNanos;
    Failure? _leaveFailure;
    RdpPeerCloseReason _leaveReason = RdpPeerCloseReason.Ended;

    internal FrontConnection(ControlSocket control, StartFront start)
    {
        _control = control;
        var options = new RdpPeerOptions
        {
            CertificatePem = start.CertificatePem,
            PrivateKeyPem = start.KeyPem.Reveal(),
            AllowNla = start.AllowNla,
            SideMax = SurfaceFile.SideMax,
        };
        // The peer owns the socket from here on, also when it throws.
        _peer = new RdpPeer(start.Socket.Detach(), options, this);
        _screen = new FrontScreen(_peer, _delays.Encode);
        _clipboard = new SharedClipboard(_peer.Clipboard, message => _control.Send(message));
        start.KeyPem.Dispose();
    }

    /// <summary>Runs until the client, the node or a failure ends it.</summary>
    internal (int Exit, Failure? Failure) Serve()
    {
        const int socket = 0, node = 1, bell = 2;
        Span<PolledDescriptor> polled = stackalloc PolledDescriptor[3];
        while (_end is null)
        {
            var wanted = (short)((_peer.WantsToRead ? PolledDescriptor.Readable : 0) | (_peer.IsWriteBlocked ? PolledDescriptor.Writable : 0));
            polled[socket] = new(_peer.SocketDescriptor, wanted);
            polled[node] = new(_control.Handle.Descriptor);
            polled[bell] = new(_screen.BellDescriptor);
            DescriptorPoll.Wait(polled, TimeoutMillis());

            // Input first: it is what the user waits for.
            if (polled[socket].IsReady || _peer.HasMoreToProcess) ServeClient(polled[socket].Happened);
            if (_end is null && polled[bell].IsReady)
            {
                _delays.PictureQueue.Wait();
                _screen.TakeDamage();
            }

            if (_end is null && (polled[node].IsReady || _deferred.Count > 0)) ServeNode();
            if (_end is null) Tick();
        }

        return _end.Value;
    }

    public void Dispose()
    {
        _screen.Dispose();
        _peer.Dispose();
        while (_deferred.TryDequeue(out var message)) message.Dispose();
    }

    void ServeClient(short happened)
    {
        if ((happened & PolledDescriptor.Writable) != 0 && _peer.IsWriteBlocked && !_peer.Drain())
        {
            EndWithPeer();
            return;
        }

        var isInput = _screen.Input.IsOpen && _peer.HasShortRecord;
        if (isInput) _screen.Input.Announce();
        if (!_peer.Process()) EndWithPeer();
        if (isInput) _screen.Input.Retract();
    }

    /// <summary>Everything that time brings about.</summary>
    void Tick()
    {
        var now = MonotonicClock.NowNanos();
        if (_screen.Update(now) is { } corrupt)
        {
            _end = (ExitCode.Ended, corrupt);
            return;
        }

        if (_leaveNanos != 0 && now >= _leaveNanos)
        {
            Close();
            return;
        }

        if (!_peer.IsActive) return;
        ReportRoundTrip(now);
        if (_peer.Display.FramesSent != _framesSeen) (_framesSeen, _usedNanos) = (_peer.Display.FramesSent, now);
        if (now < _nextMeasureNanos || now - _usedNanos > UnusedAfterNanos) return;
        _nextMeasureNanos = now + MeasureEveryNanos;
        _peer.MeasureRoundTrip();
    }

    int TimeoutMillis()
    {
        if (_peer.HasMoreToProcess || _deferred.Count > 0) return 0;
        var now = MonotonicClock.NowNanos();
        var due = long.MaxValue;
        if (_leaveNanos != 0) due = Math.Min(due, _leaveNanos);
        if (_peer.IsActive && now - _usedNanos <= UnusedAfterNanos) due = Math.Min(due, _nextMeasureNanos);
        due = Math.Min(due, _screen.NextUpdateNanos(now));
        if (due == long.MaxValue) return -1;
        return (int)Math.Clamp((due - now + 999_999) / 1_000_000, 0, int.MaxValue);
    }

    /// <summary>Tells the client goodbye and gives the last bytes a moment.</summary>
    void Close()
    {
        _peer.Close(_leaveReason);
        var deadline = MonotonicClock.NowNanos() + (DrainMillisMax * 1_000_000L);
        while (_peer.IsWriteBlocked && MonotonicClock.NowNanos() < deadline)
        {
            var polled = new PolledDescriptor(_peer.SocketDescriptor, PolledDescriptor.Writable);
            DescriptorPoll.Wait(new Span<PolledDescriptor>(ref polled), DrainMillisMax / 10);
            if (!_peer.Drain()) break;
        }

        _end = (ExitCode.Ended, _leaveFailure ?? new Failure(FailureStage.Run, FailureCause.Stopped, ""));
    }

    void EndWithPeer()
    {
        var failure = _peer.Failure!;
        var stage = failure.Stage switch
        {
            RdpStage.Handshake => FailureStage.Handshake,
            RdpStage.Tls => FailureStage.Tls,
            RdpStage.SignIn => FailureStage.SignIn,
            RdpStage.Activate => FailureStage.Activate,
            _ => FailureStage.Run,
        };
        var cause = failure.Cause switch
        {
            RdpCause.ClientLeft => FailureCause.ClientLeft,
            RdpCause.TimedOut => FailureCause.TimedOut,
            RdpCause.WrongCredentials => FailureCause.WrongCredentials,
            RdpCause.Unsupported => FailureCause.Unsupported,
            RdpCause.ConnectionLost => FailureCause.ConnectionLost,
            RdpCause.Stopped => FailureCause.Stopped,
            _ => FailureCause.ProtocolError,
        };
        // A client that goes while its user waits for the end has simply left; what the end was about is the better answer.
        _end = (ExitCode.Ended, _leaveFailure ?? new Failure(stage, cause, failure.Detail));
    }
}
