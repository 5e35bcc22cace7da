using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Access;

/// <summary>The NT hash of a password: MD4 of its UTF-16LE characters (MS-NLMP 3.3.1, NTOWFv1). As good as the password itself.</summary>
public static class NtHash
{
    /// <summary>Size of a hash.</summary>
    public const int Bytes = Md4.HashBytes;

    /// <summary>Writes the hash of a password.</summary>
    public static void Compute(string password, Span<byte> hash16)
    {
        var unicode = Encoding.Unicode.GetBytes(password);
        Md4.Hash(unicode, hash16);
        CryptographicOperations.ZeroMemory(unicode);
    }
}
