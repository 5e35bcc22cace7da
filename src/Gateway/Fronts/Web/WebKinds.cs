namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>The first byte of every record that a client sends (docs/web-front.md).</summary>
public enum WebInputKind : byte
{
    /// <summary>Version, size of the window, ticket, name of the client. Always first, never again.</summary>
    Hello = 0x01,

    /// <summary>A key by scancode: flags, code.</summary>
    Scancode = 0x10,

    /// <summary>A character by UTF-16 unit: flags, unit.</summary>
    Unicode = 0x11,

    /// <summary>Mouse: flags, x, y.</summary>
    Mouse = 0x12,

    /// <summary>Further mouse buttons: flags, x, y.</summary>
    ExtendedMouse = 0x13,

    /// <summary>State of the lock keys: flags.</summary>
    Synchronize = 0x14,

    /// <summary>The window has another size: width, height, scale in percent.</summary>
    Resize = 0x15,

    /// <summary>The client has lost its picture.</summary>
    Refresh = 0x16,

    /// <summary>The window has lost the focus: let go of everything.</summary>
    ReleaseAll = 0x17,

    /// <summary>A frame is drawn: its number, microseconds from its arrival to that moment.</summary>
    Drawn = 0x20,

    /// <summary>Answer to a ping: its number.</summary>
    Pong = 0x21,

    /// <summary>Whether anybody can see the picture: 0 or 1.</summary>
    Visible = 0x22,

    /// <summary>A question whether the node is still there: a number, which comes back.</summary>
    Alive = 0x23,

    /// <summary>Text for the host's clipboard: the rest of the message, UTF-8.</summary>
    Clipboard = 0x30,
}

/// <summary>The first byte of every message that a client is sent.</summary>
public enum WebOutputKind : byte
{
    /// <summary>Version, front number, <see cref="WebRights"/>, title.</summary>
    Welcome = 0x01,

    /// <summary>The picture's size: width, height. It is black and everything of it follows.</summary>
    Size = 0x02,

    /// <summary>A frame: its number, then what is to be drawn (<see cref="WebTile"/>).</summary>
    Frame = 0x03,

    /// <summary>The pointer's shape: kind, and for a bitmap width, height, hotspot, RGBA.</summary>
    Pointer = 0x04,

    /// <summary>The host has moved the pointer: x, y.</summary>
    PointerPosition = 0x05,

    /// <summary>A sentence over the dimmed picture: kind, its age in milliseconds, text.</summary>
    Notice = 0x06,

    /// <summary>The last sentence; the socket is closed after it.</summary>
    Leave = 0x07,

    /// <summary>To be answered at once: a number.</summary>
    Ping = 0x08,

    /// <summary>Text of the host's clipboard, UTF-8.</summary>
    Clipboard = 0x09,

    /// <summary>The answer to such a question: its number.</summary>
    Alive = 0x0A,
}

/// <summary>What a viewer may, as its welcome says.</summary>
[Flags]
public enum WebRights : byte
{
    /// <summary>Look.</summary>
    None = 0,

    /// <summary>Type, click and ask for another size.</summary>
    Control = 1,

    /// <summary>Give text to the host's clipboard.</summary>
    CopyToHost = 2,

    /// <summary>Get text from it.</summary>
    CopyFromHost = 4,
}

/// <summary>What a frame consists of.</summary>
public enum WebTile : byte
{
    /// <summary>One colour: rectangle, red, green, blue.</summary>
    Solid = 0,

    /// <summary>What is somewhere else in the picture: x and y of there, rectangle.</summary>
    Copy = 1,

    /// <summary>Exact pixels: rectangle, length, <see cref="ExactCodec"/>.</summary>
    Exact = 2,

    /// <summary>A JPEG: rectangle, length, file.</summary>
    Photograph = 3,
}
