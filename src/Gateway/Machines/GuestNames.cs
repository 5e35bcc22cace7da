using System.Net;

namespace RemoteChain.Gateway.Machines;

/// <summary>
/// Names that rules name, with the addresses that they have for one machine: a name gets the next of 198.51.100.0/24, which has no hosts (RFC 5737), and a
/// connection to that is a connection to the name. So a rule with a name holds for the name and not for whatever else has its address, and a question for a
/// name tells nobody outside anything. Not safe from several threads.
/// </summary>
internal sealed class GuestNames
{
    /// <summary>Names that a machine knows at once; the one that was given its address first makes room.</summary>
    public const int NamesMax = 254;

    private readonly string?[] _names = new string?[NamesMax];
    private int _next;

    /// <summary>Whether an address belongs to the machine's own network or stands for a name.</summary>
    public static bool IsOurs(IPAddress address) => address.GetAddressBytes() is [203, 0, 113, _] or [198, 51, 100, _];

    /// <summary>The address that stands for a name.</summary>
    public IPAddress AddressOf(string name)
    {
        int place = Array.IndexOf(_names, name);
        if (place < 0)
        {
            place = _next++ % NamesMax;
            _names[place] = name;
        }

        return new IPAddress([198, 51, 100, (byte)(place + 1)]);
    }

    /// <summary>The name that an address stands for; null when it stands for none.</summary>
    public string? NameAt(IPAddress address) =>
        address.GetAddressBytes() is [198, 51, 100, >= 1 and <= NamesMax and var last] ? _names[last - 1] : null;
}
