using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.WireGuard;

/// <summary>A WireGuard tunnel: open when its first handshake has happened, lost when its peers fall silent or its program ends.</summary>
sealed class WireGuardTunnel(EventLoop loop, NetworkNamespace outer, OpenWireGuard settings) : Tunnel(loop, outer, settings.Tunnel)
{
    /// <summary>How long the far end may take for its first answer.</summary>
    internal static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(8);

    static readonly TimeSpan s_programPatience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(10);

    readonly long _begunNanos = MonotonicClock.NowNanos();
    Silence[] _silences = [];
    WireGuardDevice? _device;

    TimeSpan Elapsed => TimeSpan.FromTicks((MonotonicClock.NowNanos() - _begunNanos) / TimeSpan.NanosecondsPerTick);

    internal override void Start() => Next(Make, TimeSpan.Zero);

    protected override void TakeDown()
    {
        _device?.Dispose();
        settings.Dispose();
    }

    void Make()
    {
        _device = (WireGuardDevice?)KernelDevice.TryCreate(Outer, Inner, Device) ?? new UserspaceDevice(Outer, Device, Loop, ProgramEnded);
        WaitForDevice();
    }

    void ProgramEnded() => Fail(FailureCause.HopDown, $"wireguard-go ended: {((UserspaceDevice)_device!).Ending}", FailureStage.Run);

    void WaitForDevice()
    {
        if (_device!.IsReady(out _)) Connect();
        else if (Elapsed > s_programPatience) Fail(FailureCause.HopDown, $"wireguard-go did not make its device: {((UserspaceDevice)_device).Said}");
        else Next(WaitForDevice, s_soon);
    }

    void Connect()
    {
        _device!.Configure(settings);
        MoveIn();
        Furnish(settings.Addresses, settings.Peers.SelectMany(peer => peer.Allowed), settings.Mtu);
        WaitForHandshake();
    }

    void WaitForHandshake()
    {
        var traffic = _device!.ReadTraffic();
        for (var i = 0; i < traffic.Count && i < settings.Peers.Count; i++)
        {
            if (traffic[i].HandshakeSeconds == 0) continue;
            Open();
            return;
        }

        if (Elapsed > HandshakePatience)
        {
            Fail(FailureCause.TimedOut, $"no handshake with {string.Join(", ", settings.Peers.Select(peer => peer.Endpoint))} within "
                + $"{HandshakePatience.TotalSeconds:0} s: the address or a key is wrong, or UDP does not get through", FailureStage.Handshake);
            return;
        }

        Next(WaitForHandshake, s_soon);
    }

    void Open()
    {
        foreach (var peer in settings.Peers)
            if (UserspaceDevice.Waking(peer) != peer.KeepaliveSeconds) _device!.KeepAlive(peer, peer.KeepaliveSeconds);
        _silences = [.. settings.Peers.Select(peer => new Silence(peer.KeepaliveSeconds))];
        Next(Watch);
        Opened?.Invoke(new(Number, settings.Peers.FirstOrDefault(peer => peer.Endpoint is not null)?.Endpoint, settings.Addresses, [], []));
    }

    void Watch()
    {
        var traffic = _device!.ReadTraffic();
        var now = MonotonicClock.NowNanos() / 1e9;
        for (var i = 0; i < traffic.Count && i < _silences.Length; i++)
        {
            if (!_silences[i].IsTooLong(traffic[i], now)) continue;
            Fail(FailureCause.HopDown, $"{settings.Peers[i].Endpoint} answers no more", FailureStage.Run);
            return;
        }

        Next(Watch);
    }
}
