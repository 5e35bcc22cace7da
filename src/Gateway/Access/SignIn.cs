using System.Net;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>Checks account and password, counts failures, and locks. The only place that does.</summary>
public sealed class SignIn(Accounts accounts, Lockout lockout, AuditLog audit) : IDisposable
{
    // Hashing costs a core for a tenth of a second: a flood of sign-ins must not take every core from the running sessions.
    static readonly int s_checksAtOnce = Math.Max(1, Environment.ProcessorCount / 2);
    const int WaitingMax = 64;

    readonly SemaphoreSlim _checks = new(s_checksAtOnce);
    int _waiting;

    /// <summary>Checks a password. Counts a failure by account and by address, and writes both outcomes to the audit log.</summary>
    /// <param name="user">As typed, without the <c>#chain</c> part.</param>
    /// <param name="password">As typed.</param>
    /// <param name="address">Where the attempt came from.</param>
    /// <param name="door">Which door it came to: <c>rdp</c>, <c>api</c>.</param>
    /// <param name="cancellationToken">Ends the wait; a check that has begun is finished and counted.</param>
    public async Task<SignInOutcome> CheckAsync(string user, string password, IPAddress address, string door,
        CancellationToken cancellationToken)
    {
        if (lockout.LockedUntil(user, address) is { } until) return Locked(until);
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return new(null, SignInRefusal.TooBusy, "The gateway is busy checking other sign-ins. Try again in a moment.");
        }

        try
        {
            await _checks.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(() => Check(user, password, address, door), CancellationToken.None);
            }
            finally
            {
                _checks.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _checks.Dispose();

    SignInOutcome Check(string user, string password, IPAddress address, string door)
    {
        // Others may have locked it while this one waited; and again while it was hashed: guesses that run side by side are worth no
        // more than guesses one after the other.
        if (lockout.LockedUntil(user, address) is { } before) return Locked(before);
        var account = accounts.Check(user, password);
        if (lockout.LockedUntil(user, address) is { } during) return Locked(during);

        if (account is null)
        {
            audit.Append(new(AuditAction.SignInRefused, user, door, address.ToString(), "wrong account or password"));
            lockout.Count(user, address);
            return new(null, SignInRefusal.WrongCredentials, "The account or the password is wrong.");
        }

        lockout.Forget(user);
        audit.Append(new(AuditAction.SignInAccepted, account.Name, door, address.ToString()));
        return new(account, SignInRefusal.None, "");
    }

    // Attempts while locked are not written one by one: the lock was, and a guesser must not fill the disk.
    static SignInOutcome Locked(DateTimeOffset until) => new(null, SignInRefusal.Locked, Lockout.Sentence(until));
}
