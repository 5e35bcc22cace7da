namespace RemoteChain.Emulator.Devices;

/// <summary>Where firmware writes what it does ("debug console" of Bochs and QEMU): a port that reads as its own sign.</summary>
sealed class FirmwareLog(Action<byte> written) : IDevice
{
    internal static readonly ushort[] Ports = [0x402];

    /// <inheritdoc/>
    public byte Read(ushort port) => 0xE9;

    /// <inheritdoc/>
    public void Write(ushort port, byte value) => written(value);

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
    }
}
