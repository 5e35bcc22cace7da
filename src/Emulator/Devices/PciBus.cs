using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices;

/// <summary>PCI configuration mechanism 1 with the host bridge (i440FX) and the ISA bridge (PIIX3): enough for an operating system to find a
/// bus with nothing on it.</summary>
sealed class PciBus
{
    const ushort AddressPort = 0xCF8, ValuePort = 0xCFC;
    const int HostBridge = 0, IsaBridge = 1;

    readonly byte[][] _devices = [Identity(0x8086, 0x1237, 0x0600_00, 0), Identity(0x8086, 0x7000, 0x0601_00, 0x80)];
    uint _address;

    internal static bool IsPort(ushort port) => port is >= AddressPort and < ValuePort + 4;

    internal uint Read(ushort port, int bytes)
    {
        if (port < ValuePort) return bytes == 4 && port == AddressPort ? _address : Ones(bytes);
        var device = Selected();
        if (device is null) return Ones(bytes);
        uint value = 0;
        for (var i = 0; i < bytes; i++) value |= (uint)device[Register(port, i)] << (8 * i);
        return value;
    }

    internal void Write(ushort port, int bytes, uint value)
    {
        if (port < ValuePort)
        {
            if (bytes == 4 && port == AddressPort) _address = value & 0x80FF_FFFC;
            return;
        }
        // Only the command and what lies behind the standard header can be written on these two.
        if (Selected() is not { } device) return;
        for (var i = 0; i < bytes; i++)
            if (Register(port, i) is 4 or 5 or >= 0x40) device[Register(port, i)] = (byte)(value >> (8 * i));
    }

    internal void Save(StateWriter to)
    {
        to.Add(_address);
        foreach (var device in _devices) to.AddBytes(device);
    }

    byte[]? Selected()
    {
        var number = (int)((_address >> 11) & 0x1F);
        var enabled = (_address & 0x8000_0000) != 0 && (_address & 0xFF_0700) == 0;
        return enabled && number is HostBridge or IsaBridge ? _devices[number] : null;
    }

    int Register(ushort port, int i) => ((int)(_address & 0xFC) + (port - ValuePort) + i) & 0xFF;

    static uint Ones(int bytes) => uint.MaxValue >> (32 - 8 * bytes);

    static byte[] Identity(ushort vendor, ushort device, uint type, byte header)
    {
        var bytes = new byte[256];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), device);
        bytes[4] = 7;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (type << 8) | 2);
        bytes[14] = header;
        return bytes;
    }
}
