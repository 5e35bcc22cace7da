using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Latency.Probes;

/// <summary>Echoes of this machine's own network stack.</summary>
public sealed class HostEchoTests : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    readonly IcmpWire _wire = new();
    readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly Socket _host;

    public HostEchoTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _client.Connect(_listener.LocalEndPoint!);
        _host = _listener.Accept();
    }

    public void Dispose()
    {
        _wire.Dispose();
        _host.Dispose();
        _client.Dispose();
        _listener.Dispose();
    }

    [EchoFact]
    public async Task EchoAsync_ThisMachine_ComesBackAtOnce()
    {
        var nanos = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _wire.EchoAsync(IPAddress.Loopback, s_patience, default)));
        Assert.All(nanos, took => Assert.InRange(took!.Value, 1, 1_000_000_000));
        Assert.NotNull(await _wire.EchoAsync(IPAddress.IPv6Loopback, s_patience, default));
    }

    // 240.0.0.0/4 is reserved: nothing there answers, and most kernels do not even send.
    [Fact]
    public async Task EchoAsync_Nobody_IsNull() =>
        Assert.Null(await _wire.EchoAsync(IPAddress.Parse("240.0.0.1"), TimeSpan.FromMilliseconds(50), default));

    [Fact]
    public async Task EchoAsync_Disposed_IsNull()
    {
        _wire.Dispose();
        Assert.Null(await _wire.EchoAsync(IPAddress.Loopback, s_patience, default));
    }

    [Fact]
    public async Task RefusalEcho_ThisMachine_IsRefusedAtOnce() =>
        Assert.InRange((await RefusalEcho.MeasureAsync(IPAddress.Loopback, s_patience))!.Value, 1, 1_000_000_000);

    [Fact]
    public void TcpFigures_ConnectionInUse_CountsAndTimesItsSegments()
    {
        Talk(50);
        Assert.True(TcpFigures.TryRead(_client, out var first));
        Talk(50);
        Assert.True(TcpFigures.TryRead(_client, out var second));

        Assert.InRange(first.FloorNanos, 1, first.SmoothedNanos);
        Assert.InRange(second.Delivered - first.Delivered, 1, 50);
        Assert.InRange(second.Received - first.Received, 50, 101);
    }

    [Fact]
    public void TcpFigures_NoTcp_IsFalse()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.False(TcpFigures.TryRead(socket, out _));
    }

    [EchoFact]
    public async Task HostLeg_KnownServerInUse_KnowsTheWayAndSparesTheServer()
    {
        var (way, uses) = (new HostTransport(), new FrontEchoes());
        int asked = 0;
        await using var leg = new HostLeg(HostProbes.Auto, _client, way, uses, EchoOrigin.OfMachine(_wire), () => asked++);
        leg.Learn("os=0/0 caps=1.2.3.8.13.20.9.14 flags=0 refresh=1 suppress=1");
        await UntilKnownAsync(way, uses);

        Assert.InRange(way.Estimate(MonotonicClock.NowNanos())!.Value.Nanos, 1, 500_000_000);
        Assert.NotNull(way.FloorNanos(MonotonicClock.NowNanos()));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task HostLeg_OperatorAllowsItAndServerRefuses_AsksTheServer()
    {
        var (way, uses) = (new HostTransport(), new FrontEchoes());
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var leg = new HostLeg(HostProbes.Server, _client, way, uses, EchoOrigin.OfMachine(_wire), () => asked.TrySetResult());
        leg.Learn("os=1/3 caps=9.1.2.14.3 flags=0 refresh=1 suppress=1");
        uses.MarkUse(long.MaxValue);
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(1));
        leg.Echoed(new HostEcho(2_000_000));
        leg.Echoed(new HostEcho(2_000_000));

        Assert.NotNull(way.Estimate(MonotonicClock.NowNanos()));
    }

    [Fact]
    public async Task HostLeg_Ended_LeavesTheConnectionToItsOwner()
    {
        var leg = new HostLeg(HostProbes.Echo, _client, new HostTransport(), new FrontEchoes(), EchoOrigin.OfMachine(_wire), static () => { });
        await leg.DisposeAsync();
        Talk(1);
    }

    static async Task UntilKnownAsync(HostTransport way, FrontEchoes uses)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (way.Estimate(MonotonicClock.NowNanos()) is null)
        {
            uses.MarkUse(MonotonicClock.NowNanos());
            await Task.Delay(20, limit.Token);
        }
    }

    void Talk(int times)
    {
        byte[] buffer = new byte[1];
        for (int i = 0; i < times; i++)
        {
            _client.Send(buffer);
            _host.Receive(buffer);
            _host.Send(buffer);
            _client.Receive(buffer);
        }
    }

    /// <summary>For machines that let this process send ICMP echoes.</summary>
    sealed class EchoFactAttribute : FactAttribute
    {
        public EchoFactAttribute()
        {
            using var wire = new IcmpWire();
            if (wire.EchoAsync(IPAddress.Loopback, TimeSpan.FromSeconds(2), default).GetAwaiter().GetResult() is null)
            {
                Skip = "this user may not send ICMP echoes here (net.ipv4.ping_group_range, CAP_NET_RAW)";
            }
        }
    }
}
