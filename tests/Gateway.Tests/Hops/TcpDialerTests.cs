using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Hops;

public class TcpDialerTests
{
    [Fact]
    public async Task DialAsync_SomebodyListens_GivesAConnectedSocket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var dialer = new TcpDialer(Network.Machine);

        var result = await dialer.DialAsync(Endpoint(listener), CancellationToken.None);

        using var accepted = await listener.AcceptSocketAsync();
        Assert.Null(result.Failure);
        Assert.Equal(accepted.RemoteEndPoint, result.Socket!.LocalEndPoint);
        result.Socket.Dispose();
    }

    [Fact]
    public async Task DialAsync_NobodyListens_IsRefusedAndNamesTheHost()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = Endpoint(listener);
        listener.Stop();

        var result = await new TcpDialer(Network.Machine).DialAsync(endpoint, CancellationToken.None);

        Assert.Null(result.Socket);
        Assert.Equal((FailureStage.Dial, FailureCause.Refused), (result.Failure!.Stage, result.Failure.Cause));
        Assert.Contains(endpoint.ToString(), result.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DialAsync_NoSuchName_SaysSo()
    {
        var result = await new TcpDialer(Network.Machine).DialAsync(new HostEndpoint("no-such-host.invalid", 3389), CancellationToken.None);
        Assert.Equal(FailureCause.NameUnknown, result.Failure!.Cause);
    }

    [Theory]
    [InlineData(0.3)]
    // Longer than a dial may take when nothing is written.
    [InlineData(10.5)]
    public async Task DirectHop_HostDoesNotAnswer_TimesOutInItsOwnTime(double seconds)
    {
        // A full backlog makes the kernel drop further connection requests: a host that does not answer, without leaving the machine.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var endpoint = new HostEndpoint("127.0.0.1", ((IPEndPoint)full.LocalEndPoint!).Port);
        var fillers = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        foreach (var filler in fillers)
        {
            _ = filler.ConnectAsync(IPAddress.Loopback, endpoint.Port);
        }

        var opened = await new DirectHop(TimeSpan.FromSeconds(seconds)).OpenAsync(new TcpDialer(Network.Machine), CancellationToken.None);
        var result = await opened.Dialer!.DialAsync(endpoint, CancellationToken.None);

        Assert.Equal((FailureCause.TimedOut, "direct"), (result.Failure!.Cause, result.Failure.Layer));
        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $"within {seconds} s"), result.Failure.Detail, StringComparison.Ordinal);
        fillers.ForEach(s => s.Dispose());
    }

    private static HostEndpoint Endpoint(TcpListener listener) => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
}
