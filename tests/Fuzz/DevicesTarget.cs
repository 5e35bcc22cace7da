using System.Buffers.Binary;
using RemoteChain.Emulator;
using RemoteChain.Emulator.Devices.Disks;
using RemoteChain.Emulator.Memory;

namespace RemoteChain.Fuzz;

/// <summary>Every device of an emulated PC, driven by a guest that writes what it likes to where it likes, while time passes and somebody looks and
/// types. The input is a list of such steps.</summary>
sealed class DevicesTarget : FuzzTarget
{
    /// <summary>A step: what, port or address, value.</summary>
    const int StepBytes = 8, StepsMax = 512, FeedsOfMachine = 32;
    const int DiskBytes = 64 << 10;

    // Where something answers; other ports are reached by their number.
    static readonly ushort[] s_ports =
    [
        0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1, 0x40, 0x42, 0x43, 0x61, 0x60, 0x64, 0x92, 0x70, 0x71, 0x3F8, 0x3F9, 0x3FA, 0x3FB, 0x3FC,
        0xCF8, 0xCFC, 0xCFE, 0x1CE, 0x1CF, 0x3C0, 0x3C2, 0x3C4, 0x3C5, 0x3C7, 0x3C8, 0x3C9, 0x3CE, 0x3CF, 0x3D4, 0x3D5, 0x3DA,
        0x1F0, 0x1F1, 0x1F2, 0x1F3, 0x1F4, 0x1F5, 0x1F6, 0x1F7, 0x3F6, 0x170, 0x176, 0x177, 0xC000, 0xC002, 0xC004, 0xC008, 0xC00C,
        0x510, 0x511, 0x5658,
    ];

    readonly Dictionary<string, long> _reached = [];
    Machine? _machine;
    int _feeds;

    internal DevicesTarget() : base("devices", "ports, registers and memory of an emulated PC's devices, as a hostile guest uses them")
    {
        Seeds =
        [
            // A graphics mode, and a pixel.
            [.. Write(0x1CE, 2, 1), .. Write(0x1CF, 2, 320), .. Write(0x1CE, 2, 2), .. Write(0x1CF, 2, 200), .. Write(0x1CE, 2, 3),
                .. Write(0x1CF, 2, 32), .. Write(0x1CE, 2, 4), .. Write(0x1CF, 2, 0x41), .. Step(Store, 0x8123, 4, 0x00FFFFFF), .. Step(Look, 0, 0, 0)],
            // Text by way of the planes.
            [.. Write(0x3C2, 1, 1), .. Write(0x3D4, 2, 0x4F01), .. Write(0x3D4, 2, 0x8F12), .. Write(0x3C0, 1, 0x20), .. Write(0x3C4, 2, 0x0F02),
                .. Step(Store, 0, 4, 0x07410742), .. Step(Look, 0, 0, 0)],
            // A sector through the port, one by the controller, a packet.
            [.. Write(0x1F6, 1, 0xE0), .. Write(0x1F2, 1, 1), .. Write(0x1F7, 1, 0x20), .. Step(Read, 0x1F0, 2, 0)],
            [.. Write(0xC004, 4, 0x1000), .. Write(0xC000, 1, 9), .. Write(0x1F6, 1, 0xE0), .. Write(0x1F2, 1, 1), .. Write(0x1F7, 1, 0xC8)],
            [.. Write(0x176, 1, 0), .. Write(0x177, 1, 0xA0), .. Write(0x170, 2, 0x12), .. Write(0x170, 2, 0), .. Write(0x170, 2, 36),
                .. Write(0x170, 2, 0), .. Write(0x170, 2, 0), .. Write(0x170, 2, 0), .. Step(Read, 0x170, 2, 0)],
            // Clock, timer, mouse.
            [.. Write(0x70, 1, 11), .. Write(0x71, 1, 0x72), .. Write(0x43, 1, 0x34), .. Write(0x40, 1, 1), .. Write(0x40, 1, 0), .. Step(Pass, 0, 0, 50_000)],
            [.. Write(0x64, 1, 0xD4), .. Write(0x60, 1, 0xF4), .. Step(Post, 3, 5, 7), .. Step(Post, 4, 1, 0), .. Step(Pass, 0, 0, 50_000), .. Step(Read, 0x60, 1, 0)],
            // A request to each virtio device: random bytes, a sector, a frame.
            Virtio(0, 0x2000, 0x100, 2, 0), Virtio(1, 0x2000, 16, 1, 1), Virtio(2, 0x2000, 60, 0, 0),
            // Base addresses.
            [.. Write(0xCF8, 4, 0x8000_1010), .. Write(0xCFC, 4, 0xF000_0000), .. Write(0xCF8, 4, 0x8000_0920), .. Write(0xCFC, 4, 0xD001)],
        ];
    }

    const byte Out = 0, Read = 1, Store = 2, Load = 3, Pass = 4, Look = 5, Post = 6, Kinds = 7;

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => string.Join(", ", _reached.OrderBy(r => r.Key).Select(r => $"{r.Key} {r.Value}"));

    internal override void Feed(byte[] input)
    {
        if (_machine is null || ++_feeds % FeedsOfMachine == 0)
        {
            _machine?.Dispose();
            _machine = Start();
        }
        for (var i = 0; i + StepBytes <= input.Length && i < StepsMax * StepBytes; i += StepBytes) Take(_machine, input.AsSpan(i, StepBytes));
        if (_machine.Memory.Bytes != PhysicalMemory.BytesMin) throw new InvalidOperationException("the machine grew");
    }

