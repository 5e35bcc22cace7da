namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>How a proxy is spoken to.</summary>
public enum ProxyType
{
    /// <summary>SOCKS version 5 (RFC 1928), with user and password (RFC 1929) where there are credentials.</summary>
    Socks5,

    /// <summary>HTTP CONNECT (RFC 9110, 9.3.6), with Basic authentication (RFC 7617) where there are credentials.</summary>
    Http,
}

/// <summary>A proxy that connects to the next layer on our behalf, and resolves its name.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Type">How it is spoken to.</param>
/// <param name="Host">Name or address of the proxy, as the hop before it resolves it.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Credentials">Name of the secret with user and password; null for a proxy that asks for none.</param>
public sealed record ProxyLayer(int Number, ProxyType Type, string Host, int Port, string? Credentials) : HopLayer(Number)
{
    /// <summary>The port of SOCKS (RFC 1928, 3).</summary>
    public const int SocksPortDefault = 1080;

    /// <summary>The port that most HTTP proxies have.</summary>
    public const int HttpPortDefault = 8080;

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new("proxy", "A SOCKS5 or HTTP proxy that connects to the next layer and resolves its name.",
    [
        new("type", "socks5 | http", "How the proxy is spoken to; http is HTTP CONNECT.", "socks5"),
        new("host", "name or address", "Where the proxy is, as the hop before it resolves it.", null),
        new("port", "1 to 65535", "TCP port.", "1080, for http 8080"),
        new("credentials", "name of a secret", "User and password at the proxy.", "none"),
    ],
    reader =>
    {
        var type = reader.Choice("type", ProxyType.Socks5);
        return new ProxyLayer(
            reader.Number, type,
            Host: reader.Host("host"),
            Port: reader.Number32("port", 1, 65535, DefaultOf(type)),
            Credentials: reader.SecretName("credentials"));
    });

    /// <inheritdoc/>
    public override string Kind => "proxy";

    /// <inheritdoc/>
    public override string Summary => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Without the port that everybody expects: it is noise in every line of a report.</summary>
    public override string Title => Port == DefaultOf(Type) ? $"proxy {Host}" : base.Title;

    private static int DefaultOf(ProxyType type) => type == ProxyType.Socks5 ? SocksPortDefault : HttpPortDefault;
}
