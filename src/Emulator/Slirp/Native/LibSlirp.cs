using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Slirp.Native;

/// <summary>slirp/libslirp.h of libslirp 4.7, configuration version 4. Addresses are in network order.</summary>
static unsafe partial class LibSlirp
{
    internal const string Library = "libslirp.so.0";
    internal const uint SLIRP_CONFIG_VERSION = 4;
    internal const int SLIRP_POLL_IN = 1, SLIRP_POLL_OUT = 2, SLIRP_POLL_PRI = 4, SLIRP_POLL_ERR = 8, SLIRP_POLL_HUP = 16;

    [StructLayout(LayoutKind.Sequential)]
    internal struct in6_addr
    {
        internal uint a, b, c, d;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SlirpConfig
    {
        internal uint version;
        internal int restricted;
        internal byte in_enabled;
        internal uint vnetwork, vnetmask, vhost;
        internal byte in6_enabled;
        internal in6_addr vprefix_addr6;
        internal byte vprefix_len;
        internal in6_addr vhost6;
        internal byte* vhostname, tftp_server_name, tftp_path, bootfile;
        internal uint vdhcp_start, vnameserver;
        internal in6_addr vnameserver6;
        internal byte** vdnssearch;
        internal byte* vdomainname;
        internal nuint if_mtu, if_mru;
        internal byte disable_host_loopback, enable_emu;
        internal void* outbound_addr, outbound_addr6;
        internal byte disable_dns, disable_dhcp;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SlirpCb
    {
        internal delegate* unmanaged<byte*, nuint, void*, nint> send_packet;
        internal delegate* unmanaged<byte*, void*, void> guest_error;
        internal delegate* unmanaged<void*, long> clock_get_ns;
        internal void* timer_new;
        internal delegate* unmanaged<void*, void*, void> timer_free;
        internal delegate* unmanaged<void*, long, void*, void> timer_mod;
        internal delegate* unmanaged<int, void*, void> register_poll_fd, unregister_poll_fd;
        internal delegate* unmanaged<void*, void> notify;
        internal void* init_completed;
        internal delegate* unmanaged<int, void*, void*, void*> timer_new_opaque;
    }

    [LibraryImport(Library)]
    internal static partial void* slirp_new(SlirpConfig* cfg, SlirpCb* callbacks, void* opaque);

    [LibraryImport(Library)]
    internal static partial void slirp_cleanup(void* slirp);

    [LibraryImport(Library)]
    internal static partial void slirp_pollfds_fill(void* slirp, uint* timeout, delegate* unmanaged<int, int, void*, int> add_poll, void* opaque);

    [LibraryImport(Library)]
    internal static partial void slirp_pollfds_poll(void* slirp, int select_error, delegate* unmanaged<int, void*, int> get_revents, void* opaque);

    [LibraryImport(Library)]
    internal static partial void slirp_input(void* slirp, byte* pkt, int pkt_len);

    [LibraryImport(Library)]
    internal static partial int slirp_add_unix(void* slirp, byte* unixsock, uint* guest_addr, int guest_port);

    [LibraryImport(Library)]
    internal static partial int slirp_remove_guestfwd(void* slirp, uint guest_addr, int guest_port);
}
