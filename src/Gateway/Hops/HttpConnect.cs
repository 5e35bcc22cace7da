using System.Buffers.Text;
using System.Text;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// The messages of HTTP CONNECT (RFC 9110, 9.3.6) with Basic authentication (RFC 7617). Bytes in, bytes out; <see cref="ProxyHop"/> moves
/// them.
/// </summary>
public static class HttpConnect
{
    /// <summary>The longest answer that is read, interim ones included.</summary>
    public const int HeadBytesMax = 16 * 1024;

    private const string AuthenticateField = "Proxy-Authenticate:";
    private const int StatusDigits = 3;

    /// <summary>What the proxy said.</summary>
    /// <param name="Status">The status code, 100 to 599.</param>
    /// <param name="TakesBasic">Whether it asks for user and password in the way that we can give them (only told with 407).</param>
    public readonly record struct Answer(int Status, bool TakesBasic);

    /// <summary>The request.</summary>
    /// <param name="target">Where to; its name goes as it is and is resolved by the proxy.</param>
    /// <param name="user">User; null to send no authentication. Must not contain a colon.</param>
    /// <param name="password">Password.</param>
    public static byte[] Request(HostEndpoint target, string? user, string password)
    {
        string authorization = user is null
            ? ""
            : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}\r\n";
        return Encoding.UTF8.GetBytes($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n");
    }

    /// <summary>Length of the answer's head up to and with its empty line; -1 when that has not come yet. Behind it the tunnel begins.</summary>
    public static int EndOf(ReadOnlySpan<byte> received)
    {
        for (int i = 0; i < received.Length; i++)
        {
            // A line may end with LF alone (RFC 9112, 2.2).
            if (received[i] == '\n' && i + 1 < received.Length
                && (received[i + 1] == '\n' || (received[i + 1] == '\r' && i + 2 < received.Length && received[i + 2] == '\n')))
            {
                return i + (received[i + 1] == '\n' ? 2 : 3);
            }
        }

        return -1;
    }

    /// <summary>Reads a whole head. False when it is not HTTP/1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> head, out Answer answer)
    {
        answer = default;
        var prefix = "HTTP/1."u8;
        int digits = prefix.Length + 2;
        if (!head.StartsWith(prefix) || head.Length < digits + StatusDigits || head[digits - 1] != ' '
            || !Utf8Parser.TryParse(head.Slice(digits, StatusDigits), out uint status, out int used) || used != StatusDigits
            || status is < 100 or > 599)
        {
            return false;
        }

        answer = new Answer((int)status, TakesBasic: Encoding.Latin1.GetString(head).Split('\n').Any(IsBasicChallenge));
        return true;
    }

    // A proxy may list several schemes, in one field or in several.
    private static bool IsBasicChallenge(string line) =>
        line.StartsWith(AuthenticateField, StringComparison.OrdinalIgnoreCase)
        && line[AuthenticateField.Length..].Split(',').Any(
            challenge => challenge.Trim().StartsWith("Basic", StringComparison.OrdinalIgnoreCase));
}