    public override void Dispose() => _machine?.Dispose();

    unsafe void Take(Machine machine, ReadOnlySpan<byte> step)
    {
        var place = BinaryPrimitives.ReadUInt16LittleEndian(step[2..]);
        var value = BinaryPrimitives.ReadUInt32LittleEndian(step[4..]);
        var bytes = 1 << (step[1] % 3);
        // By its place in the list, or by its number.
        var port = (step[1] & 0x80) != 0 ? s_ports[place % s_ports.Length] : place;
        var core = machine.Core;
        switch (step[0] % Kinds)
        {
            case Out:
                machine.Ports.Write(port, bytes, value);
                break;
            case Read:
                machine.Ports.Read(port, bytes);
                break;
            case Store:
                // SAFETY: a store checks its address; paging is off, so it is a physical one: the window of the VGA, or video memory.
                Access.Store(core, core.State, Address(step[1], place), bytes, value);
                break;
            case Load:
                Access.Load(core, core.State, Address(step[1], place), bytes);
                break;
            case Pass:
                Count(machine.Run(machine.Count + value % 100_000).ToString());
                break;
            case Look:
                if (machine.Display.TakeFrame()) Count("frame");
                break;
            default:
                machine.Options.Gate.TryPost((InputKind)(place % 6), (sbyte)step[1], (short)value);
                break;
        }
    }

    // Video memory; registers of the four virtio devices; RAM, where their queues are; else the window of the VGA.
    static ulong Address(byte choice, ushort place) => (choice & 0x70) switch
    {
        0x40 => 0xE000_0000 + ((ulong)place << 8),
        0x20 => 0xF001_0000 + ((ulong)(place >> 14) << 16) + (place & 0x3FFFu),
        0x10 => place,
        _ => 0xA0000 + 2UL * place,
    };

    static unsafe Machine Start()
    {
        Machine machine = new(new()
        {
            MemoryBytes = PhysicalMemory.BytesMin,
            Disks = [new(Disk()), new(Disk()), new(Disk(), IsCd: true), new(Disk(), IsVirtio: true)],
            Network = _ => { },
        });
        // A guest in real mode that waits for interrupts for ever, with all of them allowed: STI, HLT, back. Every handler is one IRET.
        ((ReadOnlySpan<byte>)[0xFB, 0xF4, 0xEB, 0xFC, 0xCF]).CopyTo(machine.Memory.Span(0xFFFF0, 5));
        for (uint vector = 0; vector < 256; vector++) BinaryPrimitives.WriteUInt32LittleEndian(machine.Memory.Span(vector * 4, 4), 0xF000_FFF4);
        // SAFETY: the core's state, while its machine lives.
        machine.Core.State->Cs.Base = 0xF0000;
        machine.Core.State->Gpr[4] = 0x8000;
        machine.Core.ModeChanged();
        return machine;
    }

    static FileDisk Disk()
    {
        var path = Path.GetTempFileName();
        using (var file = File.OpenWrite(path)) file.SetLength(DiskBytes);
        var disk = FileDisk.Open(path, isReadOnly: false);
        File.Delete(path);
        return disk;
    }

    /// <summary>Switches a device on with its first queue at a place in RAM, and puts one buffer in.</summary>
    static byte[] Virtio(ushort device, ushort ram, uint bytes, byte flags, byte next)
    {
        const byte registers = 0x20, memory = 0x10;
        byte[] At(byte where, ushort place, byte width, uint value)
        {
            var step = Step(Store, place, width, value);
            step[1] |= where;
            return step;
        }
        var at = (ushort)(device << 14);
        return
        [
            .. At(memory, ram, 4, 0x3000u), .. At(memory, (ushort)(ram + 8), 4, bytes), .. At(memory, (ushort)(ram + 12), 4, flags | ((uint)next << 16)),
            .. At(memory, (ushort)(ram + 24), 4, 512), .. At(memory, (ushort)(ram + 28), 2, 2), .. At(memory, (ushort)(ram + 0x802), 2, 1),
            .. At(registers, (ushort)(at + 0x16), 2, 0), .. At(registers, (ushort)(at + 0x20), 4, ram), .. At(registers, (ushort)(at + 0x28), 4, ram + 0x800u),
            .. At(registers, (ushort)(at + 0x30), 4, ram + 0xC00u), .. At(registers, (ushort)(at + 0x1C), 2, 1), .. At(registers, (ushort)(at + 0x14), 1, 15),
            .. At(registers, (ushort)(at + 0x3000), 2, 0), .. Step(Pass, 0, 0, 5000),
        ];
    }

    static byte[] Write(ushort port, byte bytes, uint value) => Step(Out, port, bytes, value);

    static byte[] Step(byte kind, ushort place, byte bytes, uint value)
    {
        var step = new byte[StepBytes];
        (step[0], step[1]) = (kind, bytes switch { 2 => (byte)1, 4 => 2, _ => (byte)0 });
        BinaryPrimitives.WriteUInt16LittleEndian(step.AsSpan(2), place);
        BinaryPrimitives.WriteUInt32LittleEndian(step.AsSpan(4), value);
        return step;
    }

    void Count(string what) => _reached[what] = _reached.GetValueOrDefault(what) + 1;
}
