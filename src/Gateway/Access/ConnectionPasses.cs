using System.Net;

namespace RemoteChain.Gateway.Access;

/// <summary>Short-lived, single-use passes: the user name and password inside a downloaded <c>.rdp</c> file.</summary>
public sealed class ConnectionPasses
{
    /// <summary>Makes a pass. The caller has checked that the account may use the chain.</summary>
    public NewConnectionPass Create(Account account, string chainName, bool viewOnly) => throw new NotImplementedException();

    /// <summary>
    /// The NT hash (MD4 of the UTF-16LE secret) that NLA needs to check what the client proves. False when the pass is unknown, used,
    /// expired, or the address is locked out. Does not use the pass up: NLA has proved nothing yet.
    /// </summary>
    public bool TryGetNtHash(string passId, IPAddress address, Span<byte> ntHash16) => throw new NotImplementedException();

    /// <summary>Uses the pass up with its secret, as typed into or sent by a client over TLS.</summary>
    public PassOutcome Redeem(string passId, string secret, IPAddress address) => throw new NotImplementedException();

    /// <summary>Uses the pass up after NLA has proved the secret.</summary>
    public PassOutcome RedeemProven(string passId, IPAddress address) => throw new NotImplementedException();

    /// <summary>Whether a user name, or the first nine characters of it that mstsc puts into its cookie, looks like a pass.</summary>
    public static bool LooksLikePass(ReadOnlySpan<char> user) => user.StartsWith("rc-", StringComparison.OrdinalIgnoreCase);
}
