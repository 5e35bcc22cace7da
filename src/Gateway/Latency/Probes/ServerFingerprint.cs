using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>Which software a host's RDP server is.</summary>
public enum ServerKind : byte
{
    /// <summary>None that is known: only passive figures and what the operator asks for.</summary>
    Unknown,

    /// <summary>xrdp.</summary>
    Xrdp,

    /// <summary>A server made of libfreerdp: its shadow server, GNOME's and Weston's remote desktops, or another node of this gateway.</summary>
    FreeRdp,

    /// <summary>Windows.</summary>
    Windows,
}

/// <summary>
/// What a desktop worker tells of the host's server, read as untrusted text: <c>os=1/3 caps=9.1.2.14 flags=1025 refresh=1 suppress=1</c>.
/// Servers copy each other's version numbers; the order of their capability sets (MS-RDPBCGR 2.2.1.13.1) is a habit of their code.
/// </summary>
/// <param name="Kind">Which software it is.</param>
/// <param name="OsMajor">osMajorType of the general capability set; -1 = not told.</param>
/// <param name="OsMinor">osMinorType; -1 = not told.</param>
/// <param name="CapabilitySets">Numbers of its capability sets in their order.</param>
/// <param name="RefreshRect">Whether it says that it paints anew when asked.</param>
public sealed record ServerFingerprint(ServerKind Kind, int OsMajor, int OsMinor, ImmutableArray<int> CapabilitySets, bool RefreshRect)
{
    /// <summary>Characters of a fingerprint at most.</summary>
    public const int TextCharsMax = 512;

    private const int CapabilitySetsMax = 64;

    // The beginnings only: what follows depends on what the client asked for.
    private static readonly (ServerKind Kind, int[] Begins)[] s_habits =
    [
        (ServerKind.Xrdp, [9, 1, 2, 14, 3]),
        (ServerKind.FreeRdp, [1, 2, 3, 8, 13, 20, 9]),
        (ServerKind.Windows, [9, 1, 20]),
    ];

    private const int OsWindows = 1;

    /// <summary>A server of which nothing is known.</summary>
    public static ServerFingerprint None { get; } = new(ServerKind.Unknown, -1, -1, [], false);

    /// <summary>One word for reports: <c>xrdp</c>, <c>freerdp</c>, <c>windows</c> or <c>unknown</c>.</summary>
    public string Name => Kind.ToString().ToLowerInvariant();

    /// <summary>
    /// Whether a Shutdown Request is refused for certain (MS-RDPBCGR 3.3.5.4.1): xrdp always does, Windows when a user is signed in;
    /// libfreerdp ends the session, and so may whatever is not known.
    /// </summary>
    public bool RefusesShutdown(bool logonSeen) => Kind == ServerKind.Xrdp || (Kind == ServerKind.Windows && logonSeen);

    /// <summary>Reads a fingerprint. False when the text is not one; words that are not known are passed over.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out ServerFingerprint? fingerprint)
    {
        fingerprint = null;
        if (text.Length is 0 or > TextCharsMax)
        {
            return false;
        }

        var read = None;
        foreach (var part in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan(part);
            int equals = word.IndexOf('=');
            if (equals <= 0)
            {
                return false;
            }

            var value = word[(equals + 1)..];
            switch (word[..equals])
            {
                case "os":
                    int slash = value.IndexOf('/');
                    if (slash < 0 || !TryNumber(value[..slash], out int major) || !TryNumber(value[(slash + 1)..], out int minor))
                    {
                        return false;
                    }

                    read = read with { OsMajor = major, OsMinor = minor };
                    break;
                case "caps":
                    if (!TryNumbers(value, out var sets))
                    {
                        return false;
                    }

                    read = read with { CapabilitySets = sets };
                    break;
                case "refresh":
                    read = read with { RefreshRect = value is "1" };
                    break;
            }
        }

        fingerprint = read with { Kind = KindOf(read) };
        return true;
    }

    private static ServerKind KindOf(ServerFingerprint read)
    {
        foreach (var (kind, begins) in s_habits)
        {
            if (read.CapabilitySets.AsSpan().StartsWith(begins))
            {
                return kind == ServerKind.Windows && read.OsMajor != OsWindows ? ServerKind.Unknown : kind;
            }
        }

        return ServerKind.Unknown;
    }

    private static bool TryNumbers(ReadOnlySpan<char> text, out ImmutableArray<int> numbers)
    {
        var builder = ImmutableArray.CreateBuilder<int>();
        foreach (var part in text.Split('.'))
        {
            if (builder.Count == CapabilitySetsMax || !TryNumber(text[part], out int number))
            {
                numbers = [];
                return false;
            }

            builder.Add(number);
        }

        numbers = builder.ToImmutable();
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= ushort.MaxValue;
}
