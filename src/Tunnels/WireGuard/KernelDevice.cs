using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.WireGuard;

/// <summary>A device of the kernel's WireGuard module, told what to do by <c>wg</c>. It remembers the place where it was made and sends its
/// packets from there, wherever it is moved.</summary>
sealed class KernelDevice : WireGuardDevice
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    static bool s_isMissing;

    readonly NetworkNamespace _outer, _inner;
    readonly string _name;

    KernelDevice(NetworkNamespace outer, NetworkNamespace inner, string name) => (_outer, _inner, _name) = (outer, inner, name);

    /// <summary>Makes a device; null where the kernel has no such kind, which is asked once.</summary>
    internal static KernelDevice? TryCreate(NetworkNamespace outer, NetworkNamespace inner, string name)
    {
        if (s_isMissing) return null;
        s_isMissing = IpCommand.Run(outer, [$"link add dev {name} type wireguard"]) is not null;
        return s_isMissing ? null : new(outer, inner, name);
    }

    internal override bool IsReady(out string? problem)
    {
        problem = null;
        return true;
    }

    internal override void Configure(OpenWireGuard settings)
    {
        using var text = new SecretText().Add("[Interface]\nPrivateKey=").AddBase64(settings.PrivateKey.Bytes).Add("\n");
        if (settings.ListenPort > 0) text.Add($"ListenPort={settings.ListenPort}\n");
        foreach (var peer in settings.Peers)
        {
            text.Add("[Peer]\nPublicKey=").AddBase64(peer.PublicKey).Add("\n");
            if (!peer.PresharedKey.IsEmpty) text.Add("PresharedKey=").AddBase64(peer.PresharedKey.Bytes).Add("\n");
            if (peer.Endpoint is { } endpoint) text.Add($"Endpoint={endpoint}\n");
            text.Add($"PersistentKeepalive={UserspaceDevice.Waking(peer)}\n");
            if (peer.Allowed.Count > 0) text.Add($"AllowedIPs={string.Join(", ", peer.Allowed)}\n");
        }

        // Before the device is moved: it is still where it was made.
        Run(_outer, ["wg", "setconf", _name, "/dev/stdin"], text.Bytes);
    }

    internal override void KeepAlive(TunnelPeer peer, int seconds) =>
        Run(_inner, ["wg", "set", _name, "peer", Convert.ToBase64String(peer.PublicKey), "persistent-keepalive", $"{seconds}"], default);

    internal override IReadOnlyList<PeerTraffic> ReadTraffic() => PeerTraffic.ReadDump(Run(_inner, ["wg", "show", _name, "dump"], default));

    public override void Dispose()
    {
        // Whichever place it is in; inside, it would also go with the namespace.
        if (IpCommand.Run(_inner, [$"link del dev {_name}"]) is not null) IpCommand.Run(_outer, [$"link del dev {_name}"]);
    }

    static string Run(NetworkNamespace place, IReadOnlyList<string> command, ReadOnlySpan<byte> input)
    {
        using var file = MemoryFile.Of(input);
        using var program = TunnelProgram.Start(place, command, file);
        return program.WaitForSuccess(s_patience) ? program.Output : throw new IOException($"wg: {program.Said}");
    }
}
