namespace RemoteChain.Emulator.Devices.Virtio;

/// <summary>A network card (Virtio 1.1, section 5.1) at whose other end is whoever takes its frames and posts others to the gate.</summary>
sealed class VirtioNetwork : VirtioDevice
{
    const ushort Kind = 1;
    const uint Type = 0x0200_00;
    const ulong AddressGiven = 1 << 5, StatusGiven = 1 << 16;
    const int Receive = 0, Send = 1, HeaderBytes = 12;

    readonly Action<ReadOnlyMemory<byte>> _sent;
    readonly byte[] _address;
    readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    readonly byte[] _frame = new byte[HeaderBytes + InputGate.FrameBytesMax];

    internal VirtioNetwork(VirtioContext context, int place, uint at, byte[] address, Action<ReadOnlyMemory<byte>> sent)
        : base(context, place, at, Kind, Type, queues: 2, AddressGiven | StatusGiven) => (_address, _sent) = (address, sent);

    /// <summary>A frame for the guest; dropped when too many wait, as on any network.</summary>
    internal void Deliver(ReadOnlyMemory<byte> frame)
    {
        const int waitingMax = 256;
        if (!IsRunning || _waiting.Count >= waitingMax) return;
        _waiting.Enqueue(frame);
        Fill();
    }

    /// <inheritdoc/>
    protected override byte ReadSpecific(int offset) => offset switch { < 6 => _address[offset], 6 => 1, _ => 0 };

    /// <inheritdoc/>
    protected override void Notified(int queue, long now)
    {
        if (queue == Receive) Fill();
        else Serve(Queues[Send], Take);
    }

    void Fill() => Serve(Queues[Receive], queue =>
    {
        if (!_waiting.TryDequeue(out var frame)) return -1;
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        // In one buffer.
        header[10] = 1;
        return queue.TryWrite(0, header) && queue.TryWrite(HeaderBytes, frame.Span) ? HeaderBytes + frame.Length : 0;
    });

    int Take(VirtioQueue queue)
    {
        var bytes = queue.Length.Readable - HeaderBytes;
        if (bytes is > 0 and <= InputGate.FrameBytesMax && queue.TryRead(HeaderBytes, _frame.AsSpan(0, bytes))) _sent(_frame.AsMemory(0, bytes));
        return 0;
    }

    /// <inheritdoc/>
    public override void Save(StateWriter to)
    {
        base.Save(to);
        to.Add(_waiting.Count);
        foreach (var frame in _waiting) to.AddBytes(frame.Span);
    }
}
