namespace RemoteChain.Gateway.Hops;

/// <summary>Where a dialer shall connect to: a name or address as the far end of the hop understands it, and a TCP port.</summary>
public readonly record struct HostEndpoint(string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
