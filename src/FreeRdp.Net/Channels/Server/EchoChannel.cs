using System.Buffers.Binary;

namespace FreeRdp.Channels.Server;

/// <summary>The server's end of ECHO (MS-RDPEECO): the client sends back what it gets. One request is under way at a time.</summary>
internal sealed class EchoChannel(Func<long> nowNanos, Func<long> arrivedNanos, Action<long> measured)
{
    public const string Name = "ECHO";

    /// <summary>A request that was not answered for this long is given up, so that the next one can be sent.</summary>
    private const long LostAfterNanos = 30_000_000_000;

    private DynamicChannel? _channel;
    private ulong _serial;
    private long _sentNanos;

    public bool IsOpen => _channel is { IsOpen: true };

    public bool Open(DynamicChannels channels)
    {
        _channel = channels.Open(Name, TryReceive, static _ => { });
        return _channel is not null;
    }

    /// <summary>Sends a request unless one is under way.</summary>
    public void Request()
    {
        if (!IsOpen || (_sentNanos != 0 && nowNanos() - _sentNanos < LostAfterNanos)) return;
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(message, ++_serial);
        _sentNanos = nowNanos();
        _channel!.Send(message);
    }

    internal bool TryReceive(ReadOnlySpan<byte> message)
    {
        // Late or foreign answers measure nothing.
        if (_sentNanos == 0 || message.Length != 8 || BinaryPrimitives.ReadUInt64LittleEndian(message) != _serial) return true;
        measured(Math.Max(0, arrivedNanos() - _sentNanos));
        _sentNanos = 0;
        return true;
    }
}
