using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using RemoteChain.Gateway.Lab.Native;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// A network interface whose packets come to this process instead of a cable (IP packets without a header before them). It can be moved
/// into another network namespace and stays attached. When it is closed, the kernel takes it and every route over it away.
/// </summary>
sealed class TunDevice : IDisposable
{
    /// <summary>Largest packet that such an interface carries unless set otherwise.</summary>
    public const int PacketBytesMax = 1500;

    readonly DescriptorHandle _handle;

    /// <summary>Makes one. Needs root.</summary>
    /// <exception cref="IOException">The kernel has no such devices, or refuses.</exception>
    public TunDevice(string name)
    {
        Name = name;
        _handle = new DescriptorHandle(Linux.open("/dev/net/tun", Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_CLOEXEC));
        if (_handle.IsInvalid) throw new IOException($"/dev/net/tun cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        var request = new byte[Linux.IfreqBytes];
        Encoding.ASCII.GetBytes(name, request.AsSpan(0, Linux.IFNAMSIZ - 1));
        BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(Linux.IFNAMSIZ), Linux.IFF_TUN | Linux.IFF_NO_PI);
        if (Linux.ioctl(Descriptor, Linux.TUNSETIFF, request) >= 0) return;
        _handle.Dispose();
        throw new IOException($"The interface {name} cannot be made: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <summary>To wait on.</summary>
    public int Descriptor => _handle.Descriptor;

    /// <summary>The next packet that the kernel sends over this interface; its length, or 0 when there is none now.</summary>
    public int Read(Span<byte> packet) => Math.Max(0, (int)Linux.read(Descriptor, ref MemoryMarshal.GetReference(packet), packet.Length));

    /// <summary>Lets a packet arrive over this interface. The kernel drops what it cannot take.</summary>
    public void Write(ReadOnlySpan<byte> packet) => _ = Linux.write(Descriptor, ref MemoryMarshal.GetReference(packet), packet.Length);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
