using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>A tunnel as a hop: what comes next is dialed from its inside.</summary>
/// <param name="layer">The layer; its title names it in failures.</param>
/// <param name="plan">What the tunnel is made from.</param>
/// <param name="tunnels">The node's tunnels.</param>
public sealed class VpnHop(VpnLayer layer, TunnelPlan plan, TunnelPool tunnels) : Hop
{
    /// <inheritdoc/>
    public override string Layer => layer.Title;

    /// <inheritdoc/>
    public override async ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken)
    {
        if (inner.Network is not { } outer)
            return Failed(new(FailureStage.Dial, FailureCause.Unsupported,
                "a tunnel sends packets, but the layer before it carries only connections; put the tunnel first"));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(layer.Timeout);
        try
        {
            var (lease, failure) = await tunnels.TakeAsync(plan, outer, deadline.Token);
            return lease is null ? Failed(failure!) : new HopResult(new VpnDialer(inner, outer, lease, layer, plan), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(new(FailureStage.Handshake, FailureCause.TimedOut, $"the tunnel was not open within {layer.Timeout.TotalSeconds:0.#} s"));
        }
    }

    private HopResult Failed(Failure failure) => new(null, failure with { Layer = Layer });

    private sealed class VpnDialer : Dialer
    {
        private readonly Dialer _inner;
        private readonly TunnelLease _lease;
        private readonly TcpDialer _dialer;

        public VpnDialer(Dialer inner, Network outer, TunnelLease lease, VpnLayer layer, TunnelPlan plan)
        {
            (_inner, _lease, _dialer) = (inner, lease, new TcpDialer(lease.Network));
            // Its endpoint, outside of the tunnel: what is inside answers as the transport of the layer behind.
            Probes = lease.Network.Tunnel.Facts.Endpoint is { } endpoint
                ? [.. inner.Probes, new KernelProbe(layer.Number, layer.Title, outer, endpoint.Address.ToString())]
                : inner.Probes;
            // Its endpoint may answer while nobody is at home in the tunnel: a server that was stopped, or has another key.
            Signs =
            [
                .. inner.Signs, .. Probes.Skip(inner.Probes.Count),
                .. FarInside(plan, lease.Network.Tunnel.Facts) is { } inside
                    ? new[] { new KernelProbe(layer.Number, layer.Title, lease.Network, inside.ToString()) } : [],
            ];
            Lost = LostAsync(layer.Title);
        }

        public override Network Network => _lease.Network;

        public override IReadOnlyList<HopProbe> Probes { get; }

        public override IReadOnlyList<HopProbe> Signs { get; }

        public override Task<Failure> Lost { get; }

        public override ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken) =>
            _dialer.DialAsync(target, patience, cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            _lease.Dispose();
            await _inner.DisposeAsync();
        }

        // Who is most likely at the far end: the first DNS server inside, else the first address of the tunnel's own network.
        private static IPAddress? FarInside(TunnelPlan plan, TunnelOpened facts)
        {
            if (plan.NameServersOf(facts) is [var server, ..])
            {
                return server;
            }

            foreach (var own in facts.Addresses.Where(own => own.Address.AddressFamily == AddressFamily.InterNetwork && own.PrefixLength < 31))
            {
                byte[] first = own.Address.GetAddressBytes();
                uint network = BinaryPrimitives.ReadUInt32BigEndian(first) & (uint.MaxValue << (32 - own.PrefixLength));
                BinaryPrimitives.WriteUInt32BigEndian(first, network + 1);
                return new IPAddress(first);
            }

            return null;
        }

        // Whatever is around it tells its end first.
        private async Task<Failure> LostAsync(string title)
        {
            var first = await Task.WhenAny(_inner.Lost, _lease.Network.Tunnel.Lost);
            return first == _inner.Lost ? await first : await first with { Layer = title };
        }
    }
}
