using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>How many failed sign-ins are too many.</summary>
/// <param name="PerAccountMax">Failures of one account name within the window that lock it.</param>
/// <param name="PerAddressMax">Failures from one address within the window that lock it.</param>
/// <param name="Window">The sliding window.</param>
/// <param name="LockFor">How long a lock holds.</param>
public sealed record LockoutOptions(int PerAccountMax, int PerAddressMax, TimeSpan Window, TimeSpan LockFor)
{
    /// <summary>What holds unless told otherwise.</summary>
    public static readonly LockoutOptions Default = new(5, 20, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));
}

/// <summary>
/// Counts failed sign-ins by account and by address, independently: the first stops many addresses from guessing one password, the
/// second stops one address from trying one password on many accounts. Loopback counts like any other address.
/// </summary>
public sealed class Lockout(SignInFailureStore failures, AuditLog audit, LockoutOptions options)
{
    /// <summary>When the lock of the account name or the address ends, whichever is later; null when neither is locked.</summary>
    public DateTimeOffset? LockedUntil(string? account, IPAddress address)
    {
        var byAccount = account is null ? null : failures.LockedUntil(Subject(account));
        var byAddress = failures.LockedUntil(Subject(address));
        return byAccount > byAddress ? byAccount : byAddress ?? byAccount;
    }

    /// <summary>When the lock of an account name ends; null when it is not locked.</summary>
    public DateTimeOffset? LockedUntil(string account) => failures.LockedUntil(Subject(account));

    /// <summary>Counts a failure of an account name (null: of nobody in particular) and of an address.</summary>
    public void Count(string? account, IPAddress address)
    {
        if (account is not null) Count(Subject(account), options.PerAccountMax, account, address);
        Count(Subject(address), options.PerAddressMax, "", address);
    }

    /// <summary>Forgets an account's failures: it has signed in, or an admin says so.</summary>
    public bool Forget(string account) => failures.Forget(Subject(account));

    /// <summary>Forgets an address's failures: an admin says so.</summary>
    public bool Forget(IPAddress address) => failures.Forget(Subject(address));

    /// <summary>The sentence for whoever is locked out. Tells no more to a guesser than to the rightful user.</summary>
    public static string Sentence(DateTimeOffset until) =>
        $"Too many failed sign-ins. Try again after {until.UtcDateTime:HH:mm:ss} UTC, or ask an admin to unlock you.";

    void Count(string subject, int max, string account, IPAddress address)
    {
        if (!failures.Count(subject, max, options.Window, options.LockFor)) return;
        audit.Append(new(AuditAction.AccountLocked, account, account.Length > 0 ? $"account {account}" : $"address {address}",
            address.ToString(),
            $"{max} failed sign-ins within {options.Window.TotalMinutes:0} min; locked for {options.LockFor.TotalMinutes:0} min"));
    }

    static string Subject(string account)
    {
        var name = account.Trim().ToLowerInvariant();
        return "account " + (name.Length > AccountName.CharsMax ? name[..AccountName.CharsMax] : name);
    }

    // One person has a whole /64 of IPv6 addresses; counting single ones would count nothing.
    static string Subject(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return $"address {address}";
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"address {new IPAddress(bytes)}/64";
    }
}
