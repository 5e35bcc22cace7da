namespace RemoteChain.Emulator.Devices;

/// <summary>Ports and who answers at them. Wide accesses to byte-wide devices are taken apart.</summary>
sealed class PortBus : IPorts
{
    readonly IDevice?[] _devices = new IDevice?[65536];
    PciBus? _pci;

    internal void Attach(IDevice device, params ReadOnlySpan<ushort> ports)
    {
        foreach (var port in ports) _devices[port] = device;
    }

    internal void Attach(PciBus pci) => _pci = pci;

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (_pci is not null && PciBus.IsPort(port)) return _pci.Read(port, bytes);
        uint value = 0;
        for (var i = 0; i < bytes; i++) value |= (uint)(_devices[(ushort)(port + i)]?.Read((ushort)(port + i)) ?? 0xFF) << (8 * i);
        return value;
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        if (_pci is not null && PciBus.IsPort(port))
        {
            _pci.Write(port, bytes, value);
            return;
        }
        for (var i = 0; i < bytes; i++) _devices[(ushort)(port + i)]?.Write((ushort)(port + i), (byte)(value >> (8 * i)));
    }
}
