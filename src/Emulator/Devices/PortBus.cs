namespace RemoteChain.Emulator.Devices;

/// <summary>Ports and who answers at them. Wide accesses to byte-wide devices are taken apart.</summary>
sealed class PortBus : IPorts
{
    const int Ports = 65536;

    readonly IDevice?[] _devices = new IDevice?[Ports];
    readonly IWideDevice?[] _wide = new IWideDevice?[Ports];

    internal void Attach(IDevice device, params ReadOnlySpan<ushort> ports)
    {
        foreach (var port in ports) _devices[port] = device;
    }

    /// <summary>What was attached earlier and byte-wide stays behind it.</summary>
    internal void Attach(IWideDevice device, int first, int count)
    {
        for (var port = first; port < Math.Min(first + count, Ports); port++) _wide[port] = device;
    }

    internal void Detach(IWideDevice device, int first, int count)
    {
        for (var port = first; port < Math.Min(first + count, Ports); port++)
            if (_wide[port] == device) _wide[port] = null;
    }

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (_wide[port] is { } wide) return wide.Read(port, bytes);
        uint value = 0;
        for (var i = 0; i < bytes; i++) value |= (uint)(_devices[(ushort)(port + i)]?.Read((ushort)(port + i)) ?? 0xFF) << (8 * i);
        return value;
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        if (_wide[port] is { } wide)
        {
            wide.Write(port, bytes, value);
            return;
        }
        for (var i = 0; i < bytes; i++) _devices[(ushort)(port + i)]?.Write((ushort)(port + i), (byte)(value >> (8 * i)));
    }
}
