namespace RemoteChain.Surface.Control;

/// <summary>The messages about the clipboard.</summary>
public static partial class ControlCodec
{
    static bool TryWriteClipboard(ref PacketWriter writer, ControlMessage message)
    {
        switch (message)
        {
            case ClipboardOffer m:
                writer.UInt16((ushort)Kind.ClipboardOffer);
                writer.Flag(m.HasText);
                return true;
            case ClipboardWanted:
                writer.UInt16((ushort)Kind.ClipboardWanted);
                return true;
            case ClipboardText m:
                writer.UInt16((ushort)Kind.ClipboardText);
                writer.Flag(m.Found);
                writer.Bytes(m.Text.Bytes, ClipboardText.BytesMax);
                return true;
            default:
                return false;
        }
    }

    static ControlMessage? ReadClipboard(Kind kind, ref PacketReader reader) => kind switch
    {
        Kind.ClipboardOffer => new ClipboardOffer(reader.Flag()),
        Kind.ClipboardWanted => new ClipboardWanted(),
        _ => new ClipboardText(reader.Flag(), reader.Secret(ClipboardText.BytesMax)),
    };
}
