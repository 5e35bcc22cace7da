namespace RemoteChain.Surface.Control;

/// <summary>What an emulated machine is given as a file, in the order in which the descriptors travel.</summary>
public enum MachinePart : byte
{
    /// <summary>A Linux kernel (bzImage).</summary>
    Kernel,

    /// <summary>The ELF image that the kernel holds, unpacked.</summary>
    UnpackedKernel,

    /// <summary>The kernel's first file system.</summary>
    InitialFiles,

    /// <summary>A PC's firmware, for disks and CDs.</summary>
    Firmware,

    /// <summary>The firmware of the display.</summary>
    DisplayFirmware,

    /// <summary>The disk, read only.</summary>
    Disk,

    /// <summary>The CD, read only.</summary>
    Cd,

    /// <summary>What the machine changes of its disk, read and write.</summary>
    Overlay,

    /// <summary>No file but a control socket, on which its network asks the node (<see cref="NetworkDial"/>); the machine has a card.</summary>
    Network,
}

/// <summary>What a machine starts with.</summary>
public enum MachineBoot : byte
{
    /// <summary>A Linux kernel, as a boot loader would start it.</summary>
    Linux,

    /// <summary>Its firmware.</summary>
    Firmware,

    /// <summary>The desktop of a few kilobytes that the emulator brings along.</summary>
    Echo,
}

/// <summary>What a machine is doing.</summary>
public enum MachineActivity : byte
{
    /// <summary>It runs, or waits halted for its next event.</summary>
    Running,

    /// <summary>It stands still on request.</summary>
    Paused,
}

/// <summary>Node → machine process: make this machine and run it.</summary>
/// <param name="Boot">What it starts with.</param>
/// <param name="CommandLine">The kernel's parameters.</param>
/// <param name="MemoryMib">RAM.</param>
/// <param name="MipsMax">Million instructions a second that the guest may run at most.</param>
/// <param name="Width">Pixels of the display at first.</param>
/// <param name="Height">Pixels of the display at first.</param>
/// <param name="Parts">Its files: which, and each one's descriptor, in the order of <see cref="MachinePart"/>.</param>
public sealed record StartMachine(
    MachineBoot Boot, string CommandLine, int MemoryMib, int MipsMax, int Width, int Height,
    IReadOnlyList<KeyValuePair<MachinePart, DescriptorHandle>> Parts) : ControlMessage
{
    /// <summary>Bounds of RAM.</summary>
    public const int MemoryMibMin = 4, MemoryMibMax = 2048;

    /// <summary>Bounds of the processor's speed. The most is the speed of the guest's own clock.</summary>
    public const int MipsMin = 1, MipsMost = 250;

    /// <summary>Bounds of the display's sides.</summary>
    public const int SideMin = 320, WidthMax = 1920, HeightMax = 1200;

    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [.. Parts.Select(part => part.Value)];
}

/// <summary>Node → machine process: run at another speed, stand still, or go on.</summary>
/// <param name="MipsMax">Million instructions a second at most.</param>
/// <param name="IsPaused">Whether it shall stand still.</param>
public sealed record SetMachine(int MipsMax, bool IsPaused) : ControlMessage;

/// <summary>
/// Node → machine process: somebody wants to look. From now on the machine is a desktop worker on <paramref name="Control"/>: it takes
/// <see cref="AttachFront"/> and the others there, and answers with <see cref="DesktopConnected"/>. When that socket closes, the screen ends.
/// </summary>
/// <param name="Control">A control socket of its own.</param>
/// <param name="Surface">Memory file, read and write.</param>
/// <param name="InputBell">Eventfd that fronts ring.</param>
public sealed record OpenScreen(DescriptorHandle Control, DescriptorHandle Surface, DescriptorHandle InputBell) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Control, Surface, InputBell];
}

/// <summary>Both ways: bytes of the machine's first serial port.</summary>
/// <param name="Bytes">At most <see cref="BytesMax"/>.</param>
public sealed record MachineSerial(byte[] Bytes) : ControlMessage
{
    /// <summary>Most bytes of one message.</summary>
    public const int BytesMax = 4096;
}

/// <summary>Machine process → node: how it goes, at most once a second and when something changes.</summary>
/// <param name="Activity">What it is doing.</param>
/// <param name="Instructions">Instructions that the guest has run.</param>
/// <param name="IdleInstructions">Instructions' worth of time that it was halted.</param>
/// <param name="Restarts">How often the guest has restarted itself.</param>
/// <param name="Frames">Pictures that were published.</param>
/// <param name="Width">Pixels of the display now.</param>
/// <param name="Height">Pixels of the display now.</param>
public sealed record MachineReport(
    MachineActivity Activity, long Instructions, long IdleInstructions, int Restarts, long Frames, int Width, int Height) : ControlMessage;
