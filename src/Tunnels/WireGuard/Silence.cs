namespace RemoteChain.Tunnels.WireGuard;

/// <summary>
/// Tells a dead peer from a quiet one. A peer that lives answers data within 10 s, with at least an empty packet, or else a handshake begins
/// and that is answered (the WireGuard paper, section 6). Only the packets that keep the way open need no answer.
/// </summary>
sealed class Silence(int keepaliveSeconds)
{
    /// <summary>An empty data packet: header, counter and tag.</summary>
    const int KeepaliveBytes = 32;

    /// <summary>The 10 s that a peer may take, and the first repetition of a handshake.</summary>
    const int SecondsMax = 16;

    long _received = -1, _sentThen;
    double _heardAt, _unansweredSince = double.MaxValue;

    /// <summary>Looks at the counters.</summary>
    /// <param name="traffic">What the device has counted.</param>
    /// <param name="nowSeconds">On any clock that only goes forward.</param>
    /// <returns>True when data have been unanswered for too long.</returns>
    internal bool IsTooLong(PeerTraffic traffic, double nowSeconds)
    {
        if (traffic.ReceivedBytes != _received)
        {
            (_received, _sentThen, _heardAt, _unansweredSince) = (traffic.ReceivedBytes, traffic.SentBytes, nowSeconds, double.MaxValue);
            return false;
        }

        var keepalives = keepaliveSeconds > 0 ? (long)((nowSeconds - _heardAt) / keepaliveSeconds) + 1 : 1;
        if (traffic.SentBytes - _sentThen > keepalives * KeepaliveBytes) _unansweredSince = Math.Min(_unansweredSince, nowSeconds);
        return nowSeconds - _unansweredSince > SecondsMax;
    }
}
