using System.Buffers.Binary;
using System.Text;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// One record that a client sent. A message holds one or several; each is read on its own, so that a bad one is found before anything of
/// it is used. The client is a stranger: nothing here throws, and no value is beyond what an input ring takes.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Flags">Flags of a key or of the mouse, as in <see cref="InputEvent"/>.</param>
/// <param name="A">The first number: code, unit, x, width, frame, or 1 for visible.</param>
/// <param name="B">The second: y, height, or microseconds.</param>
/// <param name="C">The third: scale in percent.</param>
public readonly record struct WebMessage(WebInputKind Kind, ushort Flags = 0, uint A = 0, uint B = 0, uint C = 0)
{
    /// <summary>The version of the format that this is.</summary>
    public const byte Version = 1;

    /// <summary>Longest message but for one with clipboard text: a burst of inputs.</summary>
    public const int BytesMax = 4096;

    /// <summary>Longest clipboard text in bytes of UTF-8.</summary>
    public const int ClipboardBytesMax = RemoteChain.Surface.Control.ClipboardText.BytesMax;

    /// <summary>Longest ticket and longest name of a client.</summary>
    public const int TextBytesMax = 128;

    /// <summary>Smallest and largest side of a window that a desktop is asked for, and its scale.</summary>
    public const int SideMin = 200, ScaleMin = 100, ScaleMax = 500;

    // KBDFLAGS_EXTENDED, _EXTENDED1, _DOWN, _RELEASE; a character has only the last.
    private const ushort KeyFlags = 0xC300, UnicodeFlags = 0x8000;

    // TS_SYNC_SCROLL_LOCK, _NUM_LOCK, _CAPS_LOCK, _KANA_LOCK.
    private const ushort LockFlags = 0x000F;

    // PTRXFLAGS_DOWN, _BUTTON1, _BUTTON2.
    private const ushort ExtendedMouseFlags = 0x8003;

    /// <summary>Reads the record at the start and moves behind it.</summary>
    /// <param name="rest">What is left of the message.</param>
    /// <param name="message">The record when true.</param>
    /// <param name="clipboard">Its text when it is clipboard text; a part of <paramref name="rest"/>.</param>
    /// <returns>False when these bytes are no record.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> rest, out WebMessage message, out ReadOnlySpan<byte> clipboard)
    {
        message = default;
        clipboard = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        var kind = (WebInputKind)rest[0];
        if (kind == WebInputKind.Clipboard)
        {
            clipboard = rest[1..];
            rest = default;
            message = new WebMessage(kind);
            return clipboard.Length <= ClipboardBytesMax && System.Text.Unicode.Utf8.IsValid(clipboard);
        }

        int length = LengthOf(kind);
        if (length == 0 || rest.Length < length)
        {
            return false;
        }

        var fields = rest[1..length];
        rest = rest[length..];
        message = Of(kind, fields);
        return IsPossible(message);
    }

    /// <summary>What the desktop is told; null for records that are not about it.</summary>
    public InputEvent? ToInput(long receivedNanos) => Kind switch
    {
        WebInputKind.Scancode => new InputEvent(InputKind.Scancode, Flags, (int)A, ReceivedNanos: receivedNanos),
        WebInputKind.Unicode => new InputEvent(InputKind.Unicode, Flags, (int)A, ReceivedNanos: receivedNanos),
        WebInputKind.Mouse => new InputEvent(InputKind.Mouse, Flags, (int)A, (int)B, ReceivedNanos: receivedNanos),
        WebInputKind.ExtendedMouse => new InputEvent(InputKind.ExtendedMouse, Flags, (int)A, (int)B, ReceivedNanos: receivedNanos),
        WebInputKind.Synchronize => new InputEvent(InputKind.Synchronize, Flags, ReceivedNanos: receivedNanos),
        WebInputKind.ReleaseAll => new InputEvent(InputKind.ReleaseAll, 0, ReceivedNanos: receivedNanos),
        WebInputKind.Resize => new InputEvent(InputKind.Resize, 0, (int)A, (int)B, (int)C, ReceivedNanos: receivedNanos),
        _ => null,
    };

    private static int LengthOf(WebInputKind kind) => kind switch
    {
        WebInputKind.Scancode or WebInputKind.Unicode => 5,
        WebInputKind.Mouse or WebInputKind.ExtendedMouse or WebInputKind.Resize => 7,
        WebInputKind.Synchronize => 3,
        WebInputKind.Refresh or WebInputKind.ReleaseAll => 1,
        WebInputKind.Drawn => 9,
        WebInputKind.Pong or WebInputKind.Alive => 5,
        WebInputKind.Visible => 2,
        _ => 0,
    };

    private static WebMessage Of(WebInputKind kind, ReadOnlySpan<byte> fields) => kind switch
    {
        WebInputKind.Scancode or WebInputKind.Unicode => new WebMessage(kind, U16(fields), U16(fields[2..])),
        WebInputKind.Mouse or WebInputKind.ExtendedMouse => new WebMessage(kind, U16(fields), U16(fields[2..]), U16(fields[4..])),
        WebInputKind.Resize => new WebMessage(kind, 0, U16(fields), U16(fields[2..]), U16(fields[4..])),
        WebInputKind.Synchronize => new WebMessage(kind, U16(fields)),
        WebInputKind.Drawn => new WebMessage(kind, 0, U32(fields), U32(fields[4..])),
        WebInputKind.Pong or WebInputKind.Alive => new WebMessage(kind, 0, U32(fields)),
        WebInputKind.Visible => new WebMessage(kind, 0, fields[0]),
        _ => new WebMessage(kind),
    };

    private static bool IsPossible(in WebMessage message) => message.Kind switch
    {
        WebInputKind.Scancode => (message.Flags & ~KeyFlags) == 0 && message.A is >= 1 and <= 0xFF,
        WebInputKind.Unicode => (message.Flags & ~UnicodeFlags) == 0 && message.A != 0,
        WebInputKind.Mouse => message.A < SurfaceFile.SideMax && message.B < SurfaceFile.SideMax,
        WebInputKind.ExtendedMouse => (message.Flags & ~ExtendedMouseFlags) == 0 && message.A < SurfaceFile.SideMax && message.B < SurfaceFile.SideMax,
        WebInputKind.Synchronize => (message.Flags & ~LockFlags) == 0,
        WebInputKind.Resize => message.A is >= SideMin and <= SurfaceFile.SideMax && message.B is >= SideMin and <= SurfaceFile.SideMax
            && message.C is >= ScaleMin and <= ScaleMax,
        WebInputKind.Visible => message.A <= 1,
        _ => true,
    };

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}

/// <summary>The first message of a client.</summary>
/// <param name="Version">Of the format.</param>
/// <param name="Ticket">What lets it in; never logged.</param>
/// <param name="Client">What it calls itself; untrusted text.</param>
public sealed record WebHello(byte Version, string Ticket, string Client)
{
    /// <summary>Reads it. Null when these bytes are no such message.</summary>
    public static WebHello? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[0] != (byte)WebInputKind.Hello)
        {
            return null;
        }

        byte version = bytes[1];
        var rest = bytes[2..];
        return TryReadText(ref rest, out string ticket) && TryReadText(ref rest, out string client) && rest.IsEmpty
            ? new WebHello(version, ticket, client)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"hello of version {Version}";

    private static bool TryReadText(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.IsEmpty || rest[0] > WebMessage.TextBytesMax || rest.Length < 1 + rest[0])
        {
            return false;
        }

        var bytes = rest[1..(1 + rest[0])];
        rest = rest[(1 + bytes.Length)..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
