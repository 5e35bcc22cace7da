using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

/// <summary>A site that lets nobody in dials out and waits; the connections through it are its own.</summary>
public sealed class ReverseRelayTests : IDisposable
{
    private readonly RelaySite _home = new(), _hidden = new(hasDoor: false);
    private readonly EchoHost _host = new();

    public void Dispose()
    {
        _host.Dispose();
        _hidden.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task Dial_ThroughANodeThatWaits_CarriesBytes()
    {
        await JoinAsync();
        _hidden.Relays.Allow("127.0.0.1", "home");
        await using var dialer = await _home.ThroughAsync("hidden");

        for (int i = 0; i < 3; i++)
        {
            var dialed = await dialer.DialAsync(_host.Address, CancellationToken.None);
            Assert.Null(dialed.Failure);
            using var socket = dialed.Socket!;
            socket.Send("hello"u8);
            Assert.Equal(5, socket.Receive(new byte[5]));
            Assert.NotNull(await dialer.Probes[0].EchoAsync(TimeSpan.FromSeconds(10), CancellationToken.None));
        }
    }

    [Fact]
    public async Task Dial_OutsideTheRulesOfANodeThatWaits_IsRefused()
    {
        await JoinAsync();
        await using var dialer = await _home.ThroughAsync("hidden");

        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;

        Assert.Equal((FailureCause.PolicyRefused, "relay hidden"), (failure.Cause, failure.Layer));
        Assert.Contains("no rule", _hidden.LastRefusal());
    }

    [Fact]
    public async Task Dial_WhenItDoesNotWait_SaysSoAndWorksOnceItDoes()
    {
        await JoinAsync();
        _hidden.Relays.Allow("127.0.0.1", null);
        await using var dialer = await _home.ThroughAsync("hidden");
        _hidden.Node.Leave("home");
        await UntilAsync(() => !_home.Node.Waiting.IsWaiting("hidden"));

        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;
        Assert.Equal((FailureCause.HopDown, "relay hidden"), (failure.Cause, failure.Layer));
        Assert.Contains("does not wait here now", failure.Detail);

        _hidden.Node.Join(_hidden.Relays.Find("home")!);
        await UntilAsync(() => _home.Node.Waiting.IsWaiting("hidden"));
        using var socket = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Socket;
        Assert.NotNull(socket);
    }

    [Fact]
    public async Task Lost_WhenTheWaitingNodeDies_NamesIt()
    {
        await JoinAsync();
        _hidden.Relays.Allow("127.0.0.1", null);
        await using var dialer = await _home.ThroughAsync("hidden");
        using var socket = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Socket!;

        _hidden.Node.Dispose();

        Assert.Equal("relay hidden", (await dialer.Lost.WaitAsync(TimeSpan.FromSeconds(20))).Layer);
    }

    private async Task JoinAsync()
    {
        await _hidden.EnrolAtAsync(_home, "hidden", "home");
        _hidden.Node.Join(_hidden.Relays.Find("home")!);
        await UntilAsync(() => _home.Node.Waiting.IsWaiting("hidden"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 1000, "it did not happen within 20 s");
            await Task.Delay(20);
        }
    }
}
