using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using RemoteChain.Emulator.Slirp.Native;
using RemoteChain.Surface;

namespace RemoteChain.Emulator.Slirp;

/// <summary>libslirp for one guest, used as nothing but the far end of its TCP and as its server of leases: it never makes a connection of its own.
/// Every connection that a guest completes is given one that somebody else has made (<see cref="Input"/>). One thread.</summary>
/// <remarks>libslirp serves an address of its own network by connecting to a UNIX socket. Its network is all addresses (mask 0), and where it connects
/// to is a door that only lets it in: what it holds is replaced by the real connection before it says a word.</remarks>
sealed unsafe class SlirpStack : IDisposable
{
    readonly Action<ReadOnlyMemory<byte>> _sent;
    readonly string _folder = Directory.CreateTempSubdirectory("rc-slirp-").FullName;
    readonly byte[] _doorPath;
    readonly Socket _door = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly LibSlirp.SlirpCb* _callbacks;
    readonly GCHandle _self;
    readonly void* _slirp;
    DescriptorHandle? _offered;
    bool _isTaken, _isDisposed;

    // Filled and read while one call of libslirp runs.
    List<PolledDescriptor> _polled = [];

    /// <summary>Makes the stack.</summary>
    /// <param name="sent">Gets frames for the guest.</param>
    /// <exception cref="DllNotFoundException">libslirp is not installed.</exception>
    internal SlirpStack(Action<ReadOnlyMemory<byte>> sent)
    {
        _sent = sent;
        var path = Path.Combine(_folder, "door");
        _doorPath = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        _door.Bind(new UnixDomainSocketEndPoint(path));
        _door.Listen(UserNetwork.ConnectionsMax);
        _self = GCHandle.Alloc(this);
        // SAFETY: libslirp keeps the callbacks' address until it is cleaned up: Dispose frees them behind that. The configuration it copies.
        _callbacks = (LibSlirp.SlirpCb*)NativeMemory.AllocZeroed((nuint)sizeof(LibSlirp.SlirpCb));
        *_callbacks = new()
        {
            send_packet = &Send, guest_error = &GuestError, clock_get_ns = &Clock, timer_free = &FreeTimer, timer_mod = &SetTimer,
            register_poll_fd = &Opened, unregister_poll_fd = &Closed, notify = &Notify, timer_new_opaque = &NewTimer,
        };
        LibSlirp.SlirpConfig configuration = new()
        {
            version = LibSlirp.SLIRP_CONFIG_VERSION, in_enabled = 1, vhost = Swap(GuestNet.Router), vdhcp_start = Swap(GuestNet.Guest),
            vnameserver = Swap(GuestNet.NameServer), disable_host_loopback = 1, disable_dns = 1,
        };
        _slirp = LibSlirp.slirp_new(&configuration, _callbacks, (void*)GCHandle.ToIntPtr(_self));
        if (_slirp is null) throw new IOException("slirp_new: libslirp does not take this configuration");
    }

    /// <summary>Connections that it holds.</summary>
    internal int Connections { get; private set; }

    /// <summary>Lets a guest ask for connections to an address and port; until then they are refused.</summary>
    internal void Allow(uint address, ushort port)
    {
        var swapped = Swap(address);
        // SAFETY: both are read during the call, and copied.
        fixed (byte* path = _doorPath) _ = LibSlirp.slirp_add_unix(_slirp, path, &swapped, port);
    }

    /// <summary>Takes that back; connections that stand go on.</summary>
    internal void Forbid(uint address, ushort port) => _ = LibSlirp.slirp_remove_guestfwd(_slirp, Swap(address), port);

    /// <summary>Takes a frame of the guest.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="connection">What a connection that this frame completes is to be given; stays the caller's.</param>
    /// <returns>True when it was given.</returns>
    internal bool Input(ReadOnlySpan<byte> frame, DescriptorHandle? connection = null)
    {
        (_offered, _isTaken) = (connection, false);
        // SAFETY: libslirp copies the frame.
        fixed (byte* bytes = frame) LibSlirp.slirp_input(_slirp, bytes, frame.Length);
        _offered = null;
        // Nobody stays at the door: its other end was replaced, or shall learn that nothing is behind it.
        while (_door.Poll(0, SelectMode.SelectRead)) _door.Accept().Dispose();
        return _isTaken;
    }

