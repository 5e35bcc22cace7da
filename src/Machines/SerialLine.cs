using RemoteChain.Surface.Control;

namespace RemoteChain.Machines;

/// <summary>What the guest sends on its serial port, on its way to the node: gathered, and bounded, because a guest can send without end.</summary>
sealed class SerialLine(ControlSocket control)
{
    /// <summary>Most bytes of a second; what is more is lost.</summary>
    const int BytesPerSecondMax = 64 * 1024;

    /// <summary>A line that is being written is gathered for so long.</summary>
    const long GatherNanos = 10_000_000;

    const long SecondNanos = 1_000_000_000;

    readonly byte[] _bytes = new byte[MachineSerial.BytesMax];
    int _count, _secondBytes;
    long _secondNanos, _firstNanos;

    /// <summary>A byte of the guest.</summary>
    internal void Add(byte value)
    {
        if (_count < _bytes.Length) _bytes[_count++] = value;
    }

    /// <summary>Sends what was gathered, when it is time.</summary>
    internal void Flush(long nowNanos, bool isIdle)
    {
        if (_count == 0) return;
        if (_firstNanos == 0) _firstNanos = nowNanos;
        if (!isIdle && _count < _bytes.Length / 2 && nowNanos - _firstNanos < GatherNanos) return;
        if (nowNanos - _secondNanos > SecondNanos) (_secondNanos, _secondBytes) = (nowNanos, 0);
        // A node that does not read loses the text, not the machine.
        if (_secondBytes + _count <= BytesPerSecondMax) control.Send(new MachineSerial(_bytes[.._count]));
        _secondBytes = Math.Min(_secondBytes + _count, BytesPerSecondMax);
        (_count, _firstNanos) = (0, 0);
    }
}
