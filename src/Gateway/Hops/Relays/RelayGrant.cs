using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// What a node allows a relay to do for it, once: connect to one destination, for one layer of one session of one chain, now. Signed with the
/// node's key.
/// </summary>
/// <param name="RelayId">The relay that it is for: <see cref="NodeKey.Id"/>.</param>
/// <param name="ExpiresMillis">Milliseconds since 1970 (UTC) until when it can be used.</param>
/// <param name="Nonce">Makes it different from all others.</param>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Layer">The relay's place in the chain.</param>
/// <param name="Session">Id of the session.</param>
/// <param name="Target">Where to connect to, as the relay resolves it.</param>
public sealed record RelayGrant(byte[] RelayId, long ExpiresMillis, byte[] Nonce, string Chain, int Layer, string Session, HostEndpoint Target)
{
    /// <summary>How long one can be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>Most characters of <see cref="Write"/>'s result.</summary>
    public const int TextCharsMax = 1200;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 16;

    private const int IdBytes = 32, SignatureBytes = 64, TextBytesMax = 255;

    /// <summary>Begins every grant, so that a signature under one can never be one under something else.</summary>
    private static ReadOnlySpan<byte> Heading => "RemoteChain relay grant 1\n"u8;

    /// <summary>Makes one that begins now.</summary>
    public static RelayGrant For(byte[] relayId, DateTimeOffset now, string chain, int layer, string session, HostEndpoint target) =>
        new(relayId, (now + Lifetime).ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(NonceBytes), chain, layer, session, target);

    /// <summary>Signed, as it travels: base64url.</summary>
    public string Write(NodeKey key)
    {
        byte[] signed = Encode();
        return Base64Url.EncodeToString([.. signed[Heading.Length..], .. key.Sign(signed)]);
    }

    /// <summary>
    /// Reads one. There is exactly one way to write a grant, so what is read and written again is the same text.
    /// </summary>
    /// <param name="text">As it travelled.</param>
    /// <param name="grant">What it says. Nothing of it is true before <paramref name="signed"/> is checked.</param>
    /// <param name="signed">What must have been signed.</param>
    /// <param name="signature">The signature.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out RelayGrant? grant, out byte[] signed, out byte[] signature)
    {
        (grant, signed, signature) = (null, [], []);
        byte[] bytes = new byte[TextCharsMax];
        // Not TryDecodeFromChars: that throws for what is no base64.
        if (text.Length > TextCharsMax || Base64Url.DecodeFromChars(text, bytes, out _, out int length) != OperationStatus.Done
            || length <= SignatureBytes)
        {
            return false;
        }

        var body = bytes.AsSpan(0, length - SignatureBytes);
        var rest = (ReadOnlySpan<byte>)body;
        if (rest.Length < IdBytes + sizeof(long) + NonceBytes + 1)
        {
            return false;
        }

        byte[] relay = rest[..IdBytes].ToArray();
        long expires = BinaryPrimitives.ReadInt64BigEndian(rest[IdBytes..]);
        byte[] nonce = rest.Slice(IdBytes + sizeof(long), NonceBytes).ToArray();
        int layer = rest[IdBytes + sizeof(long) + NonceBytes];
        rest = rest[(IdBytes + sizeof(long) + NonceBytes + 1)..];
        if (!TryText(ref rest, out string chain) || !TryText(ref rest, out string session) || !TryText(ref rest, out string host)
            || host.Length == 0 || rest.Length != sizeof(ushort) || BinaryPrimitives.ReadUInt16BigEndian(rest) is var port && port == 0)
        {
            return false;
        }

        grant = new RelayGrant(relay, expires, nonce, chain, layer, session, new HostEndpoint(host, port));
        (signed, signature) = ([.. Heading, .. body], bytes[(length - SignatureBytes)..length]);
        // Base64 has several ways to end the same bytes.
        return text.SequenceEqual(Base64Url.EncodeToString(bytes.AsSpan(0, length)));
    }

    private byte[] Encode()
    {
        using var bytes = new MemoryStream();
        Span<byte> number = stackalloc byte[sizeof(long)];
        bytes.Write(Heading);
        bytes.Write(RelayId);
        BinaryPrimitives.WriteInt64BigEndian(number, ExpiresMillis);
        bytes.Write(number);
        bytes.Write(Nonce);
        bytes.WriteByte(checked((byte)Layer));
        Text(bytes, Chain);
        Text(bytes, Session);
        Text(bytes, Target.Host);
        BinaryPrimitives.WriteUInt16BigEndian(number, checked((ushort)Target.Port));
        bytes.Write(number[..sizeof(ushort)]);
        return bytes.ToArray();
    }

    private static void Text(MemoryStream into, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        into.WriteByte(checked((byte)bytes.Length));
        into.Write(bytes);
    }

    /// <summary>One length byte, then printable ASCII: names of chains and sessions are, and hosts are as DNS has them.</summary>
    private static bool TryText(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.IsEmpty || rest.Length < 1 + rest[0])
        {
            return false;
        }

        var bytes = rest.Slice(1, rest[0]);
        if (bytes.Length > TextBytesMax || bytes.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        text = Encoding.ASCII.GetString(bytes);
        rest = rest[(1 + bytes.Length)..];
        return true;
    }
}
