namespace RemoteChain.Emulator.Devices.Video;

/// <summary>The registers of a VGA (IBM VGA technical reference): sequencer, graphics controller, CRT controller, attribute controller,
/// palette.</summary>
/// <param name="clock">Guest time, for the retrace bits.</param>
sealed class VgaRegisters(GuestClock clock) : IDevice
{
    internal static readonly ushort[] Ports =
        [0x3B4, 0x3B5, 0x3BA, .. Enumerable.Range(0x3C0, 16).Select(port => (ushort)port), 0x3D4, 0x3D5, 0x3DA];
    const int FramesPerSecond = 60, RowsOfFrame = 525, RowsShown = 480;
    const byte Enabled = 0x20, ColourPorts = 1, CrtProtect = 0x80;

    readonly byte[] _sequencer = new byte[8], _graphics = new byte[16], _crt = new byte[32], _attributes = new byte[32], _palette = new byte[768];
    byte _misc, _sequencerIndex, _graphicsIndex, _crtIndex, _attributeIndex, _paletteMask = 0xFF;
    int _paletteRead, _paletteWrite;
    bool _attributeData, _paletteReading;

    /// <summary>Counts changes of anything that shows.</summary>
    internal long Changes { get; private set; }

    internal ReadOnlySpan<byte> Sequencer => _sequencer;

    internal ReadOnlySpan<byte> Graphics => _graphics;

    internal ReadOnlySpan<byte> Crt => _crt;

    internal ReadOnlySpan<byte> Attributes => _attributes;

    /// <summary>True once a guest has switched the picture on.</summary>
    internal bool IsShowing => (_attributeIndex & Enabled) != 0 && _crt[1] != 0;

    /// <summary>Colour of a palette entry, BGRX.</summary>
    /// <param name="entry">0 to 255.</param>
    /// <param name="wide">Components have 8 bits, not 6.</param>
    internal uint Colour(int entry, bool wide)
    {
        var at = (entry & _paletteMask) * 3;
        uint Component(int i) => wide ? _palette[at + i] : (uint)((_palette[at + i] & 63) << 2 | (_palette[at + i] & 63) >> 4);
        return (Component(0) << 16) | (Component(1) << 8) | Component(2);
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        switch (port)
        {
            case 0x3C0: return _attributeIndex;
            case 0x3C1: return _attributes[_attributeIndex & 31];
            // A monitor is there.
            case 0x3C2: return 0x10;
            case 0x3C4: return _sequencerIndex;
            case 0x3C5: return _sequencer[_sequencerIndex & 7];
            case 0x3C6: return _paletteMask;
            case 0x3C7: return (byte)(_paletteReading ? 3 : 0);
            case 0x3C8: return (byte)(_paletteWrite / 3);
            case 0x3C9:
                var value = _palette[_paletteRead];
                _paletteRead = (_paletteRead + 1) % _palette.Length;
                return value;
            case 0x3CC: return _misc;
            case 0x3CE: return _graphicsIndex;
            case 0x3CF: return _graphics[_graphicsIndex & 15];
            case 0x3B4 or 0x3D4: return IsMine(port) ? _crtIndex : (byte)0xFF;
            case 0x3B5 or 0x3D5: return IsMine(port) ? _crt[_crtIndex & 31] : (byte)0xFF;
            case 0x3BA or 0x3DA:
                _attributeData = false;
                return Retrace;
            default: return 0xFF;
        }
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        switch (port)
        {
            case 0x3C0: WriteAttribute(value); break;
            case 0x3C2: _misc = value; break;
            case 0x3C4: _sequencerIndex = (byte)(value & 7); break;
            case 0x3C5: Change(ref _sequencer[_sequencerIndex], value); break;
            case 0x3C6: Change(ref _paletteMask, value); break;
            case 0x3C7: (_paletteRead, _paletteReading) = (value * 3, true); break;
            case 0x3C8: (_paletteWrite, _paletteReading) = (value * 3, false); break;
            case 0x3C9:
                Change(ref _palette[_paletteWrite], value);
                _paletteWrite = (_paletteWrite + 1) % _palette.Length;
                break;
            case 0x3CE: _graphicsIndex = (byte)(value & 15); break;
            case 0x3CF: Change(ref _graphics[_graphicsIndex], value); break;
            case 0x3B4 or 0x3D4 when IsMine(port): _crtIndex = (byte)(value & 31); break;
            case 0x3B5 or 0x3D5 when IsMine(port): WriteCrt(value); break;
        }
    }

    // Two sets of addresses: colour and monochrome.
    bool IsMine(ushort port) => (port >= 0x3D0) == ((_misc & ColourPorts) != 0);

    byte Retrace
    {
        get
        {
            var row = clock.Ticks(FramesPerSecond * RowsOfFrame) % RowsOfFrame;
            return (byte)(row >= RowsShown ? 9 : clock.Ticks(FramesPerSecond * RowsOfFrame * 4) % 4 == 3 ? 1 : 0);
        }
    }

    void WriteAttribute(byte value)
    {
        if (!_attributeData) Change(ref _attributeIndex, value);
        else if ((_attributeIndex & 31) < 21) Change(ref _attributes[_attributeIndex & 31], value);
        _attributeData = !_attributeData;
    }

    void WriteCrt(byte value)
    {
        // The timing of the first eight can be locked, but for one bit.
        if ((_crt[0x11] & CrtProtect) != 0 && _crtIndex <= 7)
        {
            if (_crtIndex == 7) Change(ref _crt[7], (byte)((_crt[7] & ~0x10) | (value & 0x10)));
            return;
        }
        Change(ref _crt[_crtIndex], value);
    }

    void Change(ref byte register, byte value)
    {
        if (register == value) return;
        register = value;
        Changes++;
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        to.AddBytes(_sequencer);
        to.AddBytes(_graphics);
        to.AddBytes(_crt);
        to.AddBytes(_attributes);
        to.AddBytes(_palette);
        to.Add(_misc, _sequencerIndex, _graphicsIndex, _crtIndex, _attributeIndex, _paletteMask, _paletteRead, _paletteWrite,
            _attributeData ? 1 : 0, _paletteReading ? 1 : 0);
    }
}
