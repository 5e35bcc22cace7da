using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.RdpFront;

// What the client tells.
sealed partial class FrontConnection
{
    /// <summary>The node has this long to answer for an NT hash, while the client waits in NLA.</summary>
    const long NtHashAnswerNanosMax = 5_000_000_000;

    /// <summary>Messages of the node that may arrive while an NT hash is awaited.</summary>
    const int DeferredMax = 16;

    long _autodetectNanos;
    long _echoNanos;
    bool _roundTripMeasured;

    bool IRdpPeerHandler.TryGetNtHash(string user, string domain, Span<byte> ntHash)
    {
        _control.Send(new NtHashWanted(user, domain));
        var deadline = MonotonicClock.NowNanos() + NtHashAnswerNanosMax;
        while (_deferred.Count < DeferredMax)
        {
            var waitMillis = (int)((deadline - MonotonicClock.NowNanos()) / 1_000_000);
            if (waitMillis <= 0 || _control.Receive(out var message, waitMillis) != ControlReceive.Message) return false;
            if (message is not NtHashAnswer answer)
            {
                _deferred.Enqueue(message!);
                continue;
            }

            using (answer)
            {
                if (!answer.Found || answer.NtHash.Bytes.Length != NtHashAnswer.HashBytes) return false;
                answer.NtHash.Bytes.CopyTo(ntHash);
                return true;
            }
        }

        return false;
    }

    void IRdpPeerHandler.SignedIn(RdpPeerClient client)
    {
        using var password = Secret.FromText(client.Password);
        using var signIn = new SignIn(client.User, client.Domain, password, client.ByNla, client.ClientName, client.Width, client.Height,
            client.ScalePercent, client.KeyboardLayout);
        try
        {
            _control.Send(signIn);
        }
        catch (ArgumentException)
        {
            // A name longer than a control message holds is no name of anybody.
            Refuse("The user name is too long.");
            return;
        }

        _screen.ClientCame(client.Width, client.Height, client.ScalePercent);
        _screen.ShowNotice(new Notice("Signing in …", NoticeKind.Waiting, MonotonicClock.NowNanos()));
    }

    void IRdpPeerHandler.Active()
    {
        _screen.ClientActive();
        var encoding = _peer.Display.Encoding switch
        {
            "gfx-progressive" => FrontEncoding.GfxProgressive,
            "surface-bits" => FrontEncoding.SurfaceBits,
            _ => FrontEncoding.Bitmap,
        };
        _control.Send(new FrontActive(_peer.Display.Width, _peer.Display.Height, encoding, _peer.Security));
    }

    void IRdpPeerHandler.Input(in RdpPeerInput input)
    {
        _screen.Input.Take(input, _delays.Receive);
        _usedNanos = input.ReceivedNanos;
    }

    void IRdpPeerHandler.ResizeRequested(int width, int height, int scalePercent) => _screen.ClientResized(width, height, scalePercent);

    void IRdpPeerHandler.RefreshRequested() => _screen.Repaint();

    void IRdpPeerHandler.OutputSuppressed(bool suppressed) => _screen.Suppress(suppressed);

    void IRdpPeerHandler.FrameAcknowledged(uint frame, long receivedNanos) => _screen.Acknowledged(frame, receivedNanos);

    void IRdpPeerHandler.RoundTripMeasured(RdpPeerProbe probe, long nanos)
    {
        _roundTripMeasured = true;
        if (probe == RdpPeerProbe.Echo) _echoNanos = nanos;
        else _autodetectNanos = nanos;
    }

    /// <summary>Tells the node once both answers are there; what has come alone, when the next is due.</summary>
    void ReportRoundTrip(long now)
    {
        if (!_roundTripMeasured || (now < _nextMeasureNanos && (_autodetectNanos == 0 || _echoNanos == 0))) return;
        _control.Send(new FrontRoundTrip(
            _autodetectNanos, _echoNanos, (uint)_peer.Display.FramesAcknowledged, _peer.Display.ClientMillis));
        (_roundTripMeasured, _autodetectNanos, _echoNanos) = (false, 0, 0);
    }
}
