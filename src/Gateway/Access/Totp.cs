using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// Time-based one-time passwords (RFC 6238) as every authenticator makes them: HMAC-SHA1, six digits, steps of 30 seconds from 1970.
/// </summary>
public static class Totp
{
    /// <summary>Size of a key: that of the hash (RFC 4226 section 4, R6).</summary>
    public const int KeyBytes = 20;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>How long a code is the present one.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    /// <summary>Steps that a phone's clock may be off in either direction (RFC 6238 section 5.2 advises one).</summary>
    public const int StepsOff = 1;

    const int Modulus = 1_000_000;
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Number of the time step that a moment lies in.</summary>
    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / (long)Step.TotalSeconds;

    /// <summary>The code of a time step (RFC 4226 section 5.3).</summary>
    // SHA-1 is what authenticators implement; as a keyed hash of a counter it is not broken.
#pragma warning disable CA5350
    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        HMACSHA1.HashData(key, counter, hash);
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0x0F)..]) & 0x7FFF_FFFF;
        return (number % Modulus).ToString("D6", CultureInfo.InvariantCulture);
    }
#pragma warning restore CA5350

    /// <summary>Which step a code belongs to, of those that may be meant at a moment.</summary>
    /// <returns>The step; null when the code fits none. Every step is compared, in the same time.</returns>
    public static long? StepOf(ReadOnlySpan<byte> key, string code, DateTimeOffset moment)
    {
        if (!IsCode(code)) return null;
        long? found = null;
        var typed = Encoding.ASCII.GetBytes(code);
        for (var step = StepAt(moment) - StepsOff; step <= StepAt(moment) + StepsOff; step++)
            if (CryptographicOperations.FixedTimeEquals(typed, Encoding.ASCII.GetBytes(Code(key, step)))) found = step;
        return found;
    }

    /// <summary>Whether a text has the form of a code.</summary>
    public static bool IsCode(ReadOnlySpan<char> text) => text.Length == Digits && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>A key as people type it into an authenticator that cannot scan: base32 (RFC 4648) without padding.</summary>
    public static string Text(ReadOnlySpan<byte> key)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var part in key)
        {
            (bits, held) = ((bits << 8) | part, held + 8);
            for (; held >= 5; held -= 5) text.Append(Base32[(bits >> (held - 5)) & 31]);
            bits &= (1 << held) - 1;
        }
        if (held > 0) text.Append(Base32[(bits << (5 - held)) & 31]);
        return text.ToString();
    }

    /// <summary>The address that an authenticator scans.</summary>
    /// <param name="key">The key.</param>
    /// <param name="issuer">Which gateway, as the authenticator lists it.</param>
    /// <param name="account">Whose.</param>
    public static string Uri(ReadOnlySpan<byte> key, string issuer, string account) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}?secret={Text(key)}"
        + $"&issuer={System.Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={(int)Step.TotalSeconds}";
}
