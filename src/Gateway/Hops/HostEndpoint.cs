namespace RemoteChain.Gateway.Hops;

/// <summary>Where a dialer shall connect to: a name or address as the far end of the hop understands it, and a TCP port.</summary>
public readonly record struct HostEndpoint(string Host, int Port)
{
    private const int HostCharsMax = 255;

    /// <summary>
    /// Whether nothing in the host can be taken for more than a name or address by a protocol of lines or by a program's arguments.
    /// </summary>
    public bool IsPlain => Host.Length is > 0 and <= HostCharsMax && Host[0] != '-'
        && Host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '%');

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
