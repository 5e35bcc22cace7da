using FreeRdp.Native;

namespace FreeRdp;

// Input, with the flags of MS-RDPBCGR 2.2.8.1.1.3.1.1. Each call writes to the socket before it returns. False: the connection is ending.
public sealed unsafe partial class RdpClient
{
    /// <summary>A key by scancode.</summary>
    /// <param name="flags">KBDFLAGS: 0x0100 extended (E0), 0x0200 extended (E1), 0x8000 released.</param>
    /// <param name="scancode">The code of set 1, without prefix.</param>
    public bool SendKey(ushort flags, byte scancode) =>
        // SAFETY: a connected context has its input interface until it is freed; here and below.
        Ready && Input.freerdp_input_send_keyboard_event(Context->input, flags, scancode);

    /// <summary>The Pause key, whose sequence has no release of its own.</summary>
    public bool SendPause() => Ready && Input.freerdp_input_send_keyboard_pause_event(Context->input);

    /// <summary>A character as a UTF-16 code unit.</summary>
    /// <param name="flags">KBDFLAGS: 0x8000 released.</param>
    /// <param name="codeUnit">The code unit.</param>
    public bool SendUnicode(ushort flags, ushort codeUnit) =>
        Ready && Input.freerdp_input_send_unicode_keyboard_event(Context->input, flags, codeUnit);

    /// <summary>The mouse: moves, buttons 1 to 3, wheels.</summary>
    /// <param name="flags">PTRFLAGS, as in TS_POINTER_EVENT.</param>
    /// <param name="x">Pixels from the left.</param>
    /// <param name="y">Pixels from the top.</param>
    public bool SendMouse(ushort flags, ushort x, ushort y) =>
        Ready && Input.freerdp_input_send_mouse_event(Context->input, flags, x, y);

    /// <summary>Mouse buttons 4 and 5.</summary>
    /// <param name="flags">PTRXFLAGS, as in TS_POINTERX_EVENT.</param>
    /// <param name="x">Pixels from the left.</param>
    /// <param name="y">Pixels from the top.</param>
    public bool SendExtendedMouse(ushort flags, ushort x, ushort y) =>
        Ready && Input.freerdp_input_send_extended_mouse_event(Context->input, flags, x, y);

    /// <summary>Sets the lock keys and releases every other key at the host (TS_SYNC_EVENT).</summary>
    /// <param name="toggles">1 scroll lock, 2 num lock, 4 caps lock, 8 kana lock.</param>
    public bool SendSynchronize(uint toggles) =>
        Ready && Input.freerdp_input_send_synchronize_event(Context->input, toggles);

    /// <summary>Asks the host to send the whole picture again (MS-RDPBCGR 2.2.11.2). Hosts with a graphics pipeline may not answer.</summary>
    public bool RequestRefresh()
    {
        if (!Ready || Context->update->RefreshRect is null)
            return false;
        var all = new RECTANGLE_16 { right = (ushort)(Width - 1), bottom = (ushort)(Height - 1) };
        return Context->update->RefreshRect(Context, 1, &all);
    }

    private bool Ready
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connected && _ownerThread != Environment.CurrentManagedThreadId)
                throw new InvalidOperationException("A connection is used by the thread that connected; others post to it.");
            return _connected;
        }
    }
}
