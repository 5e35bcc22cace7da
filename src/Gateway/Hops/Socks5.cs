using System.Net;
using System.Text;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// The messages of SOCKS version 5 (RFC 1928) and of its user and password (RFC 1929). Bytes in, bytes out; <see cref="ProxyHop"/> moves
/// them.
/// </summary>
public static class Socks5
{
    /// <summary>Sign-in method: none (RFC 1928, 3).</summary>
    public const byte NoSignIn = 0x00;

    /// <summary>Sign-in method: user and password.</summary>
    public const byte PasswordSignIn = 0x02;

    /// <summary>The answer of a proxy that takes none of the methods that were offered.</summary>
    public const byte NoMethod = 0xFF;

    /// <summary>Bytes of the answers to <see cref="Greeting"/> and <see cref="SignIn"/>, and of the first part of a reply.</summary>
    public const int AnswerBytes = 2;

    /// <summary>Bytes of a reply between its first part and its address, the first byte of the address included.</summary>
    public const int ReplyMiddleBytes = 3;

    /// <summary>The longest field: a length is one byte.</summary>
    public const int FieldBytesMax = 255;

    private const byte Version = 5, SignInVersion = 1, CommandConnect = 1;
    private const byte AddressIpv4 = 1, AddressName = 3, AddressIpv6 = 4;
    private const int PortBytes = 2, Ipv4Bytes = 4, Ipv6Bytes = 16;

    /// <summary>The first message: which methods we take.</summary>
    public static byte[] Greeting(bool withPassword) => withPassword ? [Version, 2, NoSignIn, PasswordSignIn] : [Version, 1, NoSignIn];

    /// <summary>Reads the proxy's choice of a method. False when it does not speak SOCKS5.</summary>
    public static bool TryReadChoice(ReadOnlySpan<byte> answer, out byte method)
    {
        method = answer.Length == AnswerBytes ? answer[1] : NoMethod;
        return answer.Length == AnswerBytes && answer[0] == Version;
    }

    /// <summary>User and password; null when one of them has no place in the message (1 to 255 bytes).</summary>
    public static byte[]? SignIn(string user, string password)
    {
        int userBytes = Encoding.UTF8.GetByteCount(user), passwordBytes = Encoding.UTF8.GetByteCount(password);
        if (userBytes is 0 or > FieldBytesMax || passwordBytes is 0 or > FieldBytesMax)
        {
            return null;
        }

        byte[] message = new byte[3 + userBytes + passwordBytes];
        (message[0], message[1], message[2 + userBytes]) = (SignInVersion, (byte)userBytes, (byte)passwordBytes);
        Encoding.UTF8.GetBytes(user, message.AsSpan(2));
        Encoding.UTF8.GetBytes(password, message.AsSpan(3 + userBytes));
        return message;
    }

    /// <summary>Reads the answer to <see cref="SignIn"/>. False when it is none.</summary>
    public static bool TryReadSignIn(ReadOnlySpan<byte> answer, out bool accepted)
    {
        accepted = answer.Length == AnswerBytes && answer[1] == 0;
        // RFC 1929 says 1; some proxies answer with the version of SOCKS.
        return answer.Length == AnswerBytes && answer[0] is SignInVersion or Version;
    }

    /// <summary>The request for a connection. Names go as they are: the proxy resolves them. Null when the name is too long.</summary>
    public static byte[]? Connect(HostEndpoint target)
    {
        byte[] address;
        if (IPAddress.TryParse(target.Host, out var literal))
        {
            byte[] bytes = literal.GetAddressBytes();
            address = [bytes.Length == Ipv4Bytes ? AddressIpv4 : AddressIpv6, .. bytes];
        }
        else
        {
            byte[] name = Encoding.UTF8.GetBytes(target.Host);
            if (name.Length is 0 or > FieldBytesMax)
            {
                return null;
            }

            address = [AddressName, (byte)name.Length, .. name];
        }

        return [Version, CommandConnect, 0, .. address, (byte)(target.Port >> 8), (byte)target.Port];
    }

    /// <summary>Reads the first part of a reply: 0 is success, the rest are RFC 1928's codes. False when it is no reply.</summary>
    public static bool TryReadReply(ReadOnlySpan<byte> answer, out byte code)
    {
        code = answer.Length == AnswerBytes ? answer[1] : byte.MaxValue;
        return answer.Length == AnswerBytes && answer[0] == Version;
    }

    /// <summary>How many bytes of a reply remain after its first and middle part. False when the address has an unknown type.</summary>
    public static bool TryReadRest(ReadOnlySpan<byte> middle, out int bytes)
    {
        bytes = middle.Length != ReplyMiddleBytes ? 0 : middle[1] switch
        {
            AddressIpv4 => Ipv4Bytes - 1 + PortBytes,
            AddressName => middle[2] + PortBytes,
            AddressIpv6 => Ipv6Bytes - 1 + PortBytes,
            _ => 0,
        };
        return bytes > 0;
    }
}
