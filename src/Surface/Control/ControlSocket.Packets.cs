using RemoteChain.Surface.Native;

namespace RemoteChain.Surface.Control;

public sealed unsafe partial class ControlSocket
{
    /// <summary>Room for one SCM_RIGHTS message: header and <see cref="DescriptorsMax"/> descriptors. The kernel closes what is
    /// more.</summary>
    const int RightsBytes = 16 + DescriptorsMax * sizeof(int);

    /// <summary>One buffer per thread: packets are written and parsed without waiting in between, and zeroed at once for the secrets in
    /// them.</summary>
    [ThreadStatic]
    static byte[]? t_packet;

    /// <summary>Sends a message with its descriptors; never waits. The caller keeps (and closes) its own descriptors.</summary>
    /// <exception cref="ArgumentException">A field of the message is too long.</exception>
    public ControlSend Send(ControlMessage message)
    {
        var packet = t_packet ??= new byte[PacketBytesMax];
        var length = ControlCodec.Write(message, packet);
        try
        {
            if (length < 0) throw new ArgumentException($"A field of {message.GetType().Name} is too long for a control message.", nameof(message));
            return SendPacket(packet.AsSpan(0, length), message.Descriptors);
        }
        finally
        {
            packet.AsSpan(0, length < 0 ? packet.Length : length).Clear();
        }
    }

    ControlSend SendPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<DescriptorHandle?> descriptors)
    {
        var rights = stackalloc byte[RightsBytes];
        var numbers = (int*)(rights + sizeof(SysSocket.cmsghdr));
        var count = 0;
        foreach (var descriptor in descriptors)
            if (descriptor is not null) numbers[count++] = descriptor.Descriptor;
        // SAFETY: every pointer is to pinned or stack memory that outlives the call, with its own length; no record has more than
        // DescriptorsMax.
        fixed (byte* bytes = packet)
        {
            SysSocket.iovec part = new() { iov_base = bytes, iov_len = (nuint)packet.Length };
            SysSocket.msghdr header = new() { msg_iov = &part, msg_iovlen = 1 };
            if (count > 0)
            {
                var rightsLength = (nuint)(sizeof(SysSocket.cmsghdr) + count * sizeof(int));
                *(SysSocket.cmsghdr*)rights = new() { cmsg_len = rightsLength, cmsg_level = SysSocket.SOL_SOCKET, cmsg_type = SysSocket.SCM_RIGHTS };
                header.msg_control = rights;
                header.msg_controllen = (rightsLength + 7) & ~(nuint)7;
            }
            while (true)
            {
                if (SysSocket.sendmsg(Handle, &header, SysSocket.MSG_DONTWAIT | SysSocket.MSG_NOSIGNAL) >= 0)
                {
                    foreach (var descriptor in descriptors) GC.KeepAlive(descriptor);
                    return ControlSend.Sent;
                }
                switch (Errno.Number)
                {
                    case Errno.EINTR: continue;
                    case Errno.EAGAIN or Errno.ENOBUFS: return ControlSend.Full;
                    case Errno.EPIPE or Errno.ECONNRESET or Errno.ENOTCONN or Errno.ECONNREFUSED: return ControlSend.Closed;
                    default: throw Errno.Last("sendmsg");
                }
            }
        }
    }

    ControlReceive ReceivePacket(out ControlMessage? message)
    {
        message = null;
        var packet = t_packet ??= new byte[PacketBytesMax];
        var rights = stackalloc byte[RightsBytes];
        nint length;
        SysSocket.msghdr header;
        // SAFETY: the kernel fills in pinned and stack memory up to the lengths that are passed along.
        fixed (byte* bytes = packet)
        {
            SysSocket.iovec part = new() { iov_base = bytes, iov_len = PacketBytesMax };
            do
            {
                header = new() { msg_iov = &part, msg_iovlen = 1, msg_control = rights, msg_controllen = RightsBytes };
                length = SysSocket.recvmsg(Handle, &header, SysSocket.MSG_DONTWAIT | SysSocket.MSG_CMSG_CLOEXEC);
            }
            // A reset is told once, before the last messages that the other side sent: they say why it ended.
            while (length < 0 && (Errno.Number is Errno.EINTR or Errno.ECONNRESET));
        }
        if (length < 0)
        {
            return Errno.Number switch
            {
                Errno.EAGAIN => ControlReceive.None,
                Errno.ENOTCONN or Errno.EPIPE => ControlReceive.Closed,
                _ => throw Errno.Last("recvmsg"),
            };
        }
        var descriptors = TakeDescriptors(rights, (int)header.msg_controllen);
        // No message is empty: zero bytes are the end of the connection.
        if (length == 0 && descriptors.Length == 0) return ControlReceive.Closed;
        var whole = (header.msg_flags & (SysSocket.MSG_TRUNC | SysSocket.MSG_CTRUNC)) == 0;
        var read = ControlCodec.TryRead(packet.AsSpan(0, (int)length), descriptors, out message) && whole;
        packet.AsSpan(0, (int)length).Clear();
        if (read) return ControlReceive.Message;
        message?.Dispose();
        message = null;
        foreach (var descriptor in descriptors) descriptor.Dispose();
        return ControlReceive.Malformed;
    }

    /// <summary>Makes handles of all descriptors that came, before anything is judged, so that none can leak.</summary>
    static DescriptorHandle[] TakeDescriptors(byte* rights, int length)
    {
        if (length < sizeof(SysSocket.cmsghdr)) return [];
        // SAFETY: the kernel wrote these bytes; there is room for exactly one control message, and its length is held to the room again.
        var header = *(SysSocket.cmsghdr*)rights;
        if (header.cmsg_level != SysSocket.SOL_SOCKET || header.cmsg_type != SysSocket.SCM_RIGHTS) return [];
        var count = (Math.Min((int)header.cmsg_len, RightsBytes) - sizeof(SysSocket.cmsghdr)) / sizeof(int);
        var descriptors = new DescriptorHandle[count];
        for (var i = 0; i < count; i++) descriptors[i] = new DescriptorHandle(((int*)(rights + sizeof(SysSocket.cmsghdr)))[i]);
        return descriptors;
    }
}
