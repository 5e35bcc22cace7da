namespace RemoteChain.Emulator.Devices.Virtio;

/// <summary>A virtio device on the PCI bus (Virtio 1.1, section 4.1, without the interface of drivers before 1.0): configuration, queues, interrupts;
/// what it does with requests is its subclass's.</summary>
abstract class VirtioDevice : IMappedRange, IDevice
{
    const ushort Vendor = 0x1AF4, FirstDevice = 0x1040;
    const int Bar = 4, BarBytes = 0x4000, Common = 0, Isr = 0x1000, Specific = 0x2000, Notify = 0x3000;
    const ulong VersionOne = 1UL << 32;
    const byte NeedsReset = 0x40, DriverOk = 4;
    const int CapabilityCommon = 1, CapabilityNotify = 2, CapabilityIsr = 3, CapabilitySpecific = 4;
    const ushort NoVector = 0xFFFF;

    readonly PciBus _pci;
    readonly Func<long> _soon;
    readonly int _place;
    readonly PciFunction _function;
    readonly ulong _features;
    ulong _start = MemoryWindow.Nowhere, _driverFeatures;
    uint _deviceSelect, _driverSelect;
    ushort _queueSelect;
    byte _status, _isr;
    uint _notified;

    /// <param name="context">The bus and the memory.</param>
    /// <param name="place">Where on the bus.</param>
    /// <param name="at">Where its registers lie before anybody moves them.</param>
    /// <param name="kind">Device number of the standard.</param>
    /// <param name="type">Class of PCI.</param>
    /// <param name="queues">How many queues.</param>
    /// <param name="features">Offered, besides the version.</param>
    protected VirtioDevice(VirtioContext context, int place, uint at, ushort kind, uint type, int queues, ulong features)
    {
        (_pci, _soon, _place, _features) = (context.Pci, context.Soon, place, features | VersionOne);
        Queues = [.. Enumerable.Range(0, queues).Select(_ => new VirtioQueue(context.Memory))];
        _function = new(Vendor, (ushort)(FirstDevice + kind), type);
        _function.Set(8, [1]);
        // Subsystem: the same again, as the standard recommends.
        _function.Set(0x2C, [0xF4, 0x1A, (byte)(0x40 + kind), 0x10]);
        _function.SetInterrupt(context.Pci.LineOf(place));
        AddCapabilities();
        _function.SetBar(Bar, BarBytes, 0, at, now => _start = now ?? MemoryWindow.Nowhere);
        context.Pci.Add(place, _function);
        context.Mmu.Add(this);
    }

    /// <inheritdoc/>
    public ulong Start => _start;

    /// <inheritdoc/>
    public ulong Bytes => BarBytes;

    protected VirtioQueue[] Queues { get; }

    /// <inheritdoc/>
    public long Due { get; private set; } = long.MaxValue;

    /// <inheritdoc/>
    public void Fire(long now)
    {
        (Due, var notified, _notified) = (long.MaxValue, _notified, 0);
        for (var queue = 0; queue < Queues.Length; queue++)
            if ((notified >> queue & 1) != 0 && IsRunning) Notified(queue, now);
    }

    /// <summary>A driver has set the device up, and it has not refused its queues.</summary>
    protected bool IsRunning => (_status & (DriverOk | NeedsReset)) == DriverOk && _function.IsMaster;

    /// <summary>A byte of the device's own configuration.</summary>
    protected abstract byte ReadSpecific(int offset);

    /// <summary>The guest put something into a queue, a moment ago: the machine stands between two slices.</summary>
    protected abstract void Notified(int queue, long now);

    /// <summary>Handles every request of a queue.</summary>
    /// <param name="queue">Which.</param>
    /// <param name="answer">Does what the request wants; bytes that it wrote, or -1 to leave it for later.</param>
    protected void Serve(VirtioQueue queue, Func<VirtioQueue, int> answer)
    {
        if (!IsRunning) return;
        var any = false;
        // A guest can list no more than the queue holds before it sees something come back.
        for (var i = 0; i < VirtioQueue.SizeMax && queue.TryTake(out var broken) | Break(broken); i++)
        {
            var written = answer(queue);
            if (written < 0)
            {
                queue.PutBack();
                break;
            }
            queue.Give(written);
            any = true;
        }
        if (any && queue.WantsInterrupt) Raise(1);
    }

    bool Break(bool broken)
    {
        if (!broken) return false;
        // The guest is told to begin anew; nothing of its queues is believed until then.
        _status |= NeedsReset;
        Raise(2);
        return false;
    }

    void Raise(byte cause)
    {
        _isr |= cause;
        _pci.Interrupt(_place, true);
    }

    /// <inheritdoc/>
    public uint Read(ulong offset, int bytes)
    {
        if (offset >= Notify) return 0;
        if (offset is >= Isr and < Specific)
        {
            var isr = _isr;
            _isr = 0;
            _pci.Interrupt(_place, false);
            return isr;
        }
        if (offset < Isr) return ReadCommon((int)offset) & (uint.MaxValue >> (32 - 8 * bytes));
        uint value = 0;
        for (var i = 0; i < bytes; i++) value |= (uint)ReadSpecific((int)offset - Specific + i) << (8 * i);
        return value;
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int bytes, uint value)
    {
        if (offset >= Notify)
        {
            var queue = (int)(value & 0xFFFF);
            if (queue >= Queues.Length || !IsRunning) return;
            _notified |= 1u << queue;
            if (Due == long.MaxValue) Due = _soon();
        }
        else if (offset < Isr)
        {
            WriteCommon((int)offset, value);
        }
    }

