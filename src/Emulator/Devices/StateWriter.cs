using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices;

/// <summary>Collects the state of devices as bytes, in a fixed order.</summary>
sealed class StateWriter
{
    readonly List<byte> _bytes = [];

    internal ReadOnlySpan<byte> Written => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);

    internal void Add(params ReadOnlySpan<long> values)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            _bytes.AddRange(bytes);
        }
    }

    internal void AddBytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);
}
