using System.Globalization;
using RemoteChain.Tunnels.Native;

namespace RemoteChain.Tunnels;

/// <summary>Users by name or number.</summary>
static unsafe class PeerUser
{
    /// <summary>The user's number; null when there is no such user.</summary>
    internal static uint? Find(string user)
    {
        if (uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        // SAFETY: the C library owns the record, and nobody else asks it meanwhile.
        var record = Linux.getpwnam(user);
        return record is null ? null : record->pw_uid;
    }
}
