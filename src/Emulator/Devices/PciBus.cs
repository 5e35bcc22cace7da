namespace RemoteChain.Emulator.Devices;

/// <summary>PCI configuration mechanism 1 with the host bridge (i440FX) and the ISA bridge (PIIX3), which routes the interrupts of the functions
/// on the bus to lines of the interrupt controller.</summary>
sealed class PciBus : IWideDevice
{
    internal const ushort AddressPort = 0xCF8, ValuePort = 0xCFC;
    internal const int PortCount = 8;
    const int HostBridge = 0, IsaBridge = 8, Functions = 256, FirstRoute = 0x60, Routes = 4;
    const int FirstShadow = 0x59, LastShadow = 0x5F;

    readonly PciFunction?[] _functions = new PciFunction?[Functions];
    readonly bool[] _wanted = new bool[Functions];
    readonly Action<int, bool> _line;
    readonly bool[] _lines = new bool[16];
    uint _address;

    /// <param name="line">Sets a line of the interrupt controller.</param>
    /// <param name="shadowed">Told which blocks of the firmware's region are read-only.</param>
    internal PciBus(Action<int, bool> line, Action<uint> shadowed)
    {
        _line = line;
        PciFunction host = new(0x8086, 0x1237, 0x0600_00);
        // What the host bridge controls: the attributes of the firmware's region, and the system management RAM that is not there.
        host.Set(FirstShadow, [0x30, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33], writable: 0xFF);
        host.Set(0x72, [2], writable: 0xFF);
        host.Changed = register =>
        {
            if (register is >= FirstShadow and <= LastShadow) shadowed(ReadOnlyBlocks(host));
        };
        Add(HostBridge, host);
        PciFunction isa = new(0x8086, 0x7000, 0x0601_00, header: 0x80);
        isa.Set(FirstRoute, [10, 10, 11, 11], writable: 0xFF);
        isa.Changed = _ => Update();
        Add(IsaBridge, isa);
    }

    /// <summary>Puts a function at a place: number of the device times eight, plus number of the function.</summary>
    internal void Add(int place, PciFunction function) => _functions[place] = function;

    /// <summary>The firmware's region as after power-on: it shows firmware and takes no writes, until firmware copies itself there.</summary>
    internal void ShowFirmware()
    {
        for (var register = FirstShadow; register <= LastShadow; register++) _functions[HostBridge]!.Write(register, 0);
    }

    /// <summary>The line at which a device's pin A arrives before anybody changes the routes.</summary>
    internal int LineOf(int place) => _functions[IsaBridge]![FirstRoute + Route(place)];

    /// <summary>A function wants its interrupt, or no longer.</summary>
    internal void Interrupt(int place, bool up)
    {
        if (_wanted[place] == up) return;
        _wanted[place] = up;
        Update();
    }

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        if (port < ValuePort) return bytes == 4 && port == AddressPort ? _address : Ones(bytes);
        if (Selected() is not { } function) return Ones(bytes);
        uint value = 0;
        for (var i = 0; i < bytes; i++) value |= (uint)function[Register(port, i)] << (8 * i);
        return value;
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        if (port < ValuePort)
        {
            if (bytes == 4 && port == AddressPort) _address = value & 0x80FF_FFFC;
            return;
        }
        if (Selected() is not { } function) return;
        for (var i = 0; i < bytes; i++) function.Write(Register(port, i), (byte)(value >> (8 * i)));
    }

    internal void Save(StateWriter to)
    {
        to.Add(_address);
        foreach (var function in _functions) function?.Save(to);
        foreach (var wanted in _wanted) to.Add(wanted ? 1 : 0);
    }

    // Pins of neighbouring devices arrive at different routes, as they are wired on boards with this bridge.
    static int Route(int place) => ((place >> 3) - 1) & (Routes - 1);

    void Update()
    {
        Span<bool> up = stackalloc bool[_lines.Length];
        for (var place = 0; place < Functions; place++)
        {
            if (!_wanted[place]) continue;
            var route = _functions[IsaBridge]![FirstRoute + Route(place)];
            if ((route & 0x80) == 0) up[route & 15] = true;
        }
        for (var line = 0; line < _lines.Length; line++)
        {
            if (_lines[line] == up[line]) continue;
            _lines[line] = up[line];
            _line(line, up[line]);
        }
    }

    // Each register holds two blocks of 16 KiB, its bits 1 and 5 say that they take writes; the first register's upper half is the last 64 KiB.
    static uint ReadOnlyBlocks(PciFunction host)
    {
        uint blocks = 0;
        if ((host[FirstShadow] & 0x20) == 0) blocks |= 0xF000;
        for (var register = FirstShadow + 1; register <= LastShadow; register++)
        {
            var first = (register - FirstShadow - 1) * 2;
            if ((host[register] & 2) == 0) blocks |= 1U << first;
            if ((host[register] & 0x20) == 0) blocks |= 2U << first;
        }
        return blocks;
    }

    PciFunction? Selected()
    {
        var enabled = (_address & 0x8000_0000) != 0 && (_address & 0xFF_0000) == 0;
        return enabled ? _functions[(_address >> 8) & 0xFF] : null;
    }

    int Register(ushort port, int i) => ((int)(_address & 0xFC) + (port - ValuePort) + i) & 0xFF;

    static uint Ones(int bytes) => uint.MaxValue >> (32 - 8 * bytes);
}
