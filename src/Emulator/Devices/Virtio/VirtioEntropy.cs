namespace RemoteChain.Emulator.Devices.Virtio;

/// <summary>Random bytes from outside (Virtio 1.1, section 5.4), through the gate like every other input.</summary>
sealed class VirtioEntropy : VirtioDevice, IDevice
{
    const ushort Kind = 4;
    const uint Type = 0x00FF_00;

    /// <summary>Bytes given at once, and how long they take: a guest asks again for more.</summary>
    const int BytesMax = 256;
    const long DelayInstructions = GuestClock.InstructionsPerSecond / 100_000;

    readonly GuestClock _clock;
    readonly InputGate _gate;
    readonly Action _moved;

    internal VirtioEntropy(VirtioContext context, int place, uint at, GuestClock clock, InputGate gate, Action moved)
        : base(context, place, at, Kind, Type, queues: 1, features: 0) => (_clock, _gate, _moved) = (clock, gate, moved);

    /// <inheritdoc/>
    public long Due { get; private set; } = long.MaxValue;

    /// <inheritdoc/>
    public void Fire(long now)
    {
        Due = long.MaxValue;
        Serve(Queues[0], queue =>
        {
            var bytes = _gate.TakeEntropy(now, Math.Min(queue.Length.Writable, BytesMax));
            return queue.TryWrite(0, bytes.Span) ? bytes.Length : 0;
        });
    }

    /// <inheritdoc/>
    protected override void Notified(int queue)
    {
        // Not inside of the guest's instruction: input comes in between two slices, so that a replay finds the same place.
        if (Due != long.MaxValue) return;
        Due = _clock.Now + DelayInstructions;
        _moved();
    }

    /// <inheritdoc/>
    protected override byte ReadSpecific(int offset) => 0;

    byte IDevice.Read(ushort port) => 0xFF;

    void IDevice.Write(ushort port, byte value)
    {
    }

    void IDevice.Save(StateWriter to)
    {
        base.Save(to);
        to.Add(Due);
    }
}
