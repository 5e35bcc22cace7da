using System.Security.Cryptography;

namespace RemoteChain.Gateway.Access;

/// <summary>What a ticket lets somebody do.</summary>
/// <param name="Account">Who.</param>
/// <param name="SessionId">Look at which session.</param>
/// <param name="ViewOnly">And only look.</param>
/// <param name="Expires">Until when it must have been used.</param>
public sealed record PixelTicket(Account Account, string SessionId, bool ViewOnly, DateTimeOffset Expires);

/// <summary>A ticket that was just made: the only moment at which it can be read.</summary>
public sealed class NewPixelTicket(string text, DateTimeOffset expires)
{
    /// <summary>The ticket itself.</summary>
    public string Text { get; } = text;

    /// <summary>Worthless afterwards.</summary>
    public DateTimeOffset Expires { get; } = expires;

    /// <inheritdoc/>
    public override string ToString() => "a ticket";
}

/// <summary>
/// Tickets for the socket that brings pixels to a browser: each for one account and one session, good once and for half a minute. A browser
/// cannot send a header with a WebSocket, and what is in an address ends up in logs; so a ticket is asked for over the API and sent inside.
/// </summary>
public sealed class PixelTickets(TimeProvider time)
{
    /// <summary>How long a ticket holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>Tickets that may wait to be used, in all and of one account.</summary>
    public const int LiveMax = 4096, LivePerAccountMax = 128;

    private const int RandomBytes = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PixelTicket> _live = []; // by the hash of the ticket

    /// <summary>Makes a ticket. The caller has checked that the account may see the session. Null when too many wait to be used.</summary>
    public NewPixelTicket? Create(Account account, string sessionId, bool viewOnly)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var (key, live) in _live)
            {
                if (live.Expires <= now)
                {
                    _live.Remove(key);
                }
            }

            if (_live.Count >= LiveMax || _live.Values.Count(live => live.Account.Id == account.Id) >= LivePerAccountMax)
            {
                return null;
            }

            string text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
            var expires = now + Lifetime;
            _live.Add(Hash(text), new PixelTicket(account, sessionId, viewOnly, expires));
            return new NewPixelTicket(text, expires);
        }
    }

    /// <summary>Uses a ticket up. Null when it is unknown, used or expired.</summary>
    public PixelTicket? Redeem(string text)
    {
        lock (_gate)
        {
            return _live.Remove(Hash(text), out var ticket) && ticket.Expires > time.GetUtcNow() ? ticket : null;
        }
    }

    private static string Hash(string text) => Convert.ToHexString(SecretHash.Of(text));
}
