using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>What came of reading the head of an HTTP message.</summary>
public enum UpgradeOutcome
{
    /// <summary>It is the upgrade that nodes ask for, or answer with.</summary>
    Complete,

    /// <summary>Its end has not come yet.</summary>
    NeedMore,

    /// <summary>It is something else.</summary>
    Malformed,
}

/// <summary>
/// The one HTTP/1.1 exchange that makes a TLS connection a WebSocket (RFC 6455, section 4): written by one node and read by another, so
/// everything that a node would not write is refused. Bytes after the head are left alone.
/// </summary>
public static class HttpUpgrade
{
    /// <summary>Most bytes of a head.</summary>
    public const int BytesMax = 2048;

    /// <summary>The path that nodes ask for.</summary>
    public const string Path = "/relay";

    private const string Protocol = "remotechain-relay-1";
    private const string KeyGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16, HeadersMax = 16;

    /// <summary>A fresh request key.</summary>
    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The request.</summary>
    public static byte[] Request(string host, string key) => Encoding.ASCII.GetBytes(
        $"GET {Path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {Protocol}\r\n\r\n");

    /// <summary>The answer to a request with that key.</summary>
    public static byte[] Answer(string key) => Encoding.ASCII.GetBytes(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + $"Sec-WebSocket-Accept: {AcceptOf(key)}\r\nSec-WebSocket-Protocol: {Protocol}\r\n\r\n");

    /// <summary>The answer to everything else.</summary>
    public static byte[] BadRequest { get; } = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    /// <summary>Reads a request.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="key">The request's key.</param>
    /// <param name="used">Length of the head.</param>
    public static UpgradeOutcome TryReadRequest(ReadOnlySpan<byte> bytes, out string key, out int used)
    {
        key = "";
        var outcome = TryReadHead(bytes, $"GET {Path} HTTP/1.1", out var headers, out used);
        if (outcome != UpgradeOutcome.Complete)
        {
            return outcome;
        }

        key = headers.GetValueOrDefault("sec-websocket-key", "");
        Span<byte> decoded = stackalloc byte[KeyBytes + 2];
        return IsUpgrade(headers) && headers.GetValueOrDefault("sec-websocket-version") == "13" && headers.ContainsKey("host")
            && Convert.TryFromBase64String(key, decoded, out int length) && length == KeyBytes ? UpgradeOutcome.Complete : UpgradeOutcome.Malformed;
    }

    /// <summary>Reads the answer to a request with that key.</summary>
    public static UpgradeOutcome TryReadAnswer(ReadOnlySpan<byte> bytes, string key, out int used)
    {
        var outcome = TryReadHead(bytes, "HTTP/1.1 101 Switching Protocols", out var headers, out used);
        return outcome != UpgradeOutcome.Complete ? outcome
            : IsUpgrade(headers) && headers.GetValueOrDefault("sec-websocket-accept") == AcceptOf(key)
                ? UpgradeOutcome.Complete : UpgradeOutcome.Malformed;
    }

    private static bool IsUpgrade(Dictionary<string, string> headers) =>
        "upgrade".Equals(headers.GetValueOrDefault("connection"), StringComparison.OrdinalIgnoreCase)
        && "websocket".Equals(headers.GetValueOrDefault("upgrade"), StringComparison.OrdinalIgnoreCase)
        && headers.GetValueOrDefault("sec-websocket-protocol") == Protocol;

#pragma warning disable CA5350 // RFC 6455 wants SHA-1 here; nothing rests on it.
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeyGuid)));
#pragma warning restore CA5350

    private static UpgradeOutcome TryReadHead(ReadOnlySpan<byte> bytes, string firstLine, out Dictionary<string, string> headers, out int used)
    {
        (headers, used) = ([], 0);
        int end = bytes[..Math.Min(bytes.Length, BytesMax)].IndexOf("\r\n\r\n"u8);
        // A stranger is told so at the first byte that cannot be ours, not after a time of waiting for more.
        var first = bytes[..Math.Min(bytes.Length, firstLine.Length)];
        if (!first.SequenceEqual(Encoding.ASCII.GetBytes(firstLine).AsSpan(0, first.Length)))
        {
            return UpgradeOutcome.Malformed;
        }

        if (end < 0)
        {
            return bytes.Length >= BytesMax ? UpgradeOutcome.Malformed : UpgradeOutcome.NeedMore;
        }

        var head = bytes[..end];
        used = end + 4;
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n");
        if (lines[0] != firstLine || lines.Length > HeadersMax + 1)
        {
            return UpgradeOutcome.Malformed;
        }

        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan().ContainsAnyExceptInRange(' ', '~') || line.AsSpan(0, colon).Contains(' ')
                || !headers.TryAdd(line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim(' ')))
            {
                return UpgradeOutcome.Malformed;
            }
        }

        return UpgradeOutcome.Complete;
    }
}
