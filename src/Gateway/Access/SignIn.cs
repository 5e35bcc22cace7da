using System.Net;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>Checks account, password and code, counts failures, and locks. The only place that does.</summary>
public sealed class SignIn(Accounts accounts, SecondFactors factors, Lockout lockout, AuditLog audit) : IDisposable
{
    const string CodeSentence = "This account also needs the code of its authenticator.";
    const string TypedCodeSentence = "This account needs a code: type the password and right after it the six digits that the authenticator shows, or "
        + "use a connection file.";
    const string WrongCodeSentence = "The code is wrong, was used already, or has expired.";

    // Hashing costs a core for a tenth of a second: a flood of sign-ins must not take every core from the running sessions.
    static readonly int s_checksAtOnce = Math.Max(1, Environment.ProcessorCount / 2);
    const int WaitingMax = 64;

    readonly SemaphoreSlim _checks = new(s_checksAtOnce);
    int _waiting;

    /// <summary>Checks a password alone: for doors that have not asked for a code yet. Counts a failure by account and by address, and
    /// writes every outcome but <see cref="SignInRefusal.CodeRequired"/> to the audit log.</summary>
    /// <param name="user">As typed, without the <c>#chain</c> part.</param>
    /// <param name="password">As typed.</param>
    /// <param name="address">Where the attempt came from.</param>
    /// <param name="door">Which door it came to: <c>rdp</c>, <c>api</c>.</param>
    /// <param name="cancellationToken">Ends the wait; a check that has begun is finished and counted.</param>
    public Task<SignInOutcome> CheckAsync(string user, string password, IPAddress address, string door, CancellationToken cancellationToken) =>
        CheckAsync(user, password, null, address, door, cancellationToken);

    /// <summary>Checks a password and, where the account has an authenticator, a code.</summary>
    /// <param name="user">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="code">A code of the authenticator or a recovery code; null when none was asked for yet.</param>
    /// <param name="address">Where the attempt came from.</param>
    /// <param name="door">Which door it came to.</param>
    /// <param name="cancellationToken">Ends the wait; a check that has begun is finished and counted.</param>
    public Task<SignInOutcome> CheckAsync(string user, string password, string? code, IPAddress address, string door,
        CancellationToken cancellationToken) =>
        InTurnAsync(user, address, () => Check(user, password, string.IsNullOrWhiteSpace(code) ? null : code, CodeSentence, address, door), cancellationToken);

    /// <summary>Checks what was typed where there is one field only: the password, with the code right after it where the account has an
    /// authenticator.</summary>
    public Task<SignInOutcome> CheckTypedTogetherAsync(string user, string typed, IPAddress address, string door, CancellationToken cancellationToken) =>
        InTurnAsync(user, address, () =>
        {
            // One hash either way: whether a name has an authenticator, or exists, is not to be told by the time that an answer takes.
            var split = typed.Length - Totp.Digits;
            return split >= 0 && Totp.IsCode(typed.AsSpan(split)) && accounts.Find(user) is { } account && factors.IsOn(account)
                ? Check(user, typed[..split], typed[split..], TypedCodeSentence, address, door)
                : Check(user, typed, null, TypedCodeSentence, address, door);
        }, cancellationToken);

    /// <summary>Checks the password of somebody who has signed in and wants to change how. Failures count as at the door.</summary>
    public Task<SignInOutcome> ConfirmAsync(Account account, string password, IPAddress address, CancellationToken cancellationToken) =>
        InTurnAsync(account.Name, address, () => CheckPassword(account.Name, password, address, "api"), cancellationToken);

    async Task<SignInOutcome> InTurnAsync(string user, IPAddress address, Func<SignInOutcome> check, CancellationToken cancellationToken)
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
                return await Task.Run(check, CancellationToken.None);
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

    SignInOutcome Check(string user, string password, string? code, string wanted, IPAddress address, string door)
    {
        var outcome = CheckPassword(user, password, address, door);
        if (!outcome.Accepted) return outcome;
        var account = outcome.Account;
        if (code is null && factors.IsOn(account)) return new(null, SignInRefusal.CodeRequired, wanted);

        var verdict = factors.Use(account, code ?? "");
        if (verdict == CodeVerdict.Wrong)
        {
            audit.Append(new(AuditAction.SignInRefused, account.Name, door, address.ToString(), "right password, wrong code"));
            lockout.Count(user, address);
            return new(null, SignInRefusal.WrongCode, WrongCodeSentence);
        }

        lockout.Forget(user);
        audit.Append(new(AuditAction.SignInAccepted, account.Name, door, address.ToString(), verdict switch
        {
            CodeVerdict.Right => "with a code",
            CodeVerdict.Recovery => $"with a recovery code, {factors.Find(account)?.RecoveryCodes} left",
            _ => "",
        }));
        return outcome;
    }

    SignInOutcome CheckPassword(string user, string password, IPAddress address, string door)
    {
        // Others may have locked it while this one waited; and again while it was hashed: guesses that run side by side are worth no
        // more than guesses one after the other.
        if (lockout.LockedUntil(user, address) is { } before) return Locked(before);
        var account = accounts.Check(user, password);
        if (lockout.LockedUntil(user, address) is { } during) return Locked(during);
        if (account is not null) return new(account, SignInRefusal.None, "");

        audit.Append(new(AuditAction.SignInRefused, user, door, address.ToString(), "wrong account or password"));
        lockout.Count(user, address);
        return new(null, SignInRefusal.WrongCredentials, "The account or the password is wrong.");
    }

    // Attempts while locked are not written one by one: the lock was, and a guesser must not fill the disk.
    static SignInOutcome Locked(DateTimeOffset until) => new(null, SignInRefusal.Locked, Lockout.Sentence(until));
}
