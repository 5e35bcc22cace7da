using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>An eventfd that wakes one process when another has put something into shared memory. Never blocks the ringer.</summary>
public sealed unsafe class Bell : IDisposable
{
    /// <summary>Takes ownership of an eventfd.</summary>
    public Bell(DescriptorHandle handle) => Handle = handle;

    /// <summary>The eventfd, to hand to another process or to poll (readable = rung).</summary>
    public DescriptorHandle Handle { get; }

    /// <summary>A new bell: close-on-exec, non-blocking.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static Bell Create()
    {
        var descriptor = SysEventfd.eventfd(0, SysEventfd.EFD_CLOEXEC | SysEventfd.EFD_NONBLOCK);
        return descriptor >= 0 ? new Bell(new DescriptorHandle(descriptor)) : throw Errno.Last("eventfd");
    }

    /// <summary>Wakes whoever waits; any number of rings before the next <see cref="Clear"/> count as one.</summary>
    public void Ring()
    {
        ulong one = 1;
        // The result does not matter: a full counter (EAGAIN) means that it is rung already.
        // SAFETY: eight bytes of a local.
        _ = Unistd.write(Handle.Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Takes the ring away. Call it before looking at the shared memory, never after, or a ring in between is lost.</summary>
    /// <returns>True when it had been rung.</returns>
    public bool Clear()
    {
        ulong count;
        // SAFETY: eight bytes of a local.
        return Unistd.read(Handle.Descriptor, &count, sizeof(ulong)) == sizeof(ulong);
    }

    /// <summary>Waits until rung and clears.</summary>
    /// <param name="timeoutMillis">-1 = without end.</param>
    /// <returns>False at the timeout.</returns>
    public bool Wait(int timeoutMillis)
    {
        var polled = new PolledDescriptor(Handle.Descriptor);
        return DescriptorPoll.Wait(new Span<PolledDescriptor>(ref polled), timeoutMillis) > 0 && Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
