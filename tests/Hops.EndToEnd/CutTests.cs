using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>
/// A cable is cut while somebody works: the layer that is gone is named, and the session is back by itself when the cable is mended. How soon is
/// what `bench cuts` measures. A host that only stands still keeps its session.
/// </summary>
public sealed class CutTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    private const int Stop = 19;
    private const int Continue = 18;

    private static readonly TimeSpan s_namedWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(40);

    /// <summary>What somebody does while the cable is cut.</summary>
    public enum Work
    {
        Types,
        Watches,
    }

    [SitesTheory]
    [InlineData(Work.Types)]
    [InlineData(Work.Watches)]
    public Task Cut_CableOfTheHost_IsTheHostsFailureAndHeals(Work work) => OneThread.Run(async () =>
    {
        string chain = $"cut-{work}".ToLowerInvariant();
        await fixture.Node.AddHostAsync(chain, fixture.Lab, "desk-1", "alice");
        using var viewer = fixture.Watch(chain);
        await fixture.Lab.CommandAsync("run", "desk-1", "alice", "clock");

        string said = await CutAsync(chain, "desk-1", viewer, work);

        Assert.StartsWith($"rdp {fixture.Lab.Hosts["desk-1"].Address}: the connection broke", said, StringComparison.Ordinal);
        await fixture.Node.EndAsync(chain);
    });

    [SitesFact]
    public Task Cut_CableOfTheProxy_IsTheProxysFailureAndHeals() => OneThread.Run(async () =>
    {
        await fixture.Node.SaveChainAsync("cut-proxy", fixture.Sites.Socks(), fixture.Sites.WestDesk("w01"));
        using var viewer = fixture.Watch("cut-proxy");

        string said = await CutAsync("cut-proxy", "west", viewer, Work.Types);

        Assert.StartsWith($"proxy {fixture.Lab.Sites["west"].Address}: this part of the way is down", said, StringComparison.Ordinal);
        await fixture.Node.EndAsync("cut-proxy");
    });

    [SitesTheory]
    [InlineData("cut", "west", "vpn wireguard-2: this part of the way is down")]
    [InlineData("cut", "west-desk", "rdp 192.168.1.10: the connection broke")]
    [InlineData("new-key", "west wireguard", "vpn wireguard-2: this part of the way is down")]
    public Task Cut_UnderATunnel_TellsTheTunnelFromTheHost(string verb, string what, string expected) => OneThread.Run(async () =>
    {
        string chain = $"tunnel-{verb}-{what}".Replace(' ', '-');
        await fixture.Node.SaveChainAsync(chain, SiteLayers.WireGuard(2), fixture.Sites.WestDesk("w02"));
        using var viewer = fixture.Watch(chain);

        string said = await CutAsync(chain, what, viewer, Work.Types, verb);

        Assert.StartsWith(expected, said, StringComparison.Ordinal);
        await fixture.Node.EndAsync(chain);
    });

    [SitesFact]
    public Task Pause_HostStandsStillForThreeSeconds_KeepsItsSession() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("paused", fixture.Lab, "desk-2", "bob");
        using var viewer = fixture.Watch("paused");
        int worker = (await SessionAsync("paused")).GetProperty("processId").GetInt32();
        var programs = ProcessTree.Descendants(fixture.Lab.ProcessOf("desk-2"));
        Assert.NotEmpty(programs);
        try
        {
            programs.ToList().ForEach(program => Assert.Equal(0, Signal(program, Stop)));
            Busy(viewer, Work.Types, TimeSpan.FromSeconds(3), () => false);
        }
        finally
        {
            programs.ToList().ForEach(program => Signal(program, Continue));
        }

        Busy(viewer, Work.Types, TimeSpan.FromSeconds(1), () => false);
        var session = await SessionAsync("paused");
        Assert.Equal(("live", worker), (session.GetProperty("state").GetString(), session.GetProperty("processId").GetInt32()));
        await fixture.Node.EndAsync("paused");
    });

    /// <summary>Cuts and mends a cable under load; gives back what the session said of it.</summary>
    private async Task<string> CutAsync(string chain, string cable, Viewer viewer, Work work, string verb = "cut")
    {
        // Long enough that every layer has answered once.
        Busy(viewer, work, TimeSpan.FromSeconds(2), () => false);
        string? said = null;
        int before = fixture.Node.FailuresOf(chain).Count;
        long named = 0;
        await fixture.Lab.CommandAsync(verb, cable.Split(' '));
        long cut = Stopwatch.GetTimestamp();
        try
        {
            Busy(viewer, work, s_namedWithin, () => (said = fixture.Node.FailuresOf(chain).Skip(before).FirstOrDefault()) is not null);
            named = Stopwatch.GetTimestamp();
        }
        finally
        {
            await fixture.Lab.CommandAsync(verb == "cut" ? "mend" : "old-key", cable.Split(' '));
        }

        Assert.True(said is not null, $"nothing was named within {s_namedWithin.TotalSeconds:0} s; {fixture.Node.Output}");
        long mended = Stopwatch.GetTimestamp();
        string state = "";
        while (state != "live" && Stopwatch.GetElapsedTime(mended) < s_backWithin)
        {
            Busy(viewer, Work.Watches, TimeSpan.FromMilliseconds(100), () => false);
            state = (await SessionAsync(chain)).GetProperty("state").GetString()!;
        }

        Assert.True(state == "live", $"{state}; {fixture.Node.Output}");
        Console.Error.WriteLine($"{chain}: named after {Stopwatch.GetElapsedTime(cut, named).TotalSeconds:0.00} s, back {Stopwatch.GetElapsedTime(mended).TotalSeconds:0.0} s after mending");
        return said;
    }

    private async Task<JsonElement> SessionAsync(string chain) =>
        await fixture.Node.SessionOfAsync(chain) ?? throw new InvalidOperationException($"no session of {chain}; {fixture.Node.Output}");

    private static void Busy(Viewer viewer, Work work, TimeSpan time, Func<bool> done)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time && !done();)
        {
            if (work == Work.Types)
            {
                viewer.Type("x");
            }

            viewer.Pump(TimeSpan.FromMilliseconds(50), done);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
