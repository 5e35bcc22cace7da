namespace RemoteChain.Surface.Desktops;

/// <summary>What can be typed into and clicked: a host behind an RDP connection, an emulated machine. Flags are those of MS-RDPBCGR 2.2.8.1.1.3.</summary>
public interface IDesktopInput
{
    /// <summary>A key by scancode (set 1), with KBDFLAGS_*.</summary>
    void SendKey(ushort flags, byte code);

    /// <summary>A UTF-16 unit, with KBDFLAGS_RELEASE or without.</summary>
    void SendUnicode(ushort flags, ushort unit);

    /// <summary>The mouse, with PTRFLAGS_*.</summary>
    void SendMouse(ushort flags, ushort x, ushort y);

    /// <summary>Extended mouse buttons, with PTRXFLAGS_*.</summary>
    void SendExtendedMouse(ushort flags, ushort x, ushort y);

    /// <summary>Lock keys, with TS_SYNC_*. Every pressed key is let go of.</summary>
    void SendSynchronize(ushort flags);

    /// <summary>A full picture is wanted.</summary>
    void RequestRefresh();

    /// <summary>Another size is wanted.</summary>
    /// <returns>False when it must be asked for again later.</returns>
    bool TryResize(int width, int height, int scalePercent);
}
