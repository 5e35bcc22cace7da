using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>What the readers of all profiles share: lines as editors of every system write them, addresses without surprises, and the rule
/// for repeating words of a file that is full of keys.</summary>
public static class ProfileText
{
    /// <summary>The longest profile in characters.</summary>
    public const int CharsMax = 64 * 1024;

    /// <summary>No more errors than this are told at once.</summary>
    public const int ErrorsMax = 20;

    const int WordCharsMax = 24;
    const int HostCharsMax = 253;

    /// <summary>The lines of a file without a byte order mark and without either kind of line end; null when it is too long.</summary>
    internal static string[]? Lines(string text, List<ProfileRemark> errors)
    {
        if (text.Length > CharsMax)
        {
            errors.Add(new(1, $"the file has {text.Length} characters; a profile has at most {CharsMax}"));
            return null;
        }
        return text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
    }

    /// <summary>
    /// A word of the file as messages show it. A line that lost its place may be a piece of a key, in base64 or hexadecimal: what is not
    /// plainly a word is not repeated.
    /// </summary>
    internal static string Word(string word) =>
        word.Length is > 0 and <= WordCharsMax && word.All(c => char.IsAsciiLetter(c) || c == '-') ? $"`{word}`" : "what stands here";

    /// <summary>An address in its full form. The BCL also reads <c>1</c> and <c>0x7f.1</c>, which nobody means.</summary>
    internal static bool TryAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':', StringComparison.Ordinal) ? text.AsSpan().ContainsAny('%', '[') : !IsDotted(text)) return false;
        return IPAddress.TryParse(text, out address!);
    }

    /// <summary>An address with a prefix; without one it is that address alone.</summary>
    internal static bool TryNetwork(string text, out ProfileNetwork network)
    {
        var (slash, prefix) = (text.IndexOf('/', StringComparison.Ordinal), 0);
        network = new(IPAddress.None, 0);
        if (!TryAddress(slash < 0 ? text : text[..slash], out var address)) return false;
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash >= 0 && !TryNumber(text[(slash + 1)..], 0, bits, out prefix)) return false;
        network = new(address, slash < 0 ? bits : prefix);
        return true;
    }

    /// <summary>A name or an address to connect to.</summary>
    internal static bool IsHost(string text) => TryAddress(text, out _)
        || text.Length <= HostCharsMax && Uri.CheckHostName(text) == UriHostNameType.Dns && !text.All(c => char.IsAsciiDigit(c) || c == '.');

    /// <summary>A decimal number within bounds.</summary>
    internal static bool TryNumber(string text, int min, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= min && number <= max;

    static bool IsDotted(string text) =>
        text.Split('.') is { Length: 4 } parts && parts.All(part => part.Length <= 3 && TryNumber(part, 0, 255, out _));
}

/// <summary>An address with the length of its network's prefix, as <c>10.0.0.2/24</c>; host bits are kept.</summary>
public readonly record struct ProfileNetwork(IPAddress Address, int PrefixLength)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
