using RemoteChain.Emulator.Devices.Input;

namespace RemoteChain.Emulator.Devices.Video;

/// <summary>The graphics adapter: PCI function 1234:1111 (QEMU's standard VGA) with its video memory as first base address.</summary>
sealed unsafe class VideoAdapter : IDisposable
{
    /// <summary>Device 2 on the bus, and where its memory lies before a firmware or a kernel moves it: above the most RAM.</summary>
    internal const int Place = 2 * 8;
    internal const uint MemoryAt = 0xE000_0000;
    internal const int MemoryBytes = 16 << 20;
    const byte Prefetchable = 8;

    readonly VgaWindow _window;

    internal VideoAdapter(Mmu mmu, PhysicalMemory physical, PciBus pci, PortBus ports, GuestClock clock, InputTrace trace)
    {
        Memory = new(MemoryBytes, writable: true);
        physical.Add(Memory);
        Vbe = new(MemoryBytes) { Cleared = () => Clear(Memory) };
        Vga = new(clock);
        _window = new(Vga, Vbe, Memory);
        mmu.Add(_window);
        ports.Attach(Vga, VgaRegisters.Ports);
        Display = new(Memory, Vbe, Vga, trace, () => mmu.NoticeWrites(Memory.Start, (long)Memory.Bytes));
        PciFunction function = new(0x1234, 0x1111, 0x0300_00);
        function.SetBar(0, MemoryBytes, Prefetchable, MemoryAt, at =>
        {
            Memory.At = at ?? MemoryWindow.Nowhere;
            mmu.Flush();
        });
        pci.Add(Place, function);
        ports.Attach(Vbe, VbeRegisters.IndexPort, VbeRegisters.PortCount);
        // SAFETY: the adapter and its memory live as long as the machine, whose memory unit is asked to forget them.
    }

    internal MemoryWindow Memory { get; }

    internal VbeRegisters Vbe { get; }

    internal VgaRegisters Vga { get; }

    internal Display Display { get; }

    /// <summary>Pixels and rows that the guest set now, whether or not somebody looks.</summary>
    internal (int Width, int Height) Size => Vbe.IsOn ? (Vbe.Mode.Width, Vbe.Mode.Height) : (640, 400);

    /// <summary>A mode as firmware would have set it.</summary>
    internal void Begin(int width, int height) => Vbe.Begin(width, height);

    internal void Save(StateWriter to)
    {
        Vbe.Save(to);
        Vga.Save(to);
        _window.Save(to);
    }

    static void Clear(MemoryWindow memory)
    {
        memory.Span.Clear();
        for (var page = 0; page < MemoryBytes / PhysicalMemory.PageBytes; page++) memory.MarkChanged(page);
    }

    /// <inheritdoc/>
    public void Dispose() => Memory.Dispose();
}
