using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// When the bytes that are read now came in, by the kernel's own stamps: what waited in the socket because this thread was busy, or was not woken,
/// waited for this process and not for the other end. Not thread-safe.
/// </summary>
/// <remarks>
/// A stamp is never too early, and sometimes too late: segments that the kernel joined in its queue have the newest one's. Sockets that are not TCP
/// have none; there it is the moment of the look.
/// </remarks>
internal sealed unsafe class ArrivalClock(int socket)
{
    /// <summary>Within this time another look tells nothing new.</summary>
    private const long FreshNanos = 100_000;

    private const int ControlBytes = 64;

    private long _lookedNanos;
    private long _emptyNanos;

    /// <summary>When the newest bytes came in that were there at the last look. CLOCK_MONOTONIC; never goes back.</summary>
    public long Nanos { get; private set; } = Posix.MonotonicNanos();

    /// <summary>Asks the kernel to stamp what comes in.</summary>
    public static void Enable(int socket)
    {
        int on = 1;
        // SAFETY: reads one int. Refused where there are no stamps.
        _ = Posix.setsockopt(socket, Posix.SOL_SOCKET, Posix.SO_TIMESTAMPNS, &on, sizeof(int));
    }

    /// <summary>Looks at what waits in the socket, before any of it is read.</summary>
    public void Look()
    {
        long now = Posix.MonotonicNanos();
        _lookedNanos = now;
        byte first;
        var control = stackalloc byte[ControlBytes];
        var vector = new Posix.IoVector { iov_base = &first, iov_len = 1 };
        var message = new Posix.MessageHeader { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = ControlBytes };
        // SAFETY: everything that the kernel writes to lies on this stack frame, with its length. Nothing is taken from the socket.
        if (Posix.recvmsg(socket, &message, Posix.MSG_PEEK | Posix.MSG_DONTWAIT) <= 0)
        {
            // What is processed now was read before, and came in then.
            _emptyNanos = now;
            return;
        }

        long arrived = now;
        var header = (Posix.ControlHeader*)control;
        // SAFETY: as long as the kernel says that it wrote a whole one.
        if (message.msg_controllen >= (nuint)(sizeof(Posix.ControlHeader) + sizeof(Posix.TimeSpec)) && header->cmsg_level == Posix.SOL_SOCKET
            && header->cmsg_type == Posix.SO_TIMESTAMPNS)
        {
            // By the clock of the day, which somebody may have set meanwhile: then it can be anything.
            arrived = ((Posix.TimeSpec*)(header + 1))->Nanos - Posix.RealtimeNanos() + now;
        }

        Nanos = Math.Clamp(arrived, Math.Max(Math.Min(_emptyNanos, now), Nanos), now);
    }

    /// <summary>The same while a turn goes on that began with a look: in a long one more comes in.</summary>
    public void LookAgain()
    {
        if (Posix.MonotonicNanos() - _lookedNanos >= FreshNanos) Look();
    }
}
