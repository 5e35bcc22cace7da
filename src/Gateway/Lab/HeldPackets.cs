namespace RemoteChain.Gateway.Lab;

/// <summary>Packets that wait for their time, first in, first out: a packet never overtakes the one before it.</summary>
sealed class HeldPackets
{
    /// <summary>Most packets at once: 6 MB, which is 100 ms of 480 Mbit/s. As at a real bottleneck, more are lost.</summary>
    public const int PacketsMax = 4096;

    readonly byte[] _bytes = new byte[PacketsMax * TunDevice.PacketBytesMax];
    readonly int[] _lengths = new int[PacketsMax];
    readonly long[] _dueNanos = new long[PacketsMax];
    int _first, _count;
    long _lastDueNanos;

    /// <summary>When the first may go on; <see cref="long.MaxValue"/> when there is none.</summary>
    public long DueNanos => _count == 0 ? long.MaxValue : _dueNanos[_first];

    /// <summary>Keeps a packet until a moment, or until the one before it may go, whichever is later. False: there is no room.</summary>
    public bool Add(ReadOnlySpan<byte> packet, long dueNanos)
    {
        if (_count == PacketsMax) return false;
        var slot = (_first + _count++) % PacketsMax;
        packet.CopyTo(_bytes.AsSpan(slot * TunDevice.PacketBytesMax));
        _lengths[slot] = packet.Length;
        _dueNanos[slot] = _lastDueNanos = Math.Max(dueNanos, _lastDueNanos);
        return true;
    }

    /// <summary>Takes the first. It is valid until the next <see cref="Add"/>.</summary>
    public ReadOnlySpan<byte> Take()
    {
        var slot = _first;
        _first = (_first + 1) % PacketsMax;
        _count--;
        return _bytes.AsSpan(slot * TunDevice.PacketBytesMax, _lengths[slot]);
    }
}
