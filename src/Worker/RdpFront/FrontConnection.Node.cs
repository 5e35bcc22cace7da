using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.RdpFront;

// What the node tells.
sealed partial class FrontConnection
{
    void ServeNode()
    {
        while (_end is null)
        {
            if (!_deferred.TryDequeue(out var message))
            {
                switch (_control.Receive(out message, timeoutMillis: 0))
                {
                    case ControlReceive.None:
                        return;
                    case ControlReceive.Closed:
                        // Without its node a front has nothing to show and nobody to answer for it.
                        _end = (ExitCode.NodeGone, null);
                        return;
                    case ControlReceive.Malformed:
                        _end = (ExitCode.Protocol, new Failure(FailureStage.Run, FailureCause.ProtocolError, "The node sent no message."));
                        return;
                }
            }

            using (message) Obey(message!);
        }
    }

    void Obey(ControlMessage message)
    {
        switch (message)
        {
            case SignInAnswer { Accepted: true }:
                break;
            case SignInAnswer refusal:
                Refuse(refusal.Sentence);
                break;
            case NtHashAnswer:
                // Came after the client had been refused for the node's silence.
                break;
            case RecordFrames record:
                _screen.Record(record.Frames);
                break;
            case Join join:
                if (_screen.Join(join) is { } failure) _end = (ExitCode.Ended, failure);
                break;
            case Notice notice:
                if (_leaveNanos == 0) _screen.ShowNotice(notice);
                break;
            case Leave leave:
                LeaveWith(leave.Sentence, NoticeKind.Failed, null);
                break;
            case Inject inject:
                _control.Send(_delays.Set(inject));
                break;
            case ClipboardOffer or ClipboardWanted or ClipboardText:
                // The first offer, of text or of none, says that clipboards are shared in this session.
                _peer.StartClipboard();
                _clipboard.Obey(message);
                break;
            case Stop:
                Close();
                break;
            default:
                _end = (ExitCode.Protocol, new Failure(FailureStage.Run, FailureCause.ProtocolError, "The node sent a message for another role."));
                break;
        }
    }

    void Refuse(string sentence)
    {
        _leaveReason = RdpPeerCloseReason.Denied;
        LeaveWith(sentence, NoticeKind.Failed, new Failure(FailureStage.SignIn, FailureCause.WrongCredentials, ""));
    }

    /// <summary>Shows a last sentence, and ends a few seconds after it could be seen.</summary>
    void LeaveWith(string sentence, NoticeKind kind, Failure? failure)
    {
        // No age: the picture was live until now.
        _screen.ShowNotice(new Notice(sentence, kind, SinceNanos: 0));
        _leaveNanos = MonotonicClock.NowNanos() + LeaveAfterNanos;
        _leaveFailure ??= failure;
    }
}
