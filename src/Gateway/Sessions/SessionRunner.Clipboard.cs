using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>The part of a session that has to do with the clipboard. What is copied never reaches a log, a trace or the audit.</summary>
public sealed partial class SessionRunner
{
    private readonly ClipboardRelay _clipboard;

    /// <summary>Which way text may go, as the chain says.</summary>
    public ClipboardPolicy Clipboard => _chain.Gateway.Clipboard;

    /// <summary>An end of the session's clipboard has text to give now, or has none any more.</summary>
    public void ClipboardOffered(IClipboardEnd by, bool hasText) => Pass(relay => relay.Offered(by, hasText));

    /// <summary>Somebody at an end pastes; the answer is <see cref="IClipboardEnd.GiveClipboard"/>.</summary>
    public void ClipboardWanted(IClipboardEnd by) => Pass(relay => relay.Wanted(by));

    /// <summary>An end gives the text that it was asked for; null when it has none.</summary>
    public void ClipboardGiven(IClipboardEnd by, string? text) => Pass(relay => relay.Given(by, text));

    /// <summary>What an end that is a worker has to say.</summary>
    internal void HearClipboard(IClipboardEnd by, ControlMessage message)
    {
        switch (message)
        {
            case ClipboardOffer offer:
                ClipboardOffered(by, offer.HasText);
                break;
            case Surface.Control.ClipboardWanted:
                ClipboardWanted(by);
                break;
            case ClipboardText text:
                ClipboardGiven(by, text.Reveal());
                break;
        }
    }

    // A session that is so busy that its queue is full has lost a paste: better than to keep what a hostile end sends without a bound.
    private void Pass(Action<ClipboardRelay> happened) => _work.Writer.TryWrite(new ClipboardWork(happened));

    private sealed record ClipboardWork(Action<ClipboardRelay> Happened) : Work;
}
