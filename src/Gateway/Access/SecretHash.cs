using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Access;

/// <summary>What is kept of a random token in place of the token itself. Without salt or stretching: nobody guesses a hundred random bits.</summary>
static class SecretHash
{
    /// <summary>The SHA-256 of the token's UTF-8, 32 bytes.</summary>
    public static byte[] Of(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