    /// <summary>Adds what is to be waited for.</summary>
    /// <param name="polled">Where to.</param>
    /// <param name="timeoutMillis">How long the caller would wait; shortened when there is something to do before.</param>
    internal void AddTo(List<PolledDescriptor> polled, ref uint timeoutMillis)
    {
        _polled = polled;
        // SAFETY: the number lives in the caller's frame for the time of the call.
        fixed (uint* timeout = &timeoutMillis) LibSlirp.slirp_pollfds_fill(_slirp, timeout, &AddDescriptor, (void*)GCHandle.ToIntPtr(_self));
    }

    /// <summary>Moves bytes and lets time pass, behind a wait for what <see cref="AddTo"/> has added.</summary>
    internal void Serve(List<PolledDescriptor> polled)
    {
        _polled = polled;
        LibSlirp.slirp_pollfds_poll(_slirp, 0, &EventsOf, (void*)GCHandle.ToIntPtr(_self));
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        LibSlirp.slirp_cleanup(_slirp);
        // SAFETY: nobody knows their address any more.
        NativeMemory.Free(_callbacks);
        _self.Free();
        _door.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Puts the offered connection where libslirp has its way to the door.</summary>
    void Replace(int descriptor)
    {
        Connections++;
        if (_offered is null || _isTaken) return;
        // The wait of others on a connection does not concern whoever has made it: it is told not to block again.
        _ = Unistd.fcntl(_offered.Descriptor, Unistd.F_SETFL, Unistd.fcntl(_offered.Descriptor, Unistd.F_GETFL, 0) | Unistd.O_NONBLOCK);
        _isTaken = Unistd.dup3(_offered.Descriptor, descriptor, Unistd.O_CLOEXEC) >= 0;
    }

    static SlirpStack Of(void* opaque) => (SlirpStack)GCHandle.FromIntPtr((nint)opaque).Target!;

    static uint Swap(uint address) => BinaryPrimitives.ReverseEndianness(address);

    // SAFETY of all that follow: libslirp calls them while one of the methods above runs, with the handle that was given to it and with buffers
    // that are good for the call.
    [UnmanagedCallersOnly]
    static nint Send(byte* bytes, nuint length, void* opaque)
    {
        Of(opaque)._sent(new Span<byte>(bytes, (int)length).ToArray());
        return (nint)length;
    }

    [UnmanagedCallersOnly]
    static void GuestError(byte* message, void* opaque)
    {
    }

    [UnmanagedCallersOnly]
    static long Clock(void* opaque) => MonotonicClock.NowNanos();

    // Timers are for IPv6, which is off: there is one, and it never fires.
    [UnmanagedCallersOnly]
    static void* NewTimer(int id, void* timer, void* opaque) => opaque;

    [UnmanagedCallersOnly]
    static void FreeTimer(void* timer, void* opaque)
    {
    }

    [UnmanagedCallersOnly]
    static void SetTimer(void* timer, long millis, void* opaque)
    {
    }

    [UnmanagedCallersOnly]
    static void Opened(int descriptor, void* opaque) => Of(opaque).Replace(descriptor);

    [UnmanagedCallersOnly]
    static void Closed(int descriptor, void* opaque)
    {
        // A guest that went away before its connection was complete leaves one that never had a descriptor.
        if (descriptor >= 0) Of(opaque).Connections--;
    }

    [UnmanagedCallersOnly]
    static void Notify(void* opaque)
    {
    }

    [UnmanagedCallersOnly]
    static int AddDescriptor(int descriptor, int events, void* opaque)
    {
        var polled = Of(opaque)._polled;
        var wanted = ((events & LibSlirp.SLIRP_POLL_IN) != 0 ? PolledDescriptor.Readable : 0) | ((events & LibSlirp.SLIRP_POLL_OUT) != 0 ? PolledDescriptor.Writable : 0)
            | ((events & LibSlirp.SLIRP_POLL_PRI) != 0 ? Urgent : 0);
        polled.Add(new(descriptor, (short)wanted));
        return polled.Count - 1;
    }

    [UnmanagedCallersOnly]
    static int EventsOf(int index, void* opaque)
    {
        var happened = Of(opaque)._polled[index].Happened;
        return ((happened & PolledDescriptor.Readable) != 0 ? LibSlirp.SLIRP_POLL_IN : 0) | ((happened & PolledDescriptor.Writable) != 0 ? LibSlirp.SLIRP_POLL_OUT : 0)
            | ((happened & Urgent) != 0 ? LibSlirp.SLIRP_POLL_PRI : 0) | ((happened & Broken) != 0 ? LibSlirp.SLIRP_POLL_ERR : 0)
            | ((happened & HungUp) != 0 ? LibSlirp.SLIRP_POLL_HUP : 0);
    }

    // POLLPRI, POLLERR and POLLHUP of poll(2).
    const short Urgent = 2, Broken = 8, HungUp = 16;
}
