using System.Buffers.Binary;
using System.Text;

namespace RemoteChain.Gateway.Fronts;

/// <summary>The security protocols a client offers (MS-RDPBCGR 2.2.1.1.1, <c>requestedProtocols</c>).</summary>
[Flags]
public enum RequestedProtocols : uint
{
    None = 0,
    Tls = 1,
    Nla = 2,
    NlaExtended = 8,
}

/// <summary>What became of the first bytes of a connection.</summary>
public enum ConnectionRequestOutcome
{
    /// <summary>A whole, well-formed request.</summary>
    Complete,

    /// <summary>Well-formed so far; more bytes must arrive.</summary>
    NeedMore,

    /// <summary>Not an RDP connection request.</summary>
    Malformed,
}

/// <summary>
/// The first packet of an RDP connection: X.224 Connection Request in a TPKT (MS-RDPBCGR 2.2.1.1). The node reads it, without
/// consuming it, so that noise from the network never costs a worker process.
/// </summary>
/// <param name="Cookie">The name after <c>mstshash=</c>; clients may cut it to nine characters. Empty when absent.</param>
/// <param name="Protocols">What the client offers.</param>
public sealed record ConnectionRequest(string Cookie, RequestedProtocols Protocols)
{
    /// <summary>Longest request that is read. Real ones stay under 120 bytes; a routing token may be longer.</summary>
    public const int BytesMax = 512;

    private const int TpktBytes = 4;
    private const int X224Bytes = 7;
    private const int NegotiationBytes = 8;
    private const byte NegotiationRequestType = 1;
    private const string CookiePrefix = "Cookie: mstshash=";

    /// <summary>Reads a request from the start of <paramref name="bytes"/>.</summary>
    public static ConnectionRequestOutcome TryRead(ReadOnlySpan<byte> bytes, out ConnectionRequest? request)
    {
        request = null;
        if (!LooksLikeTpkt(bytes))
        {
            return ConnectionRequestOutcome.Malformed;
        }

        if (bytes.Length < TpktBytes)
        {
            return ConnectionRequestOutcome.NeedMore;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (length is < TpktBytes + X224Bytes or > BytesMax)
        {
            return ConnectionRequestOutcome.Malformed;
        }

        if (bytes.Length < length)
        {
            return ConnectionRequestOutcome.NeedMore;
        }

        var x224 = bytes[TpktBytes..length];
        bool isConnectionRequest = x224[0] == x224.Length - 1 && (x224[1] & 0xF0) == 0xE0 && x224[6] == 0;
        if (!isConnectionRequest || !TryReadVariable(x224[X224Bytes..], out request))
        {
            return ConnectionRequestOutcome.Malformed;
        }

        return ConnectionRequestOutcome.Complete;
    }

    private static bool LooksLikeTpkt(ReadOnlySpan<byte> bytes) =>
        (bytes.Length < 1 || bytes[0] == 3) && (bytes.Length < 2 || bytes[1] == 0);

    /// <summary>The part after the fixed X.224 header: an optional cookie or routing token line, then an optional negotiation request.</summary>
    private static bool TryReadVariable(ReadOnlySpan<byte> rest, out ConnectionRequest? request)
    {
        request = null;
        string cookie = "";
        if (!rest.IsEmpty && rest[0] != NegotiationRequestType)
        {
            // A cookie with the user's name, or any routing token of a load balancer: a line that ends with CR LF.
            int end = rest.IndexOf("\r\n"u8);
            if (end < 0)
            {
                return false;
            }

            string line = Encoding.Latin1.GetString(rest[..end]);
            cookie = line.StartsWith(CookiePrefix, StringComparison.Ordinal) ? line[CookiePrefix.Length..] : "";
            rest = rest[(end + 2)..];
        }

        if (rest.IsEmpty)
        {
            request = new ConnectionRequest(cookie, RequestedProtocols.None);
            return true;
        }

        // RDP_NEG_REQ: type 1, flags, length 8 (little endian), protocols. A correlation block may follow and is not needed here.
        if (rest.Length < NegotiationBytes || rest[0] != NegotiationRequestType || BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) != NegotiationBytes)
        {
            return false;
        }

        request = new ConnectionRequest(cookie, (RequestedProtocols)BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]));
        return true;
    }
}
