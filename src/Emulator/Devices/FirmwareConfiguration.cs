using System.Buffers.Binary;
using System.Text;

namespace RemoteChain.Emulator.Devices;

/// <summary>The device by which firmware learns what the machine is made of (QEMU's "fw_cfg", docs/specs/fw_cfg): a key is selected, then its bytes
/// are read one by one. Without the interface by DMA.</summary>
sealed class FirmwareConfiguration : IWideDevice
{
    internal const ushort SelectPort = 0x510, BytePort = 0x511;
    internal const int PortCount = 2;
    const ushort Signature = 0, Identity = 1, Memory = 3, Processors = 5, ProcessorsMax = 0xF, Files = 0x19, FirstFile = 0x20;
    const int NameBytes = 56;

    readonly Dictionary<ushort, byte[]> _items = [];
    readonly List<(string Name, byte[] Content)> _files = [];
    ushort _selected;
    int _next;

    internal FirmwareConfiguration(long memoryBytes)
    {
        _items[Signature] = "QEMU"u8.ToArray();
        _items[Identity] = BitConverter.GetBytes(1);
        _items[Memory] = BitConverter.GetBytes(memoryBytes);
        _items[Processors] = _items[ProcessorsMax] = BitConverter.GetBytes((short)1);
        ListFiles();
    }

    /// <summary>A file that firmware finds by its name; before the first instruction.</summary>
    internal void Add(string name, byte[] content)
    {
        if (name.Length >= NameBytes) throw new ArgumentException($"{name} is longer than {NameBytes - 1} characters.", nameof(name));
        _files.Add((name, content));
        ListFiles();
    }

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (port != BytePort) return uint.MaxValue >> (32 - 8 * bytes);
        var item = _items.GetValueOrDefault(_selected, []);
        return _next < item.Length ? item[_next++] : 0u;
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        if (port != SelectPort) return;
        _selected = (ushort)value;
        _next = 0;
    }

    // Numbers of the list are big-endian, unlike everything else here.
    void ListFiles()
    {
        const int entry = 8 + NameBytes;
        var list = new byte[4 + _files.Count * entry];
        BinaryPrimitives.WriteInt32BigEndian(list, _files.Count);
        for (var i = 0; i < _files.Count; i++)
        {
            var at = list.AsSpan(4 + i * entry, entry);
            var key = (ushort)(FirstFile + i);
            BinaryPrimitives.WriteInt32BigEndian(at, _files[i].Content.Length);
            BinaryPrimitives.WriteUInt16BigEndian(at[4..], key);
            Encoding.ASCII.GetBytes(_files[i].Name, at[8..]);
            _items[key] = _files[i].Content;
        }
        _items[Files] = list;
    }

    internal void Save(StateWriter to) => to.Add(_selected, _next);
}
