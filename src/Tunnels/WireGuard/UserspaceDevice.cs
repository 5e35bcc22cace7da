using System.Net.Sockets;
using System.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.WireGuard;

/// <summary>
/// <c>wireguard-go</c> in the outer place, told what to do through its own socket (the cross-platform userspace interface). That socket lies
/// in a directory which only this process and its children see.
/// </summary>
sealed class UserspaceDevice : WireGuardDevice
{
    const int AnswerMillis = 1000, AnswerBytesMax = 1 << 20;

    readonly string _path;
    readonly TunnelProgram _program;

    internal UserspaceDevice(NetworkNamespace outer, string name, EventLoop loop, Action ended)
    {
        _path = $"{PrivateMounts.Directory}/{name}.sock";
        _program = TunnelProgram.Start(outer, ["wireguard-go", "--foreground", name]);
        _program.WhenEnded(loop, ended);
    }

    /// <summary>What the program has said.</summary>
    internal string Said => _program.Said;

    /// <summary>How the program ended.</summary>
    internal string Ending => _program.Ending;

    internal override bool IsReady(out string? problem)
    {
        problem = null;
        return File.Exists(_path);
    }

    internal override void Configure(OpenWireGuard settings)
    {
        using var order = new SecretText().Add("set=1\nprivate_key=").AddHex(settings.PrivateKey.Bytes).Add("\nreplace_peers=true\n");
        if (settings.ListenPort > 0) order.Add($"listen_port={settings.ListenPort}\n");
        foreach (var peer in settings.Peers)
        {
            order.Add("public_key=").AddHex(peer.PublicKey).Add("\n");
            if (!peer.PresharedKey.IsEmpty) order.Add("preshared_key=").AddHex(peer.PresharedKey.Bytes).Add("\n");
            if (peer.Endpoint is { } endpoint) order.Add($"endpoint={endpoint}\n");
            order.Add($"persistent_keepalive_interval={Waking(peer)}\nreplace_allowed_ips=true\n");
            foreach (var prefix in peer.Allowed) order.Add($"allowed_ip={prefix}\n");
        }

        Ask(order.Add("\n").Bytes);
    }

    internal override void KeepAlive(TunnelPeer peer, int seconds)
    {
        using var order = new SecretText().Add("set=1\npublic_key=").AddHex(peer.PublicKey).Add($"\nupdate_only=true\npersistent_keepalive_interval={seconds}\n\n");
        Ask(order.Bytes);
    }

    internal override IReadOnlyList<PeerTraffic> ReadTraffic() => PeerTraffic.ReadUserspace(Ask("get=1\n\n"u8));

    public override void Dispose()
    {
        _program.Dispose();
        File.Delete(_path);
    }

    internal static int Waking(TunnelPeer peer) => peer.KeepaliveSeconds > 0 || peer.Endpoint is null ? peer.KeepaliveSeconds : WakingKeepalive;

    string Ask(ReadOnlySpan<byte> question)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            (socket.ReceiveTimeout, socket.SendTimeout) = (AnswerMillis, AnswerMillis);
            socket.Connect(new UnixDomainSocketEndPoint(_path));
            socket.Send(question);
            var answer = new StringBuilder();
            var buffer = new byte[4096];
            // An answer ends with an empty line; the program keeps the connection for the next question.
            while (!EndsWithEmptyLine(answer))
            {
                var count = socket.Receive(buffer);
                if (count == 0 || answer.Length > AnswerBytesMax) throw new IOException("wireguard-go broke its answer off");
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }

            var text = answer.ToString();
            return text.Contains("errno=0\n", StringComparison.Ordinal) ? text : throw new IOException("wireguard-go refused its configuration");
        }
        catch (SocketException silent)
        {
            throw new IOException($"wireguard-go does not answer: {silent.SocketErrorCode}", silent);
        }
    }

    static bool EndsWithEmptyLine(StringBuilder text) => text.Length >= 2 && text[^1] == '\n' && text[^2] == '\n';
}
