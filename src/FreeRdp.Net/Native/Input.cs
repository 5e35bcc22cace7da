using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>input.h: on a peer these are called for input that arrived; a client sends with the functions below.</summary>
[NativeStruct("rdpInput", "freerdp/input.h")]
[StructLayout(LayoutKind.Explicit, Size = 176)]
internal unsafe struct rdp_input
{
    [FieldOffset(0)] public rdp_context* context;
    [FieldOffset(8)] public void* param1;
    [FieldOffset(72)] public delegate* unmanaged[Cdecl]<rdp_input*, uint, BOOL> SynchronizeEvent;
    [FieldOffset(80)] public delegate* unmanaged[Cdecl]<rdp_input*, ushort, byte, BOOL> KeyboardEvent;
    [FieldOffset(88)] public delegate* unmanaged[Cdecl]<rdp_input*, ushort, ushort, BOOL> UnicodeKeyboardEvent;
    [FieldOffset(96)] public delegate* unmanaged[Cdecl]<rdp_input*, ushort, ushort, ushort, BOOL> MouseEvent;
    [FieldOffset(104)] public delegate* unmanaged[Cdecl]<rdp_input*, ushort, ushort, ushort, BOOL> ExtendedMouseEvent;
    [FieldOffset(112)] public delegate* unmanaged[Cdecl]<rdp_input*, ushort, BOOL> FocusInEvent;
    [FieldOffset(120)] public delegate* unmanaged[Cdecl]<rdp_input*, BOOL> KeyboardPauseEvent;
    [FieldOffset(128)] public delegate* unmanaged[Cdecl]<rdp_input*, ushort, short, short, BOOL> RelMouseEvent;
    [FieldOffset(136)] public delegate* unmanaged[Cdecl]<rdp_input*, uint, BOOL> QoEEvent;
}

[NativeHeader("freerdp/input.h")]
internal static unsafe partial class Input
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_synchronize_event(rdp_input* input, uint flags);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_keyboard_event(rdp_input* input, ushort flags, byte code);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_keyboard_pause_event(rdp_input* input);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_unicode_keyboard_event(rdp_input* input, ushort flags, ushort code);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_mouse_event(rdp_input* input, ushort flags, ushort x, ushort y);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_extended_mouse_event(rdp_input* input, ushort flags, ushort x, ushort y);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_input_send_focus_in_event(rdp_input* input, ushort toggleStates);
}

/// <summary>input.h: the flags of TS_POINTER_EVENT, TS_POINTERX_EVENT, TS_KEYBOARD_EVENT and TS_SYNC_EVENT (MS-RDPBCGR 2.2.8.1.1.3.1.1).</summary>
[NativeConstants("", "freerdp/input.h")]
internal static class InputFlags
{
    public const uint KBD_FLAGS_EXTENDED = 0x0100;
    public const uint KBD_FLAGS_EXTENDED1 = 0x0200;
    public const uint KBD_FLAGS_DOWN = 0x4000;
    public const uint KBD_FLAGS_RELEASE = 0x8000;
    public const uint PTR_FLAGS_HWHEEL = 0x0400;
    public const uint PTR_FLAGS_WHEEL = 0x0200;
    public const uint PTR_FLAGS_WHEEL_NEGATIVE = 0x0100;
    public const uint PTR_FLAGS_MOVE = 0x0800;
    public const uint PTR_FLAGS_DOWN = 0x8000;
    public const uint PTR_FLAGS_BUTTON1 = 0x1000;
    public const uint PTR_FLAGS_BUTTON2 = 0x2000;
    public const uint PTR_FLAGS_BUTTON3 = 0x4000;
    public const uint PTR_XFLAGS_DOWN = 0x8000;
    public const uint PTR_XFLAGS_BUTTON1 = 0x0001;
    public const uint PTR_XFLAGS_BUTTON2 = 0x0002;
    public const uint KBD_SYNC_SCROLL_LOCK = 1;
    public const uint KBD_SYNC_NUM_LOCK = 2;
    public const uint KBD_SYNC_CAPS_LOCK = 4;
    public const uint KBD_SYNC_KANA_LOCK = 8;
}
