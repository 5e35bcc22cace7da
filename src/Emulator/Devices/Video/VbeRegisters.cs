namespace RemoteChain.Emulator.Devices.Video;

/// <summary>The mode registers of the Bochs graphics adapter ("DISPI"), as documented with it and found in QEMU's standard VGA: an index and a
/// value, 16 bits each.</summary>
sealed class VbeRegisters : IWideDevice
{
    internal const ushort IndexPort = 0x1CE, ValuePort = 0x1CF;
    internal const int PortCount = 2;
    internal const int SideMax = 4096;
    const int Identity = 0, Width = 1, Height = 2, Depth = 3, Enable = 4, Bank = 5, VirtualWidth = 6, VirtualHeight = 7, OffsetX = 8, OffsetY = 9,
        MemoryBlocks = 10, Count = 11;
    const ushort FirstVersion = 0xB0C0, Version = 0xB0C5, EnableOn = 1, EnableCapabilities = 2, EnableWidePalette = 0x20, EnableKeep = 0x80;

    readonly int _memoryBytes;
    readonly ushort[] _values = new ushort[Count];
    ushort _index;

    internal VbeRegisters(int memoryBytes)
    {
        _memoryBytes = memoryBytes;
        // A guest may switch on without having set anything.
        (_values[Identity], _values[Width], _values[Height], _values[Depth]) = (Version, 640, 480, 8);
    }

    /// <summary>Told when a mode begins that wants cleared memory.</summary>
    internal Action Cleared { get; set; } = () => { };

    internal bool IsOn => (_values[Enable] & EnableOn) != 0;

    /// <summary>Components of palette entries have 8 bits.</summary>
    internal bool HasWidePalette => (_values[Enable] & EnableWidePalette) != 0;

    /// <summary>What is shown while it is on.</summary>
    internal LinearMode Mode
    {
        get
        {
            var bytes = (_values[Depth] + 7) / 8;
            var stride = Math.Max(_values[VirtualWidth], _values[Width]) * bytes;
            var start = _values[OffsetY] * stride + _values[OffsetX] * bytes;
            return new(_values[Width], _values[Height], _values[Depth], stride, start);
        }
    }

    /// <summary>Where in video memory the window of 64 KiB at A0000 looks.</summary>
    internal int WindowStart => _values[Bank] << 16;

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (port == IndexPort) return _index;
        if ((_values[Enable] & EnableCapabilities) != 0 && _index is Width or Height or Depth)
            return _index switch { Width => SideMax, Height => SideMax, _ => 32 };
        return _index switch
        {
            VirtualWidth => Math.Max(_values[VirtualWidth], _values[Width]),
            VirtualHeight => (uint)Math.Min(ushort.MaxValue, _memoryBytes / Math.Max(1, Mode.StrideBytes)),
            MemoryBlocks => (uint)_memoryBytes >> 16,
            < Count => _values[_index],
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        if (port == IndexPort)
        {
            _index = (ushort)value;
            return;
        }
        var word = (ushort)value;
        switch (_index)
        {
            // A guest asks which versions there are by writing them.
            case Identity when word is >= FirstVersion and <= Version:
            case Width or Height when word is >= 1 and <= SideMax:
            case Depth when word is 8 or 15 or 16 or 24 or 32:
            case Bank when word < _memoryBytes >> 16:
            case VirtualWidth or OffsetX or OffsetY:
                _values[_index] = word;
                break;
            case Enable:
                Switch(word);
                break;
        }
    }

    void Switch(ushort value)
    {
        var begins = (value & EnableOn) != 0 && !IsOn;
        _values[Enable] = value;
        if (!begins) return;
        _values[VirtualWidth] = _values[OffsetX] = _values[OffsetY] = _values[Bank] = 0;
        if ((value & EnableKeep) == 0) Cleared();
    }

    /// <summary>As firmware would: a mode before the first instruction.</summary>
    internal void Begin(int width, int height)
    {
        (_values[Width], _values[Height], _values[Depth], _values[Enable]) = ((ushort)width, (ushort)height, 32, EnableOn | 0x40);
    }

    internal void Save(StateWriter to)
    {
        to.Add(_index);
        foreach (var value in _values) to.Add(value);
    }
}

/// <summary>A picture in video memory, row after row.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Rows.</param>
/// <param name="Depth">Bits of a pixel: 8 (by palette), 15, 16, 24, 32; 0 = a mode of the VGA.</param>
/// <param name="StrideBytes">From one row to the next.</param>
/// <param name="Start">Offset of the first row in video memory.</param>
readonly record struct LinearMode(int Width, int Height, int Depth, int StrideBytes, int Start);
