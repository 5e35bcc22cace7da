using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RemoteChain.Tunnels.OpenVpn;

/// <summary>
/// What of a profile may reach <c>openvpn</c>, which runs with rights: only options that can neither start a program nor name a file. The node
/// reads profiles by the same rule and rewrites them; this is the second lock, for the day on which the node itself is not to be trusted.
/// </summary>
static class OpenVpnText
{
    /// <summary>The program reads lines in pieces of 256 bytes: within a longer one, what a line is would be its own idea.</summary>
    const int LineBytesMax = 250;

    static readonly HashSet<string> s_options = Words("""
        client pull tls-client remote-random resolv-retry connect-retry connect-retry-max connect-timeout server-poll-timeout float
        cipher data-ciphers data-ciphers-fallback ncp-ciphers ncp-disable auth tls-version-min tls-version-max tls-cipher tls-ciphersuites
        tls-groups ecdh-curve tls-cert-profile tls-timeout key-direction remote-cert-tls remote-cert-ku remote-cert-eku ns-cert-type
        verify-x509-name verify-hash peer-fingerprint reneg-sec reneg-bytes reneg-pkts hand-window tran-window replay-window
        mute-replay-warnings comp-lzo comp-noadapt compress allow-compression keepalive ping ping-restart ping-exit ping-timer-rem inactive
        session-timeout tun-mtu tun-mtu-extra tun-mtu-max link-mtu fragment mssfix mtu-disc sndbuf rcvbuf fast-io tcp-nodelay socket-flags
        txqueuelen explicit-exit-notify push-peer-info pull-filter topology ifconfig ifconfig-ipv6 ifconfig-nowarn route route-ipv6
        route-gateway route-ipv6-gateway route-metric route-delay route-nopull redirect-gateway redirect-private allow-pull-fqdn block-ipv6
        allow-recursive-routing dhcp-option dns tls-exit single-session passtos shaper disable-occ remote-random-hostname
        """);

    static readonly HashSet<string> s_blocks =
        Words("ca cert key extra-certs pkcs12 tls-auth tls-crypt tls-crypt-v2 crl-verify peer-fingerprint verify-hash");

    /// <summary>Whether a profile may be run.</summary>
    /// <param name="profile">Untrusted bytes.</param>
    /// <param name="why">What stands in the way; names a line, and no more of it than a known option's name.</param>
    internal static bool IsHarmless(ReadOnlySpan<byte> profile, [NotNullWhen(false)] out string? why)
    {
        why = null;
        string? block = null;
        var number = 0;
        foreach (var range in profile.Split((byte)'\n'))
        {
            number++;
            var bytes = profile[range];
            if (bytes.Length > LineBytesMax) why = $"line {number} is longer than {LineBytesMax} bytes";
            else if (bytes.ContainsAnyInRange((byte)0, (byte)8) || bytes.ContainsAnyInRange((byte)11, (byte)12) || bytes.ContainsAnyInRange((byte)14, (byte)31))
                why = $"line {number} has a control character";
            else if (block is not null) block = Encoding.UTF8.GetString(bytes).TrimStart().StartsWith($"</{block}>", StringComparison.Ordinal) ? null : block;
            else why = WhyRefused(Encoding.UTF8.GetString(bytes).Trim(' ', '\t', '\r'), number, out block);
            if (why is not null) return false;
        }

        if (block is not null) why = $"the block {block} has no end";
        return why is null;
    }

    static string? WhyRefused(string line, int number, out string? block)
    {
        block = null;
        if (line.Length == 0 || line[0] is '#' or ';') return null;
        if (line[0] == '<')
        {
            block = s_blocks.FirstOrDefault(name => line == $"<{name}>");
            return block is null ? $"line {number} begins a block that may not be run" : null;
        }

        return s_options.Contains(line.Split(' ', '\t')[0]) ? null : $"the option on line {number} may not be run";
    }

    static HashSet<string> Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
