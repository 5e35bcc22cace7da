using System.Buffers.Binary;
using System.Text;

namespace FreeRdp.Channels;

/// <summary>The messages of clipboard redirection (MS-RDPECLIP 2.2) that text needs, read and written. Untrusted bytes.</summary>
internal static class ClipboardPdu
{
    /// <summary>Size of the header that every message has (2.2.1).</summary>
    public const int HeaderBytes = 8;

    /// <summary>The standard format of text in UTF-16 (Windows' CF_UNICODETEXT).</summary>
    public const uint UnicodeText = 13;

    /// <summary>Formats of one list that are looked at.</summary>
    public const int FormatsMax = 256;

    private const int ShortNameBytes = 32;
    private const int GeneralSet = 1, GeneralSetBytes = 12;
    private const uint Version2 = 2, FlagLongNames = 2;

    /// <summary>msgType, 2.2.1. What is not here is about files, which are not passed on.</summary>
    public enum Kind : ushort
    {
        MonitorReady = 1,
        FormatList = 2,
        FormatListResponse = 3,
        DataRequest = 4,
        DataResponse = 5,
        Capabilities = 7,
    }

    /// <summary>msgFlags, 2.2.1.</summary>
    [Flags]
    public enum Flags : ushort
    {
        None = 0,
        Ok = 1,
        Fail = 2,
    }

    /// <summary>Reads the header; the body is what the header says, and no more. Bytes behind it are padding, as FreeRDP adds.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> message, out Kind kind, out Flags flags, out ReadOnlySpan<byte> body)
    {
        (kind, flags) = (default, default);
        body = default;
        if (message.Length < HeaderBytes) return false;
        kind = (Kind)BinaryPrimitives.ReadUInt16LittleEndian(message);
        flags = (Flags)BinaryPrimitives.ReadUInt16LittleEndian(message[2..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
        if (length > message.Length - HeaderBytes) return false;
        body = message.Slice(HeaderBytes, (int)length);
        return true;
    }

    /// <summary>Reads capabilities (2.2.2.1): whether names of formats are long.</summary>
    public static bool TryReadCapabilities(ReadOnlySpan<byte> body, out bool longNames)
    {
        longNames = false;
        if (body.Length < 4) return false;
        int sets = BinaryPrimitives.ReadUInt16LittleEndian(body);
        body = body[4..];
        for (; sets > 0; sets--)
        {
            if (body.Length < 4) return false;
            int type = BinaryPrimitives.ReadUInt16LittleEndian(body);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
            if (length < 4 || length > body.Length) return false;
            if (type == GeneralSet && length >= GeneralSetBytes)
                longNames = (BinaryPrimitives.ReadUInt32LittleEndian(body[8..]) & FlagLongNames) != 0;
            body = body[length..];
        }

        return true;
    }

    /// <summary>Reads a list of formats (2.2.3.1): whether text is among them.</summary>
    /// <param name="body">The message's body.</param>
    /// <param name="longNames">Whether both sides have said that names are long (2.2.3.1.2).</param>
    /// <param name="hasText">Whether the text format is in the list.</param>
    public static bool TryReadFormats(ReadOnlySpan<byte> body, bool longNames, out bool hasText)
    {
        hasText = false;
        for (var formats = 0; !body.IsEmpty && formats < FormatsMax; formats++)
        {
            if (body.Length < 4) return false;
            hasText |= BinaryPrimitives.ReadUInt32LittleEndian(body) == UnicodeText;
            body = body[4..];
            if (!longNames)
            {
                if (body.Length < ShortNameBytes) return false;
                body = body[ShortNameBytes..];
                continue;
            }

            var units = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(body);
            var end = units.IndexOf((ushort)0);
            if (end < 0) return false;
            body = body[((end + 1) * 2)..];
        }

        return true;
    }

    /// <summary>Reads which format the other side wants (2.2.5.1).</summary>
    public static bool TryReadRequest(ReadOnlySpan<byte> body, out uint format)
    {
        format = body.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(body) : 0;
        return body.Length >= 4;
    }

    /// <summary>Text as it travels, without its end and with line ends as everywhere else. What is no UTF-16 becomes U+FFFD.</summary>
    public static string Text(ReadOnlySpan<byte> utf16)
    {
        var text = Encoding.Unicode.GetString(utf16[..(utf16.Length & ~1)]);
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Writes capabilities: version 2, long names, nothing about files.</summary>
    public static byte[] Capabilities()
    {
        var message = Message(Kind.Capabilities, Flags.None, 4 + GeneralSetBytes);
        var body = message.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(body, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(body[4..], GeneralSet);
        BinaryPrimitives.WriteUInt16LittleEndian(body[6..], GeneralSetBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], Version2);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], FlagLongNames);
        return message;
    }

    /// <summary>Writes the server's word that it is there (2.2.2.2).</summary>
    public static byte[] MonitorReady() => Message(Kind.MonitorReady, Flags.None, 0);

    /// <summary>Writes a list with the text format, or an empty one.</summary>
    public static byte[] FormatList(bool hasText, bool longNames)
    {
        var message = Message(Kind.FormatList, Flags.None, !hasText ? 0 : longNames ? 6 : 4 + ShortNameBytes);
        if (hasText) BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HeaderBytes), UnicodeText);
        return message;
    }

    /// <summary>Writes that a list was taken.</summary>
    public static byte[] FormatListTaken() => Message(Kind.FormatListResponse, Flags.Ok, 0);

    /// <summary>Writes a request for text.</summary>
    public static byte[] TextRequest()
    {
        var message = Message(Kind.DataRequest, Flags.None, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HeaderBytes), UnicodeText);
        return message;
    }

    /// <summary>Writes the answer to a request; null where there is nothing.</summary>
    public static byte[] TextResponse(string? text)
    {
        if (text is null) return Message(Kind.DataResponse, Flags.Fail, 0);
        // Windows' clipboard ends lines with CR LF and texts with NUL; some of its programs show anything else as one line.
        var windows = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        var message = Message(Kind.DataResponse, Flags.Ok, (windows.Length + 1) * 2);
        Encoding.Unicode.GetBytes(windows, message.AsSpan(HeaderBytes));
        return message;
    }

    private static byte[] Message(Kind kind, Flags flags, int bodyBytes)
    {
        var message = new byte[HeaderBytes + bodyBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(message, (ushort)kind);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(2), (ushort)flags);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), bodyBytes);
        return message;
    }
}
