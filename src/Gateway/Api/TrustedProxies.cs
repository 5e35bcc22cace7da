using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace RemoteChain.Gateway.Api;

/// <summary>
/// Proxies whose word counts for where a request comes from and how it was asked: <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>. From
/// everybody else these headers are what a stranger has typed. Lockout, rate limits, seats in the lobby and the audit log then see the browser's
/// address instead of the proxy's.
/// </summary>
public static class TrustedProxies
{
    /// <summary>How many may be named.</summary>
    public const int Max = 64;

    /// <summary>The header under which the address that the connection itself has is kept, once another one has been believed.</summary>
    public const string OriginalFor = "X-Original-For";

    const int MappedBits = 96;

    /// <summary>Reads an address, or a network such as <c>10.0.0.0/24</c>.</summary>
    /// <param name="text">What somebody has written.</param>
    /// <param name="network">The network; an address is one of its own.</param>
    /// <param name="problem">What is wrong with it, as the end of a sentence.</param>
    public static bool TryRead(string text, out IPNetwork network, out string problem)
    {
        (network, problem) = (default, "");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        // Half an address is one to the parser (10.1 is 10.0.0.1); nobody who writes it means that.
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || (!text.Contains(':', StringComparison.Ordinal) && text.Count(c => c == '.') != 3)
            || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal))
        {
            problem = "is neither an address nor a network such as 10.0.0.0/24; names are not looked up";
            return false;
        }
        var bitsMax = address.GetAddressBytes().Length * 8;
        var bits = bitsMax;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], System.Globalization.NumberStyles.None, null, out bits) || bits > bitsMax))
        {
            problem = $"has no number of bits from 1 to {bitsMax} after the slash";
            return false;
        }
        if (bits == 0)
        {
            problem = "would believe everybody; name the proxies";
            return false;
        }
        if (address.IsIPv4MappedToIPv6 && bits >= MappedBits) (address, bits) = (address.MapToIPv4(), bits - MappedBits);
        var first = FirstOf(address, bits);
        if (!first.Equals(address))
        {
            problem = $"is an address inside of a network; the network is {first}/{bits}, the address alone {address}";
            return false;
        }
        network = new(address, bits);
        return true;
    }

    /// <summary>Believes them, and nobody else. Stands behind the check of host names, so that it is the proxy's own request that is checked.</summary>
    public static void UseTrustedProxies(this WebApplication app, IReadOnlyList<IPNetwork> proxies)
    {
        if (proxies.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // Back along the whole way, as far as it leads through proxies that are known.
            ForwardLimit = null,
            OriginalForHeaderName = OriginalFor,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies) options.KnownIPNetworks.Add(proxy);
        app.UseForwardedHeaders(options);
    }

    static IPAddress FirstOf(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xff00 >> Math.Clamp(bits - i * 8, 0, 8));
        return new(bytes);
    }
}
