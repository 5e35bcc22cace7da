using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// One poll(2) over everything that a connection's thread waits for: the connection's own handles and any descriptors of the caller
/// (eventfds, a control socket). Rebuilt before each wait, because libfreerdp's handles change while it connects; allocates nothing.
/// </summary>
public sealed unsafe class RdpWaiter : IDisposable
{
    /// <summary>The most descriptors that one wait can cover.</summary>
    public const int DescriptorsMax = 512;

    private readonly Posix.PollFd* _entries =
        (Posix.PollFd*)NativeMemory.AllocZeroed(DescriptorsMax, (nuint)sizeof(Posix.PollFd));

    private int _count;
    private bool _disposed;

    /// <summary>Forgets all descriptors.</summary>
    public void Clear() => _count = 0;

    /// <summary>How many descriptors have been added: the index of the next one.</summary>
    public int Count => _count;

    /// <summary>Adds a descriptor of the caller and returns its index for <see cref="IsReadable"/> and <see cref="IsWritable"/>.</summary>
    /// <exception cref="RdpException">There are more than <see cref="DescriptorsMax"/>.</exception>
    public int Add(int descriptor, bool read = true, bool write = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_count == DescriptorsMax)
            throw new RdpException($"A waiter covers at most {DescriptorsMax} descriptors.");

        // SAFETY: _count is below the capacity that was allocated.
        _entries[_count] = new Posix.PollFd
        {
            fd = descriptor,
            events = (short)((read ? Posix.POLLIN : 0) | (write ? Posix.POLLOUT : 0)),
        };
        return _count++;
    }

    /// <summary>Adds the descriptors behind winpr handles; a handle without one is a bug here, since it could never be waited for.</summary>
    internal void AddHandles(ReadOnlySpan<nint> handles)
    {
        foreach (var handle in handles)
        {
            var descriptor = Synch.GetEventFileDescriptor(handle);
            if (descriptor < 0)
                throw new RdpException("A handle of the connection has no descriptor to wait for.");
            Add(descriptor);
        }
    }

    /// <summary>Waits until something is ready or the time is over. Errors and hang-ups count as ready.</summary>
    /// <param name="timeoutMillis">-1 waits without limit.</param>
    /// <returns>Whether something is ready. False after a timeout, and after a signal interrupted the wait.</returns>
    public bool Wait(int timeoutMillis)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        // SAFETY: _entries holds _count initialised entries.
        var ready = Posix.poll(_entries, (nuint)_count, timeoutMillis);
        if (ready >= 0)
            return ready > 0;

        for (var i = 0; i < _count; i++)
            _entries[i].revents = 0;
        return Marshal.GetLastPInvokeError() == Posix.EINTR
            ? false
            : throw new RdpException($"poll failed with error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Whether the last wait found the descriptor readable, in error or hung up.</summary>
    public bool IsReadable(int index) => (Entry(index).revents & ~Posix.POLLOUT) != 0;

    /// <summary>Whether the last wait found any of these descriptors ready for what they were added for.</summary>
    public bool IsAnyReady(int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            if (Entry(i).revents != 0)
                return true;
        }

        return false;
    }

    /// <summary>Whether the last wait found the descriptor writable, in error or hung up.</summary>
    public bool IsWritable(int index) => (Entry(index).revents & ~Posix.POLLIN) != 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        // SAFETY: allocated above, freed once.
        NativeMemory.Free(_entries);
    }

    private Posix.PollFd Entry(int index)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
        // SAFETY: the index was checked.
        return _entries[index];
    }
}
