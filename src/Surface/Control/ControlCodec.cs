using System.Diagnostics.CodeAnalysis;

namespace RemoteChain.Surface.Control;

/// <summary>The binary form of control messages: kind (16 bit little-endian), fields in the order of the records; text is UTF-8 with a 16-bit length.</summary>
public static class ControlCodec
{
    /// <summary>Writes a message without its descriptors.</summary>
    /// <returns>Number of bytes, or -1 when it does not fit.</returns>
    public static int Write(ControlMessage message, Span<byte> packet) => throw new NotImplementedException();

    /// <summary>Reads a message. Every length, number and word is checked; bytes that are left over make it malformed.</summary>
    /// <param name="packet">Untrusted bytes.</param>
    /// <param name="descriptors">What came along; the message owns them when true, else the caller still does.</param>
    /// <param name="message">The message when true.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, ReadOnlySpan<DescriptorHandle> descriptors, [NotNullWhen(true)] out ControlMessage? message) =>
        throw new NotImplementedException();
}
