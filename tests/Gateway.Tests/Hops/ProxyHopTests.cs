using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Hops;

/// <summary>Real proxies, and a few made-up ones that misbehave.</summary>
public sealed class ProxyHopTests : IDisposable
{
    private static readonly HopSignIn s_alice = new("proxy-login", "alice", "p w:1");

    private readonly Host _host = new();

    [Fact]
    public async Task Socks_WithoutSignIn_LeadsToTheHost()
    {
        using var proxy = ServerProcess.Microsocks();
        await SpeakThroughAsync(ProxyType.Socks5, proxy.Port, null);
    }

    [Fact]
    public async Task Socks_WithPassword_LeadsToTheHost()
    {
        using var proxy = ServerProcess.Microsocks(s_alice.User, s_alice.Password);
        await SpeakThroughAsync(ProxyType.Socks5, proxy.Port, s_alice);
    }

    [Fact]
    public async Task Socks_ANameAsTarget_IsResolvedByTheProxy()
    {
        using var proxy = ServerProcess.Microsocks();
        var result = await DialAsync(ProxyType.Socks5, proxy.Port, null, _host.Endpoint with { Host = "localhost" });
        await Host.SpeakAsync(result.Socket!);
        result.Socket!.Dispose();
    }

    [Fact]
    public async Task Socks_WrongPassword_NamesTheProxyAndTheSecret()
    {
        using var proxy = ServerProcess.Microsocks(s_alice.User, "another");
        var result = await DialAsync(ProxyType.Socks5, proxy.Port, s_alice, _host.Endpoint);
        AssertFailed(result, FailureStage.SignIn, FailureCause.WrongCredentials, $"proxy 127.0.0.1:{proxy.Port}", "proxy-login");
        Assert.DoesNotContain(s_alice.Password, result.Failure!.Detail);
    }

    [Fact]
    public async Task Socks_PasswordWantedAndNoneGiven_SaysWhatToDo()
    {
        using var proxy = ServerProcess.Microsocks(s_alice.User, s_alice.Password);
        var result = await DialAsync(ProxyType.Socks5, proxy.Port, null, _host.Endpoint);
        AssertFailed(result, FailureStage.SignIn, FailureCause.WrongCredentials, $"proxy 127.0.0.1:{proxy.Port}", "credentials");
    }

    [Fact]
    public async Task Socks_NobodyAtTheTarget_IsTheNextLayersFailure()
    {
        using var proxy = ServerProcess.Microsocks();
        var target = Host.Nobody;
        AssertFailed(await DialAsync(ProxyType.Socks5, proxy.Port, null, target), FailureStage.Dial, FailureCause.Refused, null, $"{target}");
    }

    [Fact]
    public async Task Dante_RulesForbidTheTarget_IsAPolicyAndNamesTheProxy()
    {
        var forbidden = Host.Nobody;
        using var proxy = ServerProcess.Dante(forbidden.Port);
        await SpeakThroughAsync(ProxyType.Socks5, proxy.Port, null);
        AssertFailed(
            await DialAsync(ProxyType.Socks5, proxy.Port, null, forbidden), FailureStage.Dial, FailureCause.PolicyRefused,
            $"proxy 127.0.0.1:{proxy.Port}", $"{forbidden}");
    }

    [Fact]
    public async Task Http_WithoutSignIn_LeadsToTheHost()
    {
        using var proxy = ServerProcess.Tinyproxy();
        await SpeakThroughAsync(ProxyType.Http, proxy.Port, null);
    }

    [Fact]
    public async Task Http_WithPassword_LeadsToTheHost()
    {
        var login = new HopSignIn("proxy-login", "alice", "pw1");
        using var proxy = ServerProcess.Tinyproxy(login.User, login.Password);
        await SpeakThroughAsync(ProxyType.Http, proxy.Port, login);
    }

    [Theory]
    [InlineData("wrong", "proxy-login")]
    [InlineData(null, "credentials")]
    public async Task Http_WrongOrNoPassword_NamesTheProxy(string? password, string told)
    {
        using var proxy = ServerProcess.Tinyproxy("alice", "pw1");
        var signIn = password is null ? null : new HopSignIn("proxy-login", "alice", password);
        var result = await DialAsync(ProxyType.Http, proxy.Port, signIn, _host.Endpoint);
        AssertFailed(result, FailureStage.SignIn, FailureCause.WrongCredentials, $"proxy 127.0.0.1:{proxy.Port}", told);
    }

