using System.Security.Cryptography;
using RemoteChain.Emulator.Devices;
using RemoteChain.Emulator.Devices.Disks;
using RemoteChain.Emulator.Devices.Input;
using RemoteChain.Emulator.Devices.Video;
using RemoteChain.Emulator.Devices.Virtio;

namespace RemoteChain.Emulator;

/// <summary>An emulated PC: one i686 processor, RAM, and the devices of an early PC. Everything happens on the thread that calls
/// <see cref="Run"/>, and depends on nothing but the options, what was loaded, and what came through the gate.</summary>
public sealed unsafe class Machine : IDisposable
{
    /// <summary>The longest stretch between two looks at the gate: one millisecond of guest time.</summary>
    const long SliceInstructions = GuestClock.InstructionsPerSecond / 1000;

    /// <summary>Virtio disks at most.</summary>
    const int VirtioDisksMax = 4;

    readonly PortBus _ports = new();
    readonly PciBus _pci;
    readonly VideoAdapter _video;
    readonly IdeController _disks;
    VirtioNetwork? _network;
    readonly InputTrace _trace = new();
    readonly Core _core;
    readonly Interpreter _engine;
    readonly InputGate _gate;
    readonly KeyboardController _keyboard;
    readonly PointerBackdoor _backdoor;
    readonly Pointer _pointer;
    readonly SerialPort _serial;
    readonly IDevice[] _devices;
    MemoryWindow? _rom;
    bool _resetWanted, _isDisposed;

