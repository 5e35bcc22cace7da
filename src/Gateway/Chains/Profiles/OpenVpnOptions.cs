namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>
/// The options of <c>openvpn(8)</c> that a profile may have. Everything else is refused, because a later version of the program may have
/// options that nobody here has heard of; the lists of refused ones are there only to say why.
/// </summary>
static class OpenVpnOptions
{
    /// <summary>Shape the tunnel; handed on.</summary>
    public static readonly IReadOnlySet<string> Kept = Words("""
        client pull tls-client remote-random remote-random-hostname resolv-retry connect-retry connect-retry-max connect-timeout
        server-poll-timeout float
        cipher data-ciphers data-ciphers-fallback ncp-ciphers ncp-disable auth tls-version-min tls-version-max tls-cipher tls-ciphersuites
        tls-groups ecdh-curve tls-cert-profile tls-timeout key-direction remote-cert-tls remote-cert-ku remote-cert-eku ns-cert-type
        verify-x509-name verify-hash peer-fingerprint reneg-sec reneg-bytes reneg-pkts hand-window tran-window replay-window
        mute-replay-warnings comp-lzo comp-noadapt compress allow-compression keepalive ping ping-restart ping-exit ping-timer-rem inactive
        session-timeout tun-mtu tun-mtu-extra tun-mtu-max link-mtu fragment mssfix mtu-disc sndbuf rcvbuf fast-io tcp-nodelay socket-flags
        txqueuelen explicit-exit-notify push-peer-info pull-filter topology ifconfig ifconfig-ipv6 ifconfig-nowarn route route-ipv6
        route-gateway route-ipv6-gateway route-metric route-delay route-nopull redirect-gateway redirect-private allow-pull-fqdn block-ipv6
        allow-recursive-routing dhcp-option dns tls-exit single-session passtos shaper disable-occ
        """);

    /// <summary>Harmless, and without a meaning for a tunnel that somebody else runs and watches; left out.</summary>
    public static readonly IReadOnlySet<string> Dropped = Words("""
        nobind bind lport verb mute persist-key persist-tun persist-local-ip persist-remote-ip auth-nocache auth-retry tun-ipv6 up-delay
        up-restart down-pre suppress-timestamps machine-readable-output disable-dco block-outside-dns register-dns ip-win32 route-method
        tap-sleep win-sys windows-driver dhcp-renew dhcp-release remap-usr1 mtu-test status-version echo show-net-up
        """);

    /// <summary>Files whose content may stand in the profile, between <c>&lt;name&gt;</c> and <c>&lt;/name&gt;</c>.</summary>
    public static readonly IReadOnlySet<string> Blocks =
        Words("ca cert key extra-certs pkcs12 tls-auth tls-crypt tls-crypt-v2 crl-verify peer-fingerprint verify-hash");

    static readonly IReadOnlySet<string> s_programs = Words("""
        up down route-up route-pre-down ipchange tls-verify auth-user-pass-verify client-connect client-disconnect client-crresponse
        learn-address tls-crypt-v2-verify plugin script-security iproute engine providers pkcs11-providers dns-updown
        """);

    static readonly IReadOnlySet<string> s_files = Words("""
        config cd log log-append status writepid replay-persist tmp-dir client-config-dir ifconfig-pool-persist memstats capath
        tls-export-cert auth-gen-token-secret genkey
        """);

    static readonly IReadOnlySet<string> s_rights = Words("user group chroot daemon syslog setcon nice mlock inetd service mktun rmtun");

    static readonly IReadOnlySet<string> s_machine = Words("""
        local bind-dev mark dev-node lladdr multihome port-share ifconfig-noexec route-noexec client-nat
        """);

    static readonly IReadOnlySet<string> s_server = Words("""
        mode server server-bridge server-ipv6 tls-server push push-reset push-remove dh client-to-client duplicate-cn ifconfig-pool
        ifconfig-push iroute max-clients username-as-common-name verify-client-cert auth-user-pass-optional
        """);

    /// <summary>Why an option that is in neither list is refused, without its name.</summary>
    public static string WhyRefused(string name) => name switch
    {
        _ when s_programs.Contains(name) => "runs a program or loads code, which no profile may do here; remove the line",
        _ when s_files.Contains(name) => "reads or writes a file of the machine, which no profile may do here; remove the line",
        _ when s_rights.Contains(name) => "changes what the process may do or where it runs, which is not a profile's business here; remove the line",
        _ when s_machine.Contains(name) => "is about the machine that the profile was written for; remove the line",
        _ when s_server.Contains(name) => "belongs to a server; only profiles of clients are understood",
        _ when name.StartsWith("management", StringComparison.Ordinal) =>
            "opens the program to others on the machine, which no profile may do here; remove the line",
        _ when name.StartsWith("pkcs11-", StringComparison.Ordinal) => "needs a smart card of the machine; put the key into the profile",
        "http-proxy" or "http-proxy-option" or "http-proxy-retry" or "socks-proxy" or "socks-proxy-retry" =>
            "is a way of its own; make the proxy a layer before this one and use TCP",
        "secret" => "is a static key, which OpenVPN itself gives up; use certificates",
        "static-challenge" => "asks a person for a code at every start, and nobody is there",
        "askpass" => "asks for the passphrase of the key; put the key without a passphrase into the profile",
        "setenv" or "setenv-safe" => "sets a variable of programs that would be run; remove the line",
        _ => "is not known here, and what is not known is not run; remove the line if the tunnel can do without",
    };

    /// <summary>Whether the name is one of this file's, and so may be repeated in a message.</summary>
    public static bool IsKnown(string name) => Kept.Contains(name) || Dropped.Contains(name) || Blocks.Contains(name) || s_programs.Contains(name)
        || s_files.Contains(name) || s_rights.Contains(name) || s_machine.Contains(name) || s_server.Contains(name);

    static HashSet<string> Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
