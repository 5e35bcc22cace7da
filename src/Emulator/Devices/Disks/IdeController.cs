namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>The IDE function of a PIIX3 (Intel 82371SB data sheet): two cables at their usual ports, and the bus master that moves data between drive
/// and memory by a list of regions.</summary>
sealed class IdeController : IWideDevice
{
    internal const int Place = 1 * 8 + 1, DrivesMax = 4;
    const int Lines = 14, BusMasterBytes = 16, ChannelBytes = 8, RegionsMax = 8192;
    const byte Start = 1, Towards = 8, Active = 1, Error = 2, Interrupt = 4, Capable = 0x60;
    const uint EndOfList = 1u << 31;

    readonly BusMemory _memory;
    readonly PortBus _ports;
    readonly IdeChannel[] _channels;
    readonly byte[] _command = new byte[2], _status = new byte[2];
    readonly uint[] _list = new uint[2];
    readonly byte[] _region = new byte[1 << 16];
    readonly PciFunction _function;
    ushort? _at;

    /// <param name="memory">Where data goes to and comes from.</param>
    /// <param name="pci">The bus that it is on.</param>
    /// <param name="ports">Where it answers.</param>
    /// <param name="line">Sets a line of the interrupt controller.</param>
    /// <param name="drives">Up to four: first cable, then second.</param>
    internal IdeController(BusMemory memory, PciBus pci, PortBus ports, Action<int, bool> line, IReadOnlyList<IdeDrive> drives)
    {
        (_memory, _ports) = (memory, ports);
        IdeDrive? Drive(int number) => number < drives.Count ? drives[number] : null;
        _channels =
        [
            new(0x1F0, 0x3F6, up => SetLine(line, 0, up), () => RunStarted(0), Drive(0), Drive(1)),
            new(0x170, 0x376, up => SetLine(line, 1, up), () => RunStarted(1), Drive(2), Drive(3)),
        ];
        for (var i = 0; i < 2; i++)
        {
            ports.Attach(_channels[i], i == 0 ? 0x1F0 : 0x170, ChannelBytes);
            ports.Attach(_channels[i], i == 0 ? 0x3F6 : 0x376, 1);
        }
        _function = new(0x8086, 0x7010, 0x0101_80);
        // Both cables decoded.
        _function.Set(0x40, [0, 0x80, 0, 0x80], writable: 0xFF);
        _function.SetBar(4, BusMasterBytes, 1, 0xC000, Moved);
        pci.Add(Place, _function);
    }

    /// <inheritdoc/>
    public uint Read(ushort port, int bytes)
    {
        var (channel, register) = Math.DivRem(port - (_at ?? 0), 8);
        if (register >= 4) return _list[channel] >> (8 * (register - 4));
        return register switch { 0 => _command[channel], 2 => (uint)(_status[channel] | Capable), _ => 0 };
    }

    /// <inheritdoc/>
    public void Write(ushort port, int bytes, uint value)
    {
        var (channel, register) = Math.DivRem(port - (_at ?? 0), 8);
        switch (register)
        {
            case 0:
                var starts = (value & ~_command[channel] & Start) != 0;
                _command[channel] = (byte)(value & (Start | Towards));
                if (starts) Run(channel);
                break;
            case 2:
                _status[channel] = (byte)(_status[channel] & ~(value & (Error | Interrupt)));
                break;
            case 4:
                if (bytes == 4) _list[channel] = value & ~3u;
                break;
        }
    }

    internal void Save(StateWriter to)
    {
        foreach (var channel in _channels) channel.Save(to);
        to.AddBytes(_command);
        to.AddBytes(_status);
        to.Add(_list[0], _list[1]);
    }

    void SetLine(Action<int, bool> line, int channel, bool up)
    {
        if (up) _status[channel] |= Interrupt;
        line(Lines + channel, up);
    }

    void Moved(uint? at)
    {
        if (_at is { } before) _ports.Detach(this, before, BusMasterBytes);
        _at = at is { } now ? (ushort)now : null;
        if (_at is { } there) _ports.Attach(this, there, BusMasterBytes);
    }

    // A guest may start the controller before the drive.
    void RunStarted(int channel)
    {
        if ((_command[channel] & Start) != 0) Run(channel);
    }

    /// <summary>Moves everything that the drive's command wants, region by region.</summary>
    void Run(int number)
    {
        var channel = _channels[number];
        if (channel.WaitingDma is not { } towards || channel.Selected is not { } drive) return;
        var well = Move(number, drive, towards);
        _status[number] = (byte)((_status[number] & ~Active) | (well ? 0 : Error));
        drive.DmaDone(well, channel);
    }

    bool Move(int number, IdeDrive drive, bool towards)
    {
        ulong entry = _list[number];
        for (var i = 0; i < RegionsMax && drive.Left > 0; i++, entry += 8)
        {
            var at = (uint)_memory.ReadNumber(entry, 4);
            var flags = (uint)_memory.ReadNumber(entry + 4, 4);
            var length = (int)(flags & 0xFFFE);
            if (length == 0) length = 1 << 16;
            var part = _region.AsSpan(0, (int)Math.Min(length, drive.Left));
            var well = towards ? drive.TryRead(part) && _memory.TryWrite(at, part) : _memory.TryRead(at, part) && drive.TryWrite(part);
            if (!well) return false;
            if ((flags & EndOfList) != 0) break;
        }
        return drive.Left == 0;
    }
}
