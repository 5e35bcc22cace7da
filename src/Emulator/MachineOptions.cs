using RemoteChain.Emulator.Devices.Disks;

namespace RemoteChain.Emulator;

/// <summary>A disk in a drive.</summary>
/// <param name="Disk">What is on it.</param>
/// <param name="IsCd">It is a CD: sectors of 2048 bytes, never written to.</param>
/// <param name="IsVirtio">Not in a drive but as a virtio disk: faster, for guests that know it.</param>
public sealed record MachineDisk(IDisk Disk, bool IsCd = false, bool IsVirtio = false);

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

    /// <summary>Hard disks and CDs, at most four in drives and four of virtio; disposed with the machine. The first two drives are on the first
    /// cable.</summary>
    public IReadOnlyList<MachineDisk> Disks { get; init; } = [];

    /// <summary>Gets every frame that the guest sends, on the machine's thread, valid until it returns; null = the machine has no network card.
    /// What comes back is posted to the gate.</summary>
    public Action<ReadOnlyMemory<byte>>? Network { get; init; }

    /// <summary>The card's address: six bytes, the first of them even.</summary>
    public ReadOnlyMemory<byte> NetworkAddress { get; init; } = new byte[] { 0x52, 0x43, 0, 0, 0, 1 };

    /// <summary>The guest may have random bytes of the host (virtio-rng).</summary>
    public bool HasEntropy { get; init; } = true;

    /// <summary>Gets what firmware says while it starts, byte by byte; null = it has nowhere to say it.</summary>
    public Action<byte>? FirmwareLog { get; init; }

    /// <summary>Gets every byte that the guest sends on its first serial port, on the machine's thread.</summary>
    public Action<byte> Serial { get; init; } = _ => { };
}
