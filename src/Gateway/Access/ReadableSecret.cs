using System.Security.Cryptography;

namespace RemoteChain.Gateway.Access;

/// <summary>Random secrets that people can read aloud and type: base32 without look-alikes, in groups.</summary>
static class ReadableSecret
{
    // Crockford's base32 in lower case: no i, l, o, u.
    const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Random characters, five bits each.</summary>
    public static string Characters(int count) => RandomNumberGenerator.GetString(Alphabet, count);

    /// <summary>Groups of five, 25 bits each: <c>k7m2q-9xwt4-...</c></summary>
    public static string Groups(int count) => string.Join('-', Enumerable.Range(0, count).Select(_ => Characters(5)));
}
