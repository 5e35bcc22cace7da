using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Access;

/// <summary>What is kept of a random token in place of the token itself. Without salt or stretching: nobody guesses a hundred random bits.</summary>
static class SecretHash
{
    /// <summary>The SHA-256 of the token's UTF-8, 32 bytes.</summary>
    public static byte[] Of(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The same of a code that people type: they leave dashes out and write capitals. What is beyond <paramref name="charsMax"/> does not count.</summary>
    public static byte[] OfTyped(string code, int charsMax) =>
        Of(new string([.. code.Take(charsMax).Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant());
}
