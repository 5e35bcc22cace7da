using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RemoteChain.Surface.Confined;

/// <summary>The command line of a confined process: <c>--control PATH [--data-mib N]</c>. Nothing secret is ever on it.</summary>
/// <param name="ControlPath">The node's listening control socket.</param>
/// <param name="DataBytesMax">Bound of this process's private writable memory.</param>
public sealed record ConfinedOptions(string ControlPath, long DataBytesMax)
{
    /// <summary>Default bound. A large desktop with all codecs takes about a fifth of it.</summary>
    public const int DataMibDefault = 512;

    const int DataMibMin = 128, DataMibMax = 16 * 1024;

    /// <summary>Reads it.</summary>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out ConfinedOptions? options)
    {
        options = null;
        string? control = null;
        var dataMib = DataMibDefault;
        if (args.Length % 2 != 0) return false;
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--control":
                    control = args[i + 1];
                    break;
                case "--data-mib" when int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out dataMib)
                    && dataMib is >= DataMibMin and <= DataMibMax:
                    break;
                default:
                    return false;
            }
        }
        if (control is not null) options = new(control, dataMib * 1024L * 1024);
        return options is not null;
    }
}
