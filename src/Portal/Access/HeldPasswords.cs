using Microsoft.AspNetCore.DataProtection;

namespace RemoteChain.Portal.Access;

/// <summary>Keeps what somebody has typed while the second step asks for a code: sealed with the node's own key, in the form itself, so that
/// the node remembers nothing of people who never come back.</summary>
sealed class HeldPasswords(IDataProtectionProvider protection)
{
    /// <summary>How long somebody may look for the authenticator.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    readonly ITimeLimitedDataProtector _seal = protection.CreateProtector("RemoteChain.Portal.SecondStep").ToTimeLimitedDataProtector();

    /// <summary>Seals.</summary>
    public string Hold(string user, string password) => _seal.Protect($"{user}\0{password}", s_patience);

    /// <summary>Opens; null when it is too old or not ours.</summary>
    public (string User, string Password)? Open(string held)
    {
        try
        {
            var parts = _seal.Unprotect(held).Split('\0', 2);
            return (parts[0], parts[1]);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
