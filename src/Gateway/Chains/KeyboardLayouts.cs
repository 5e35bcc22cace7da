using System.Globalization;

namespace RemoteChain.Gateway.Chains;

/// <summary>Windows keyboard layout identifiers (language identifiers of MS-LCID 2.2) by the short names that people type.</summary>
public static class KeyboardLayouts
{
    static readonly Dictionary<string, uint> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["us"] = 0x0409, ["uk"] = 0x0809, ["de"] = 0x0407, ["at"] = 0x0C07, ["ch"] = 0x0807, ["ch-fr"] = 0x100C, ["fr"] = 0x040C,
        ["be"] = 0x080C, ["ca"] = 0x1009, ["nl"] = 0x0413, ["it"] = 0x0410, ["es"] = 0x040A, ["latam"] = 0x080A, ["pt"] = 0x0816,
        ["br"] = 0x0416, ["dk"] = 0x0406, ["no"] = 0x0414, ["se"] = 0x041D, ["fi"] = 0x040B, ["pl"] = 0x0415, ["cz"] = 0x0405,
        ["hu"] = 0x040E, ["ru"] = 0x0419, ["ua"] = 0x0422, ["tr"] = 0x041F, ["gr"] = 0x0408, ["il"] = 0x040D, ["jp"] = 0x0411,
        ["kr"] = 0x0412, ["dvorak"] = 0x00010409,
    };

    /// <summary>The short names, for documentation and messages.</summary>
    public static IEnumerable<string> Names => s_byName.Keys;

    /// <summary>Reads a short name or a hexadecimal identifier such as <c>0x409</c>.</summary>
    public static bool TryParse(string text, out uint layout)
    {
        if (s_byName.TryGetValue(text, out layout)) return true;
        layout = 0;
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out layout)
            && layout != 0;
    }
}
