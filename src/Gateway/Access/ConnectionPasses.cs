using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// Short-lived, single-use passes: the user name and password inside a downloaded <c>.rdp</c> file. Kept in memory only: NLA needs
/// their NT hash, which is as good as the secret and has no business on a disk, and a restart may well end what lives five minutes.
/// </summary>
public sealed class ConnectionPasses(Accounts accounts, Lockout lockout, AuditLog audit, TimeProvider time)
{
    /// <summary>How long a pass can be redeemed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Characters of a user name that mstsc puts into its connection cookie; passes are unique within them.</summary>
    public const int CookieChars = 9;

    const string Prefix = "rc-";
    const int RandomChars = 12;
    const int SecretGroups = 4;
    const int LiveMax = 10_000;
    const int LivePerAccountMax = 500;

    // A client may ask twice per connection and connect a few times until its user has accepted the certificate.
    const int HashesMax = 20;
    const int WrongSecretsMax = 3;

    readonly Lock _gate = new();
    readonly Dictionary<string, Live> _live = new(StringComparer.OrdinalIgnoreCase); // by the first CookieChars of the id

    /// <summary>Makes a pass. The caller has checked that the account may use the chain. Null when too many are waiting to be
    /// used.</summary>
    public NewConnectionPass? Create(Account account, string chainName, bool viewOnly, string? session = null)
    {
        lock (_gate)
        {
            Sweep();
            if (_live.Count >= LiveMax || _live.Values.Count(live => live.Pass.Account.Id == account.Id) >= LivePerAccountMax) return null;
            string id;
            do id = Prefix + ReadableSecret.Characters(RandomChars);
            while (_live.ContainsKey(id[..CookieChars]));
            var pass = new ConnectionPass(id, account, chainName, viewOnly, time.GetUtcNow() + Lifetime, session);
            var secret = ReadableSecret.Groups(SecretGroups);
            _live.Add(id[..CookieChars], new(pass, secret));
            return new(pass, secret);
        }
    }

    /// <summary>
    /// The NT hash (MD4 of the UTF-16LE secret) that NLA needs to check what the client proves. False when the pass is unknown, used,
    /// expired, or the address is locked out. Does not use the pass up: NLA has proved nothing yet.
    /// </summary>
    public bool TryGetNtHash(string passId, IPAddress address, Span<byte> ntHash16)
    {
        if (lockout.LockedUntil(null, address) is not null) return false;
        lock (_gate)
        {
            if (TryFind(passId, out var live))
            {
                // NLA tells us nothing when the proof was wrong, so every question is taken for a try.
                if (++live.Hashes > HashesMax) _live.Remove(Key(passId));
                else
                {
                    live.NtHash.CopyTo(ntHash16);
                    return true;
                }
            }
        }
        if (LooksLikePass(passId)) lockout.Count(null, address);
        return false;
    }

    /// <summary>Uses the pass up with its secret, as typed into or sent by a client over TLS.</summary>
    public PassOutcome Redeem(string passId, string secret, IPAddress address) => Redeem(passId, address, live => live.Matches(secret));

    /// <summary>Uses the pass up after NLA has proved the secret.</summary>
    public PassOutcome RedeemProven(string passId, IPAddress address) => Redeem(passId, address, _ => true);

    /// <summary>Whether a user name, or the first nine characters of it that mstsc puts into its cookie, looks like a pass.</summary>
    public static bool LooksLikePass(ReadOnlySpan<char> user) => user.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    PassOutcome Redeem(string passId, IPAddress address, Func<Live, bool> proved)
    {
        if (lockout.LockedUntil(null, address) is { } until) return new(null, SignInRefusal.Locked, Lockout.Sentence(until));
        ConnectionPass? pass = null;
        lock (_gate)
        {
            if (TryFind(passId, out var live))
            {
                if (proved(live)) pass = live.Pass;
                if (pass is not null || ++live.WrongSecrets >= WrongSecretsMax) _live.Remove(Key(passId));
            }
        }

        // The account may have been removed, or have lost its role, since the pass was made.
        var account = pass is null ? null : pass.Account.Id == Operator.Account.Id || pass.Account.IsGuest ? pass.Account : accounts.Find(pass.Account.Name);
        if (pass is null || account is null || account.Id != pass.Account.Id)
        {
            audit.Append(new(AuditAction.SignInRefused, passId, "rdp", address.ToString(),
                "unknown, used or expired pass, or a wrong secret"));
            lockout.Count(null, address);
            return new(null, SignInRefusal.WrongCredentials, "This connection file was used already or has expired. Download a new one.");
        }

        audit.Append(new(AuditAction.PassRedeemed, account.Name, pass.ChainName, address.ToString(), pass.Id));
        return new(pass with { Account = account }, SignInRefusal.None, "");
    }

    bool TryFind(string passId, [NotNullWhen(true)] out Live? live)
    {
        live = null;
        if (passId.Length != Prefix.Length + RandomChars || !_live.TryGetValue(Key(passId), out var found)) return false;
        // The key is only the part of the id that mstsc shows; the rest must fit as well.
        if (!found.Pass.Id.Equals(passId, StringComparison.OrdinalIgnoreCase) || found.Pass.Expires <= time.GetUtcNow()) return false;
        live = found;
        return true;
    }

    void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var (key, live) in _live)
            if (live.Pass.Expires <= now) _live.Remove(key);
    }

    static string Key(string passId) => passId[..CookieChars];

    sealed class Live
    {
        readonly byte[] _secretHash;

        public Live(ConnectionPass pass, string secret)
        {
            Pass = pass;
            _secretHash = SecretHash.Of(secret);
            Access.NtHash.Compute(secret, NtHash);
        }

        public ConnectionPass Pass { get; }
        public byte[] NtHash { get; } = new byte[Access.NtHash.Bytes];
        public int Hashes { get; set; }
        public int WrongSecrets { get; set; }

        public bool Matches(string secret) => CryptographicOperations.FixedTimeEquals(SecretHash.Of(secret.Trim()), _secretHash);
    }
}