    /// <summary>Makes a machine that has not run yet. Load something, then run it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">RAM or screen of an impossible size.</exception>
    /// <exception cref="IOException">The host has no room.</exception>
    public Machine(MachineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.ScreenWidth - 1, (uint)VbeRegisters.SideMax / 2 - 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.ScreenHeight - 1, (uint)VbeRegisters.SideMax / 2 - 1, nameof(options));
        Options = options;
        _gate = options.Gate;
        Memory = new(options.MemoryBytes);
        _core = new(Memory, _ports);
        _engine = new(_core);
        GuestClock clock = new(() => _core.Instant);
        InterruptController controller = new(up => _core.InterruptLine = up);
        _core.AcknowledgeInterrupt = () =>
        {
            var vector = controller.Acknowledge();
            if (controller.IsKeyboardOrMouse) _trace.Interrupted();
            return vector;
        };
        IntervalTimer timer = new(clock, up => controller.Set(0, up), () => _core.EventMoved = true);
        Clock = new(clock, options.Start, options.MemoryBytes, up => controller.Set(8, up), () => _core.EventMoved = true);
        Firmware = new(options.MemoryBytes);
        _pci = new(controller.Set, blocks =>
        {
            Memory.ReadOnlyBlocks = blocks;
            _core.Mmu.Flush();
        });
        // Lines of PCI are triggered by level, as firmware leaves them.
        foreach (var line in (int[])[10, 11]) controller.TriggerByLevel(line);
        BusMemory bus = new(Memory, _core.Mmu);
        _disks = new(bus, _pci, _ports, controller.Set, Drives(options));
        _video = new(_core.Mmu, Memory, _pci, _ports, clock, _trace);
        _keyboard = new(clock, up => controller.Set(1, up), up => controller.Set(12, up), _trace, () => _resetWanted = _core.EventMoved = true,
            () => _core.EventMoved = true);
        _backdoor = new(_core, _trace);
        _pointer = new(_keyboard, _backdoor, () => _video.Size);
        _ports.Attach(_backdoor, PointerBackdoor.Port, 1);
        _serial = new(0x3F8, up => controller.Set(4, up), options.Serial);
        List<IDevice> devices = [controller, timer, Clock, _keyboard, _serial];
        AddVirtio(new(_pci, bus, _core.Mmu, _core.Soon), devices);
        _devices = [.. devices];
        _ports.Attach(controller, InterruptController.Ports);
        _ports.Attach(timer, IntervalTimer.Ports);
        _ports.Attach(Clock, RealTimeClock.Ports);
        _ports.Attach(Firmware, FirmwareConfiguration.SelectPort, FirmwareConfiguration.PortCount);
        if (options.FirmwareLog is { } log) _ports.Attach(new FirmwareLog(log), FirmwareLog.Ports);
        _ports.Attach(_keyboard, KeyboardController.Ports);
        _ports.Attach(_serial, _serial.Ports);
        _ports.Attach(_pci, PciBus.AddressPort, PciBus.PortCount);
    }

    /// <summary>What it was made of.</summary>
    public MachineOptions Options { get; }

    /// <summary>The guest's RAM.</summary>
    public PhysicalMemory Memory { get; }

    /// <summary>The guest's screen.</summary>
    public Display Display => _video.Display;

    /// <summary>Lights of the keyboard: bit 0 scroll lock, 1 num lock, 2 caps lock.</summary>
    public byte KeyboardLights => _keyboard.Keyboard.Lights;

    /// <summary>Instructions done, and instructions' worth of time that passed while halted: the guest's only clock.</summary>
    public long Count => _core.Now;

    /// <summary>Of <see cref="Count"/>, what was skipped while the guest was halted.</summary>
    public long IdleCount { get; private set; }

    /// <summary>Halted and waiting for an interrupt: until <see cref="NextEvent"/> nothing happens but by input.</summary>
    public bool IsIdle => _core.State->Halted != 0 && (_core.State->SystemFlags & Flags.Interrupt) != 0 && !_core.InterruptLine;

    /// <summary>The count at which a device has something to do; <see cref="long.MaxValue"/> when none will ever.</summary>
    public long NextEvent
    {
        get
        {
            var next = _gate.Due;
            foreach (var device in _devices) next = Math.Min(next, device.Due);
            return next;
        }
    }

    /// <summary>What the engine did, for reports: guest exceptions, interrupts, decoded blocks.</summary>
    public (long Faults, long Interrupts, int Blocks) Figures => (_engine.Faults, _engine.Interrupts, _engine.Blocks);

    internal Core Core => _core;

    internal PortBus Ports => _ports;

    internal RealTimeClock Clock { get; }

    internal FirmwareConfiguration Firmware { get; }

    internal VideoAdapter Video => _video;

    /// <summary>Runs until the count is reached exactly, or the guest cannot go on. While the guest is halted, time jumps to the next
    /// event.</summary>
    public MachineStop Run(long until)
    {
        while (true)
        {
            _core.EventMoved = false;
            var now = _core.StampBoundary();
            foreach (var device in _devices)
                if (device.Due <= now) device.Fire(now);
            if (_resetWanted) return MachineStop.Reset;
            // Before input is taken: what is posted between two runs belongs to the second, also when it is replayed.
            if (now >= until) return MachineStop.Count;
            while (_gate.TryTake(now, out var input)) Accept(input);
            var next = Math.Min(until, NextEvent);
            _core.EventMoved = false;
            switch (_engine.Run(Math.Min(next - now, SliceInstructions)))
            {
                case EngineExit.Shutdown:
                    return MachineStop.Shutdown;
                case EngineExit.Halted:
                    if ((_core.State->SystemFlags & Flags.Interrupt) == 0) return MachineStop.Halted;
                    // SAFETY: the state belongs to the core, which lives as long as this machine.
                    Idle(next);
                    break;
            }
        }
    }

    /// <summary>A hash over registers, RAM and devices: equal for equal machines at equal counts.</summary>
    public string StateHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        StateWriter to = new();
        var s = _core.State;
        to.Add(Count, (long)s->Ip, Flags.Get(s), s->Cpl, s->Halted, s->Inhibit, (long)s->Cr0, (long)s->Cr2, (long)s->Cr3, (long)s->Cr4);
        for (var i = 0; i < 8; i++) to.Add((long)s->Gpr[i], (long)s->Debug[i]);
        for (var i = 0; i < 8; i++)
        {
            ref var segment = ref (&s->Es)[i];
            to.Add(segment.Selector, (long)segment.Base, segment.Limit, segment.Access);
        }
        to.Add((long)s->Gdt.Base, s->Gdt.Limit, (long)s->Idt.Base, s->Idt.Limit);
        to.Add((long)s->SysenterCs, (long)s->SysenterSp, (long)s->SysenterIp, (long)s->TscOffset, (long)s->PageAttributes);
        to.AddBytes(new ReadOnlySpan<byte>(s->Float, CpuState.FloatBytes));
        foreach (var device in _devices) device.Save(to);
        _pci.Save(to);
        _disks.Save(to);
        Firmware.Save(to);
        _backdoor.Save(to);
        _pointer.Save(to);
        _video.Save(to);
        hash.AppendData(to.Written);
        hash.AppendData(_video.Memory.Span);
        const int part = 1 << 24;
        for (long at = 0; at < Memory.Bytes; at += part)
            hash.AppendData(Memory.Span((ulong)at, (int)Math.Min(part, Memory.Bytes - at)));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    static IReadOnlyList<IdeDrive> Drives(MachineOptions options)
    {
        IdeDrive[] drives = [.. options.Disks.Where(disk => !disk.IsVirtio).Select(IdeDrive (disk) => disk.IsCd ? new CdDrive(disk.Disk) : new HardDrive(disk.Disk))];
        if (drives.Length > IdeController.DrivesMax || options.Disks.Count - drives.Length > VirtioDisksMax)
            throw new ArgumentException($"{options.Disks.Count} disks: {IdeController.DrivesMax} drives and {VirtioDisksMax} of virtio are the most.", nameof(options));
        return drives;
    }

    /// <summary>Virtio devices, each in a slot of its own behind the graphics adapter's.</summary>
    void AddVirtio(VirtioContext context, List<IDevice> devices)
    {
        const uint first = 0xF000_0000, apart = 0x1_0000;
        uint number = 0;
        int Place() => VideoAdapter.Place + 8 * (int)++number;
        if (Options.HasEntropy) devices.Add(new VirtioEntropy(context, Place(), first + number * apart, _gate));
        foreach (var disk in Options.Disks)
            if (disk.IsVirtio) devices.Add(new VirtioDisk(context, Place(), first + number * apart, disk.Disk));
        if (Options.Network is not { } sent) return;
        _network = new(context, Place(), first + number * apart, Options.NetworkAddress.ToArray(), sent);
        devices.Add(_network);
    }

    /// <summary>Puts firmware where no RAM is.</summary>
    internal void AddFirmware(ReadOnlySpan<byte> content, ulong at)
    {
        if (_rom is not null) throw new InvalidOperationException("The machine has firmware already.");
        _rom = new(content.Length, writable: false) { At = at };
        content.CopyTo(_rom.Span);
        Memory.Add(_rom);
        _pci.ShowFirmware();
    }

    void Accept(GuestInput input)
    {
        switch (input.Kind)
        {
            case InputKind.Serial: _serial.Receive((byte)input.Value); break;
            case InputKind.Key: _keyboard.Type((byte)input.Value, input.Id); break;
            case InputKind.PointerTo: _pointer.MoveTo(input.Value, input.Second, input.Id); break;
            case InputKind.PointerBy: _pointer.MoveBy(input.Value, input.Second, input.Id); break;
            case InputKind.Buttons: _pointer.Press((byte)input.Value, input.Id); break;
            case InputKind.Frame: _network?.Deliver(input.Bytes); break;
            case InputKind.Wheel: _pointer.Turn(input.Value, input.Id); break;
        }
    }

    void Idle(long until)
    {
        var skipped = until - _core.Now;
        // Not further than one slice at a time, so that live input is not late.
        skipped = Math.Min(skipped, SliceInstructions);
        if (skipped <= 0 || _core.InterruptLine) return;
        IdleCount += skipped;
        _core.Skip(skipped);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _engine.Dispose();
        _core.Dispose();
        _video.Dispose();
        _rom?.Dispose();
        foreach (var disk in Options.Disks) disk.Disk.Dispose();
        Memory.Dispose();
    }
}
