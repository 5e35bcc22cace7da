namespace RemoteChain.Emulator.Devices.Virtio;

/// <summary>Random bytes from outside (Virtio 1.1, section 5.4), through the gate like every other input.</summary>
sealed class VirtioEntropy : VirtioDevice
{
    const ushort Kind = 4;
    const uint Type = 0x00FF_00;

    /// <summary>Bytes given at once: a guest asks again for more.</summary>
    const int BytesMax = 256;

    readonly InputGate _gate;

    internal VirtioEntropy(VirtioContext context, int place, uint at, InputGate gate)
        : base(context, place, at, Kind, Type, queues: 1, features: 0) => _gate = gate;

    /// <inheritdoc/>
    protected override byte ReadSpecific(int offset) => 0;

    /// <inheritdoc/>
    protected override void Notified(int queue, long now) => Serve(Queues[0], request =>
    {
        var bytes = _gate.TakeEntropy(now, Math.Min(request.Length.Writable, BytesMax));
        return request.TryWrite(0, bytes.Span) ? bytes.Length : 0;
    });
}
