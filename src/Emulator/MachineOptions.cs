namespace RemoteChain.Emulator;

/// <summary>What a machine is made of.</summary>
public sealed record MachineOptions
{
    /// <summary>Bytes of RAM, whole pages.</summary>
    public long MemoryBytes { get; init; } = 128 << 20;

    /// <summary>What the machine's clock says at its first instruction: UTC. A constant, so that two runs are equal.</summary>
    public DateTime Start { get; init; } = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Size of the screen that a kernel finds when it is started without firmware, in pixels, at most 2048.</summary>
    public int ScreenWidth { get; init; } = 1024;

    /// <summary>Likewise, in rows, at most 2048.</summary>
    public int ScreenHeight { get; init; } = 768;

    /// <summary>Where input comes from.</summary>
    public InputGate Gate { get; init; } = new();

    /// <summary>Gets every byte that the guest sends on its first serial port, on the machine's thread.</summary>
    public Action<byte> Serial { get; init; } = _ => { };
}
