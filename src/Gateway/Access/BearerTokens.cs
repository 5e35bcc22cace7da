using System.Security.Cryptography;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>A token that was just made: the only moment at which it can be read.</summary>
public sealed class NewBearerToken(string token, DateTimeOffset expires)
{
    /// <summary>The token itself.</summary>
    public string Token { get; } = token;

    /// <summary>Worthless afterwards.</summary>
    public DateTimeOffset Expires { get; } = expires;

    /// <inheritdoc/>
    public override string ToString() => "a bearer token";
}

/// <summary>A sign-in that a request came with.</summary>
/// <param name="Id">Which of the account's.</param>
/// <param name="Account">Whose.</param>
public sealed record KnownSignIn(long Id, Account Account);

/// <summary>
/// Sign-ins at the API and in the portal: a random token each, kept by its SHA-256. Who holds one can list and revoke them, and whatever
/// goes on for long under one (a socket, a page) watches that it holds.
/// </summary>
public sealed class BearerTokens
{
    /// <summary>How long a token holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    readonly TokenStore _tokens;
    readonly TimeProvider _time;
    readonly Lock _gate = new();
    readonly Dictionary<long, HashSet<Watch>> _watched = [];

    /// <summary>Sign-ins of the accounts of a store.</summary>
    public BearerTokens(TokenStore tokens, AccountStore accounts, TimeProvider time)
    {
        (_tokens, _time) = (tokens, time);
        accounts.SignInsEnded += EndWatches;
    }

    /// <summary>Makes a token for an account that has signed in.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="client">What signed in, as it calls itself.</param>
    /// <param name="address">From where.</param>
    public NewBearerToken Create(Account account, string client = "", string address = "")
    {
        var token = "rct_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var expires = _time.GetUtcNow() + Lifetime;
        _tokens.Add(account.Id, SecretHash.Of(token), expires, client, address);
        return new(token, expires);
    }

    /// <summary>The account that a token stands for; null when it is unknown, expired or revoked.</summary>
    public Account? Find(string token) => Recognize(token, "")?.Account;

    /// <summary>The sign-in that a token stands for, and notes that it is used from an address.</summary>
    public KnownSignIn? Recognize(string token, string address) =>
        _tokens.Use(SecretHash.Of(token), address) is { } found ? new(found.Id, Accounts.From(found.Account)) : null;

    /// <summary>An account's sign-ins, the newest first.</summary>
    public IReadOnlyList<StoredSignIn> List(Account account) => _tokens.List(account.Id);

    /// <summary>Revokes a token. False when there was none.</summary>
    public bool Revoke(string token) => Ended(_tokens.Delete(SecretHash.Of(token)));

    /// <summary>Revokes one of an account's sign-ins. False when there was none.</summary>
    public bool Revoke(Account account, long id) => Ended(_tokens.Delete(account.Id, id));

    /// <summary>Revokes all of an account's sign-ins, or all but one. Returns how many.</summary>
    public int RevokeAll(Account account, KnownSignIn? kept = null)
    {
        var revoked = _tokens.DeleteAll(account.Id, kept?.Id ?? 0);
        Ended(revoked > 0);
        return revoked;
    }

    /// <summary>Calls back, once, when a sign-in is revoked, by whatever means, or expires. Dispose of what is returned when
    /// done; null for the operator, whose token holds as long as the node runs.</summary>
    public IDisposable? WatchEnd(KnownSignIn signIn, Action ended)
    {
        if (signIn.Account.Id == Operator.Account.Id) return null;
        var watch = new Watch(this, signIn.Id, ended);
        lock (_gate)
        {
            if (!_watched.TryGetValue(signIn.Id, out var watches)) _watched[signIn.Id] = watches = [];
            watches.Add(watch);
        }
        // It may have ended before it was watched.
        EndWatches();
        return watch;
    }

    bool Ended(bool any)
    {
        if (any) EndWatches();
        return any;
    }

    void EndWatches()
    {
        List<long> ids;
        lock (_gate) ids = [.. _watched.Keys];
        if (ids.Count == 0) return;
        var holding = _tokens.Holding(ids);
        foreach (var id in ids.Where(id => !holding.Contains(id)))
        {
            HashSet<Watch>? watches;
            lock (_gate) _watched.Remove(id, out watches);
            foreach (var watch in watches ?? []) watch.End();
        }
    }

    sealed class Watch : IDisposable
    {
        readonly BearerTokens _owner;
        readonly long _id;
        readonly ITimer _expiry;
        Action? _ended;

        public Watch(BearerTokens owner, long id, Action ended)
        {
            (_owner, _id, _ended) = (owner, id, ended);
            // No sign-in outlives this; at that moment at the latest, all of them are looked at again.
            _expiry = owner._time.CreateTimer(_ => owner.EndWatches(), null, Lifetime, Timeout.InfiniteTimeSpan);
        }

        public void End()
        {
            _expiry.Dispose();
            Interlocked.Exchange(ref _ended, null)?.Invoke();
        }

        public void Dispose()
        {
            _ended = null;
            _expiry.Dispose();
            lock (_owner._gate)
            {
                if (!_owner._watched.TryGetValue(_id, out var watches)) return;
                watches.Remove(this);
                if (watches.Count == 0) _owner._watched.Remove(_id);
            }
        }
    }
}
