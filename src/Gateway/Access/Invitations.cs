using System.Net;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// Invitations to running sessions, and who may join which session because of one. In memory only: they mean sessions, which end with the
/// node as well. Codes are 100 random bits and kept by their hash.
/// </summary>
public sealed class Invitations(Lockout lockout, AuditLog audit, TimeProvider time)
{
    /// <summary>Longest life of an invitation.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(7);

    /// <summary>Most uses of one invitation.</summary>
    public const int UsesMax = 100;

    /// <summary>Invitations of one session.</summary>
    public const int PerSessionMax = 50;

    const int LiveMax = 10_000;
    const int CodeGroups = 4;
    const int IdChars = 6;
    const int CodeCharsMax = 64;
    const string Refused = "This invitation is unknown, used up, expired, or was ended. Ask for another one.";

    readonly Lock _gate = new();
    readonly Dictionary<string, Live> _live = []; // by the code's hash
    long _guests;

    /// <summary>Makes an invitation. The caller has checked that the account may invite. Null when there are too many.</summary>
    public NewInvitation? Create(string session, string chain, Account by, InvitationTerms terms)
    {
        lock (_gate)
        {
            Sweep();
            if (_live.Count >= LiveMax || _live.Values.Count(live => live.Session == session) >= PerSessionMax) return null;
            var code = ReadableSecret.Groups(CodeGroups);
            var live = new Live(ReadableSecret.Characters(IdChars), session, chain, by.Name, terms, time.GetUtcNow() + terms.Lifetime);
            _live.Add(Hash(code), live);
            return new(live.Show(), code);
        }
    }

    /// <summary>Uses an invitation once. The account may join the session from then on, until the invitation ends.</summary>
    /// <param name="code">As it was handed over.</param>
    /// <param name="account">Who has signed in; null for somebody without an account.</param>
    /// <param name="address">Where the request came from. Wrong codes count for it like failed sign-ins.</param>
    /// <param name="isIn">Whether the account may join a session anyway; who does uses nothing up.</param>
    public InvitationOutcome Redeem(string code, Account? account, IPAddress address, Func<string, bool>? isIn = null)
    {
        if (lockout.LockedUntil(null, address) is { } until) return new(null, null, SignInRefusal.Locked, Lockout.Sentence(until));
        Invitation? used = null;
        lock (_gate)
        {
            if (_live.TryGetValue(Hash(code), out var live) && live.Expires > time.GetUtcNow())
            {
                if (account is null && !live.Terms.Guests) return new(null, null, SignInRefusal.AccessDenied, "This invitation is for people with an account here: sign in first.");
                if (account is not null && (live.Joined.ContainsKey(account.Id) || isIn?.Invoke(live.Session) == true)) return new(live.Show(), account, SignInRefusal.None, "");
                if (live.UsesLeft > 0)
                {
                    account ??= new(-++_guests, $"guest {ReadableSecret.Characters(IdChars)}", Role.User);
                    live.UsesLeft--;
                    live.Joined.Add(account.Id, account.Name);
                    used = live.Show();
                }
            }
        }

        if (used is null)
        {
            audit.Append(new(AuditAction.InvitationRefused, account?.Name ?? "", "", address.ToString(), "unknown, used up or expired"));
            lockout.Count(null, address);
            return new(null, null, SignInRefusal.WrongCredentials, Refused);
        }

        audit.Append(new(AuditAction.InvitationUsed, account!.Name, used.Chain, address.ToString(), $"{used.Session}: invitation {used.Id} of {used.InvitedBy}"));
        return new(used, account, SignInRefusal.None, "");
    }

    /// <summary>Whether an account was invited to a session: null when not, else whether it may only watch.</summary>
    public bool? ViewOnlyFor(Account account, string session)
    {
        lock (_gate)
        {
            var grants = _live.Values.Where(live => live.Session == session && live.Joined.ContainsKey(account.Id) && live.Expires > time.GetUtcNow()).ToList();
            return grants.Count == 0 ? null : grants.All(live => live.Terms.ViewOnly);
        }
    }

    /// <summary>Invitations of a session that can be used, or have been.</summary>
    public IReadOnlyList<Invitation> List(string session)
    {
        lock (_gate)
        {
            Sweep();
            return [.. _live.Values.Where(live => live.Session == session).OrderBy(live => live.Expires).Select(live => live.Show())];
        }
    }

    /// <summary>Ends an invitation: it cannot be used, and who has come by it may not join any more. Null when there is none such.</summary>
    public Invitation? End(string session, string id)
    {
        lock (_gate)
        {
            var (key, live) = _live.FirstOrDefault(entry => entry.Value.Session == session && entry.Value.Id == id);
            if (key is null) return null;
            _live.Remove(key);
            return live.Show();
        }
    }

    void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var (key, live) in _live)
            if (live.Expires <= now) _live.Remove(key);
    }

    static string Hash(string code) => Convert.ToHexString(SecretHash.OfTyped(code, CodeCharsMax));

    sealed class Live(string id, string session, string chain, string by, InvitationTerms terms, DateTimeOffset expires)
    {
        public string Id { get; } = id;
        public string Session { get; } = session;
        public InvitationTerms Terms { get; } = terms;
        public DateTimeOffset Expires { get; } = expires;
        public int UsesLeft { get; set; } = terms.Uses;
        public Dictionary<long, string> Joined { get; } = [];

        public Invitation Show() => new(Id, Session, chain, by, Terms.ViewOnly, Terms.Guests, UsesLeft, Expires, [.. Joined.Values]);
    }
}
