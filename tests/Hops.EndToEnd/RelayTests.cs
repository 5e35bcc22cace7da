using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>Desktops behind a real relay at a site: one that is dialed, and one that lets nobody in, dials out and waits.</summary>
public sealed class RelayTests(SitesFixture fixture) : IClassFixture<SitesFixture>, IAsyncLifetime
{
    private const int RelayPort = 7443;
    private static readonly TimeSpan s_namedWithin = TimeSpan.FromSeconds(4);

    private SiteRelay? _relay;

    private SiteRelay Relay => _relay!;

    private LabSite West => fixture.Lab.Sites["west"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
            (await fixture.Node.Api.DeleteAsync("relays/peers/west-relay")).Dispose();
        }
    }

    [SitesFact]
    public Task Open_ThroughARelay_KeysPaint_AndWhatNoRuleNamesIsRefusedThere() => OneThread.Run(async () =>
    {
        await EnrolAsync();
        await fixture.SaveAsync("relayed", Through, fixture.Sites.WestDesk("w01"));
        using (var viewer = fixture.Watch("relayed"))
        {
            SitesFixture.AssertKeysPaint(viewer);
        }

        Assert.Contains("192.168.1.10:3389", await Relay.AuditAsync("relay-opened"), StringComparison.Ordinal);
        await fixture.Node.EndAsync("relayed");

        var desk = fixture.Lab.Hosts["desk-1"];
        string said = await fixture.FailAsync("forbidden", Through, $"kind: rdp\nhost: {desk.Address}\ncredentials: west-desk-w01");

        string why = $"none of its 1 rules for office names {desk.Address}:{desk.Port}";
        Assert.Equal($"relay west-relay: a rule forbids it (west-relay says: {why})", said);
        string refused = await Relay.AuditAsync("relay-refused");
        Assert.Contains(why, refused, StringComparison.Ordinal);
        Assert.Contains("office", refused, StringComparison.Ordinal);
    });

    [SitesTheory]
    [InlineData("TERM")]
    [InlineData("STOP")]
    public Task Run_RelayIsGone_IsNamedAndTheSessionComesBackByItself(string signal) => OneThread.Run(async () =>
    {
        await EnrolAsync();
        string chain = $"relay-{signal}".ToLowerInvariant();
        await fixture.SaveAsync(chain, Through, fixture.Sites.WestDesk("w02"));
        using var viewer = fixture.Watch(chain);
        SitesFixture.AssertKeysPaint(viewer);

        long gone = Stopwatch.GetTimestamp();
        await (signal == "STOP" ? Relay.SignalAsync(signal) : Relay.StopAsync(signal));
        string? said = null;
        while (said is null && Stopwatch.GetElapsedTime(gone) < s_namedWithin * 2)
        {
            viewer.Pump(TimeSpan.FromMilliseconds(30), () => false);
            said = (await fixture.Node.SessionOfAsync(chain))!.Value.GetProperty("failure").GetString();
        }

        var named = Stopwatch.GetElapsedTime(gone);
        Assert.True(
            named < s_namedWithin, $"after {named.TotalSeconds:0.00} s: {said}; {await fixture.Node.SessionOfAsync(chain)}; {fixture.Node.Output}");
        Assert.StartsWith("relay west-relay: this part of the way is down", said, StringComparison.Ordinal);

        await (signal == "STOP" ? Relay.SignalAsync("CONT") : Relay.StartAsync());
        long back = Stopwatch.GetTimestamp();
        await fixture.WaitAsync(chain, "live");
        Console.Error.WriteLine($"{chain}: named after {named.TotalSeconds:0.00} s, back {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s after the relay");
        SitesFixture.AssertKeysPaint(viewer);
        await fixture.Node.EndAsync(chain);
    });

    [SitesFact]
    public Task Open_ThroughARelayThatDialsOut_KeysPaint_AndItComesBackWithTheRelay() => OneThread.Run(async () =>
    {
        _relay = new SiteRelay(fixture.Lab, "west", null);
        await Relay.StartAsync();
        string invited = await fixture.Node.SendAsync(HttpMethod.Post, "relays/invitations", JsonContent.Create(new { name = "west-relay" }));
        using (var invitation = JsonDocument.Parse(invited))
        {
            await Relay.CommandAsync(
                invitation.RootElement.GetProperty("code").GetString(), "relay", "enroll", $"{fixture.Door}", "--name", "office");
        }

        await Relay.CommandAsync(null, "relay", "allow", "192.168.1.10:3389", "--for", "office");
        string before = await fixture.FailAsync("not-joined", Through, fixture.Sites.WestDesk("w03"));
        Assert.StartsWith("relay west-relay: this part of the way is down", before, StringComparison.Ordinal);
        Assert.Contains("does not wait here now", before, StringComparison.Ordinal);

        await Relay.CommandAsync(null, "relay", "join", "office");
        await fixture.SaveAsync("joined", Through, fixture.Sites.WestDesk("w03"));
        await WaitsAsync();
        using var viewer = fixture.Watch("joined");
        SitesFixture.AssertKeysPaint(viewer);

        await Relay.StopAsync("KILL");
        var lost = await fixture.WaitAsync("joined", "reconnecting", "connecting");
        Assert.StartsWith("relay west-relay: this part of the way is down", lost.GetProperty("failure").GetString(), StringComparison.Ordinal);
        await Relay.StartAsync();
        await fixture.WaitAsync("joined", "live");
        SitesFixture.AssertKeysPaint(viewer);
        await fixture.Node.EndAsync("joined");
    });

    private const string Through = "kind: relay\nnode: west-relay";

    /// <summary>Starts a relay that lets the node in, and enrols the node there.</summary>
    private async Task EnrolAsync()
    {
        string address = $"{West.Address}:{RelayPort}";
        _relay = new SiteRelay(fixture.Lab, "west", address);
        await Relay.StartAsync();
        string code = await Relay.InviteAsync("office");
        await fixture.Node.SendAsync(HttpMethod.Post, "relays/enrolments", JsonContent.Create(new { name = "west-relay", address, code }));
        await Relay.CommandAsync(null, "relay", "allow", "192.168.1.10:3389");
    }

    private async Task WaitsAsync()
    {
        string state = "";
        for (int i = 0; i < 100 && state != "waits here"; i++, await Task.Delay(50))
        {
            using var relays = await fixture.Node.GetAsync("relays");
            state = relays.RootElement.GetProperty("peers").EnumerateArray().Single().GetProperty("state").GetString()!;
        }

        Assert.Equal("waits here", state);
    }
}