    VirtioQueue? Selected => _queueSelect < Queues.Length ? Queues[_queueSelect] : null;

    uint ReadCommon(int offset) => offset switch
    {
        0x00 => _deviceSelect,
        0x04 => _deviceSelect < 2 ? (uint)(_features >> (int)(32 * _deviceSelect)) : 0,
        0x08 => _driverSelect,
        0x0C => _driverSelect < 2 ? (uint)(_driverFeatures >> (int)(32 * _driverSelect)) : 0,
        0x10 or 0x1A => NoVector,
        0x12 => (uint)Queues.Length,
        0x14 => _status,
        0x16 => _queueSelect,
        0x18 => Selected?.Size ?? 0u,
        0x1C => Selected?.IsEnabled == true ? 1u : 0,
        0x20 => (uint)(Selected?.Descriptors ?? 0),
        0x24 => (uint)((Selected?.Descriptors ?? 0) >> 32),
        0x28 => (uint)(Selected?.Available ?? 0),
        0x2C => (uint)((Selected?.Available ?? 0) >> 32),
        0x30 => (uint)(Selected?.Used ?? 0),
        0x34 => (uint)((Selected?.Used ?? 0) >> 32),
        _ => 0,
    };

    void WriteCommon(int offset, uint value)
    {
        switch (offset)
        {
            case 0x00: _deviceSelect = value; return;
            case 0x08: _driverSelect = value; return;
            case 0x0C when _driverSelect < 2:
                var shift = (int)(32 * _driverSelect);
                _driverFeatures = (_driverFeatures & ~(0xFFFF_FFFFUL << shift)) | (((ulong)value << shift) & _features);
                return;
            case 0x14: SetStatus((byte)value); return;
            case 0x16: _queueSelect = (ushort)value; return;
        }
        if (Selected is not { IsEnabled: false } queue) return;
        switch (offset)
        {
            case 0x18 when value is >= 1 and <= VirtioQueue.SizeMax && int.IsPow2((int)value): queue.Size = (ushort)value; break;
            case 0x1C: queue.IsEnabled = (value & 1) != 0; break;
            case 0x20: queue.Descriptors = Lower(queue.Descriptors, value); break;
            case 0x24: queue.Descriptors = Upper(queue.Descriptors, value); break;
            case 0x28: queue.Available = Lower(queue.Available, value); break;
            case 0x2C: queue.Available = Upper(queue.Available, value); break;
            case 0x30: queue.Used = Lower(queue.Used, value); break;
            case 0x34: queue.Used = Upper(queue.Used, value); break;
        }
    }

    static ulong Lower(ulong number, uint value) => (number & 0xFFFF_FFFF_0000_0000) | value;

    static ulong Upper(ulong number, uint value) => (uint)number | ((ulong)value << 32);

    void SetStatus(byte value)
    {
        if (value != 0)
        {
            _status = (byte)(value | (_status & NeedsReset));
            return;
        }
        (_status, _isr, _driverFeatures, _queueSelect, _notified) = (0, 0, 0, 0, 0);
        foreach (var queue in Queues) queue.Reset();
        _pci.Interrupt(_place, false);
    }

    /// <summary>The list by which a driver finds the parts of the memory region.</summary>
    void AddCapabilities()
    {
        const int first = 0x40, length = 16, listOn = 0x10;
        _function.Set(PciFunction.Status, [listOn, 0]);
        _function.Set(0x34, [first]);
        (int Kind, int At, int Bytes)[] parts = [(CapabilityCommon, Common, 0x38), (CapabilityIsr, Isr, 4), (CapabilitySpecific, Specific, 0x100),
            (CapabilityNotify, Notify, 4)];
        for (var i = 0; i < parts.Length; i++)
        {
            var (kind, at, bytes) = parts[i];
            var isLast = i == parts.Length - 1;
            var place = first + i * length;
            _function.Set(place, [9, (byte)(isLast ? 0 : place + length), (byte)(isLast ? length + 4 : length), (byte)kind, Bar, 0, 0, 0]);
            _function.Set(place + 8, BitConverter.GetBytes(at));
            _function.Set(place + 12, BitConverter.GetBytes(bytes));
            // All queues are notified at one address, which tells them apart by what is written.
            if (isLast) _function.Set(place + 16, BitConverter.GetBytes(0));
        }
    }

    byte IDevice.Read(ushort port) => 0xFF;

    void IDevice.Write(ushort port, byte value)
    {
    }

    /// <inheritdoc/>
    public virtual void Save(StateWriter to)
    {
        to.Add((long)_start, (long)_driverFeatures, _deviceSelect, _driverSelect, _queueSelect, _status, _isr, _notified, Due);
        foreach (var queue in Queues) queue.Save(to);
    }
}

/// <summary>What every virtio device needs of its machine.</summary>
/// <param name="Pci">The bus.</param>
/// <param name="Memory">RAM as devices reach it.</param>
/// <param name="Mmu">Where registers in memory are found.</param>
/// <param name="Soon">When to do what the guest's instruction wants: <see cref="Core.Soon"/>.</param>
sealed record VirtioContext(PciBus Pci, BusMemory Memory, Mmu Mmu, Func<long> Soon);
