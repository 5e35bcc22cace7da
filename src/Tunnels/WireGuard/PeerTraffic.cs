using System.Globalization;

namespace RemoteChain.Tunnels.WireGuard;

/// <summary>What a device has counted for one peer.</summary>
/// <param name="HandshakeSeconds">When the last handshake was, in seconds since 1970; 0 = never.</param>
/// <param name="ReceivedBytes">Since the device was made.</param>
/// <param name="SentBytes">Likewise.</param>
readonly record struct PeerTraffic(long HandshakeSeconds, long ReceivedBytes, long SentBytes)
{
    /// <summary>Reads the answer to <c>get=1</c> (the cross-platform userspace interface of WireGuard).</summary>
    internal static List<PeerTraffic> ReadUserspace(string answer)
    {
        var peers = new List<PeerTraffic>();
        foreach (var line in answer.Split('\n'))
        {
            var (key, value) = line.IndexOf('=') is var at and > 0 ? (line[..at], line[(at + 1)..]) : (line, "");
            if (key == "public_key")
            {
                peers.Add(default);
                continue;
            }

            if (peers.Count == 0 || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) continue;
            peers[^1] = key switch
            {
                "last_handshake_time_sec" => peers[^1] with { HandshakeSeconds = number },
                "rx_bytes" => peers[^1] with { ReceivedBytes = number },
                "tx_bytes" => peers[^1] with { SentBytes = number },
                _ => peers[^1],
            };
        }

        return peers;
    }

    /// <summary>Reads what <c>wg show DEVICE dump</c> prints: a line for the device, then one for each peer.</summary>
    internal static List<PeerTraffic> ReadDump(string dump)
    {
        var peers = new List<PeerTraffic>();
        foreach (var line in dump.Split('\n').Skip(1))
        {
            var fields = line.Split('\t');
            if (fields.Length >= 8 && Number(fields[4], out var handshake) && Number(fields[5], out var received) && Number(fields[6], out var sent))
                peers.Add(new(handshake, received, sent));
        }

        return peers;
    }

    static bool Number(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
