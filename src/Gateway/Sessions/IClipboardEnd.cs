namespace RemoteChain.Gateway.Sessions;

/// <summary>One end of a session's clipboard: its host, or one of its viewers. What it has to say comes to the runner.</summary>
public interface IClipboardEnd
{
    /// <summary>There is text to be had at the other end now, or none any more. A viewer that never hears of it shares no clipboard.</summary>
    void OfferClipboard(bool hasText);

    /// <summary>Somebody at the other end pastes: this end's text is wanted.</summary>
    void AskClipboard();

    /// <summary>The text that this end asked for; null when there is none.</summary>
    void GiveClipboard(string? text);
}
