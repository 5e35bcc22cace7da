namespace RemoteChain.Surface.Control;

/// <summary>
/// Both ways, node and either worker: the other side has text to give now, or has none any more. To a front it also says that clipboards
/// are shared here; a front that never gets one leaves its client's clipboard alone.
/// </summary>
public sealed record ClipboardOffer(bool HasText) : ControlMessage;

/// <summary>Both ways: somebody pastes what was offered; answered by <see cref="ClipboardText"/>.</summary>
public sealed record ClipboardWanted : ControlMessage;

/// <summary>Both ways: the answer. Treated like a secret, because it often is one.</summary>
/// <param name="Found">Whether there was a text, and a short enough one.</param>
/// <param name="Text">The text in UTF-8, lines ended by LF; empty when there was none.</param>
public sealed record ClipboardText(bool Found, Secret Text) : ControlMessage
{
    /// <summary>Longest text in UTF-8 bytes: what fits into one message.</summary>
    public const int BytesMax = 60 * 1024;

    /// <summary>A message with a text, or without one where it is null or too long.</summary>
    public static ClipboardText Of(string? text) => text is null || System.Text.Encoding.UTF8.GetByteCount(text) > BytesMax
        ? new(false, Secret.Empty)
        : new(true, Secret.FromText(text));

    /// <summary>The text; null when there was none.</summary>
    public string? Reveal() => Found ? Text.Reveal() : null;

    /// <inheritdoc/>
    public override void Dispose()
    {
        Text.Dispose();
        base.Dispose();
    }
}