    [Fact]
    public async Task Http_PortForbidden_IsAPolicyAndNamesTheProxy()
    {
        using var proxy = ServerProcess.Tinyproxy(onlyPort: 1);
        var result = await DialAsync(ProxyType.Http, proxy.Port, null, _host.Endpoint);
        AssertFailed(result, FailureStage.Dial, FailureCause.PolicyRefused, $"proxy 127.0.0.1:{proxy.Port}", $"{_host.Endpoint}");
    }

    [Fact]
    public async Task Http_NobodyAtTheTarget_IsTheNextLayersFailure()
    {
        using var proxy = ServerProcess.Tinyproxy();
        var target = Host.Nobody;
        AssertFailed(await DialAsync(ProxyType.Http, proxy.Port, null, target), FailureStage.Dial, FailureCause.Unreachable, null, $"{target}");
    }

    [Fact]
    public async Task HttpThroughSocks_LeadsToTheHost()
    {
        using var socks = ServerProcess.Microsocks();
        using var http = ServerProcess.Tinyproxy();
        var first = new ProxyHop(new ProxyLayer(1, ProxyType.Socks5, "127.0.0.1", socks.Port, null), null);
        var second = new ProxyHop(new ProxyLayer(2, ProxyType.Http, "127.0.0.1", http.Port, null), null);
        await using var dialer = (await Hop.FoldAsync([first, second], CancellationToken.None)).Dialer!;
        var result = await dialer.DialAsync(_host.Endpoint, CancellationToken.None);
        await Host.SpeakAsync(result.Socket!);
        result.Socket!.Dispose();
        Assert.Null(dialer.Network);
        Assert.Equal([1], dialer.Probes.Select(probe => probe.LayerNumber));
    }

    [Fact]
    public async Task Proxy_NotThere_NamesTheProxy()
    {
        int port = ServerProcess.FreePort();
        AssertFailed(
            await DialAsync(ProxyType.Http, port, null, _host.Endpoint), FailureStage.Dial, FailureCause.Refused, $"proxy 127.0.0.1:{port}", "127.0.0.1");
    }

    // The host that speaks first stands in for a server of another kind.
    [Theory]
    [InlineData(ProxyType.Socks5)]
    [InlineData(ProxyType.Http)]
    public async Task Proxy_SpeaksAnotherProtocol_SaysSo(ProxyType type)
    {
        int port = _host.Endpoint.Port;
        AssertFailed(
            await DialAsync(type, port, null, _host.Endpoint), FailureStage.Dial, FailureCause.ProtocolError, $"proxy 127.0.0.1:{port}", "does not speak");
    }

    [Fact]
    public async Task Proxy_NeverAnswers_EndsWithTheCaller()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var dialing = DialAsync(ProxyType.Http, ((IPEndPoint)listener.LocalEndpoint).Port, null, _host.Endpoint, patience.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await dialing);
    }

    [Fact]
    public async Task Probe_OfAProxy_IsAnsweredByItsMachine()
    {
        await using var dialer = await OpenAsync(ProxyType.Http, 1, null);
        var probe = Assert.Single(dialer.Probes);
        var echo = await probe.EchoAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.InRange(echo!.Value.RoundTripNanos, 1, 1_000_000_000);
        Assert.Null(echo.Value.InsideNanos);
    }

    public void Dispose() => _host.Dispose();

    private async Task SpeakThroughAsync(ProxyType type, int port, HopSignIn? signIn)
    {
        var result = await DialAsync(type, port, signIn, _host.Endpoint);
        Assert.True(result.Socket is not null, $"{result.Failure}");
        using var socket = result.Socket;
        await Host.SpeakAsync(socket);
        Assert.IsType<IPEndPoint>(socket.RemoteEndPoint);
    }

    private static async Task<DialResult> DialAsync(
        ProxyType type, int port, HopSignIn? signIn, HostEndpoint target, CancellationToken cancellationToken = default)
    {
        await using var dialer = await OpenAsync(type, port, signIn);
        return await dialer.DialAsync(target, cancellationToken);
    }

    private static async Task<Dialer> OpenAsync(ProxyType type, int port, HopSignIn? signIn) =>
        (await Hop.FoldAsync([new ProxyHop(new ProxyLayer(1, type, "127.0.0.1", port, null), signIn)], CancellationToken.None)).Dialer!;

    private static void AssertFailed(DialResult result, FailureStage stage, FailureCause cause, string? layer, string told)
    {
        Assert.Null(result.Socket);
        Assert.Equal((stage, cause, layer), (result.Failure!.Stage, result.Failure.Cause, result.Failure.Layer));
        Assert.Contains(told, result.Failure.Detail, StringComparison.Ordinal);
    }
}
