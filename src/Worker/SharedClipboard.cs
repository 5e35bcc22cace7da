using FreeRdp.Channels;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker;

/// <summary>
/// One end of a session's clipboard, as both roles have it: what the other side of the connection copies and pastes goes to the node as
/// messages, and the node's messages to it. Who may have what is the node's to say.
/// </summary>
sealed class SharedClipboard
{
    readonly RdpClipboard _clipboard;

    internal SharedClipboard(RdpClipboard clipboard, Action<ControlMessage> tell)
    {
        _clipboard = clipboard;
        clipboard.Offered = hasText => tell(new ClipboardOffer(hasText));
        clipboard.Wanted = () => tell(new ClipboardWanted());
        clipboard.Received = text =>
        {
            using var answer = ClipboardText.Of(text);
            tell(answer);
        };
    }

    internal void Obey(ControlMessage message)
    {
        switch (message)
        {
            case ClipboardOffer offer:
                _clipboard.Offer(offer.HasText);
                break;
            case ClipboardWanted:
                _clipboard.Request();
                break;
            case ClipboardText text:
                _clipboard.Answer(text.Reveal());
                break;
        }
    }
}
