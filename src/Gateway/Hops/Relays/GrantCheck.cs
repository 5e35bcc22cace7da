using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>Whether a grant is good: signed by the node that brings it, for this relay, now, and never seen before. Safe from any thread.</summary>
/// <param name="ownId">This relay's <see cref="NodeKey.Id"/>.</param>
/// <param name="time">This relay's clock. The other node's may differ by half a grant's lifetime.</param>
public sealed class GrantCheck(byte[] ownId, TimeProvider time)
{
    /// <summary>Used grants that are remembered until they expire. When there are more, new ones are refused: forgetting one would let it be used
    /// again.</summary>
    public const int UsedMax = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _used = [];

    /// <summary>Uses a grant up. The result says why it is not good; null when it is.</summary>
    public string? Use(string text, RelayPeer bringer, out RelayGrant grant)
    {
        grant = null!;
        if (!RelayGrant.TryRead(text, out var read, out byte[] signed, out byte[] signature))
        {
            return "what came is no grant";
        }

        grant = read!;
        if (!NodeKey.IsSigned(bringer.PublicKey, signed, signature))
        {
            return $"the grant is not signed by the node that brings it ({bringer.Name})";
        }

        if (!grant.RelayId.AsSpan().SequenceEqual(ownId))
        {
            return "the grant is for another relay";
        }

        long now = time.GetUtcNow().ToUnixTimeMilliseconds(), left = grant.ExpiresMillis - now;
        if (left <= 0)
        {
            return $"the grant expired {-left / 1000.0:0.0} s ago by this relay's clock";
        }

        if (left > RelayGrant.Lifetime.TotalMilliseconds * 3 / 2)
        {
            return $"the grant is from the future: the two nodes' clocks differ by {(left - RelayGrant.Lifetime.TotalMilliseconds) / 1000:0} s";
        }

        return Remember(Convert.ToHexString(grant.Nonce), grant.ExpiresMillis, now);
    }

    private string? Remember(string nonce, long expires, long now)
    {
        lock (_gate)
        {
            if (_used.Count >= UsedMax)
            {
                foreach (var (old, _) in _used.Where(used => used.Value <= now).ToList())
                {
                    _used.Remove(old);
                }
            }

            return _used.Count >= UsedMax ? "too many grants were used within half a minute"
                : _used.TryAdd(nonce, expires) ? null : "the grant was used already";
        }
    }
}
