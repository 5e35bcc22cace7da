using System.Diagnostics;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>A cable of a site can be made longer as `inject` makes those of hosts: whoever talks over it waits by what was asked for.</summary>
public sealed class CableTests : IAsyncLifetime
{
    const double DelayMillis = 40;

    NodeProcess _node = null!;
    Lab _lab = null!;

    public async Task InitializeAsync()
    {
        if (Lab.SitesMissing is not null) return;
        _lab = Lab.Open();
        _node = await NodeProcess.StartAsync(null, "--lab-faults");
    }

    public async Task DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
    }

    [SitesTheory]
    [InlineData("west", null, "west", 22)]                      // the machine to the router
    [InlineData("west-desk", "west", "west-desk", 3389)]        // the router to its desktop
    [InlineData("backbone", "west-desk", "east-desk", 3389)]    // what lies between the sites, under west-desk's own tunnel
    [InlineData("west-desk", "west-desk", "east-desk", 3389)]   // the LAN cable is under that tunnel too
    public void Inject_CableOfASite_IsLongerAndThenAsBefore(string cable, string? from, string to, int port)
    {
        int? process = from is null ? null : _lab.ProcessOf(from);
        string address = _lab.Sites.TryGetValue(to, out var site) ? site.Address : _lab.Sites.Values.Single(s => s.Desktop.Name == to).Desktop.Address;
        double before = ConnectMillis(process, address, port);
        using (var fault = InjectedFault.Begin(_node, "network", "--on", cable, "--delay", $"{DelayMillis}ms", "--lab", _lab.File))
        {
            // Not the difference from below: a disturbance of the first measurement is no lack of the second.
            Assert.InRange(ConnectMillis(process, address, port), DelayMillis, before + DelayMillis + 20);
        }

        Assert.InRange(ConnectMillis(process, address, port), 0, DelayMillis / 2);
    }

    /// <summary>The shortest of a few: what the way takes when nothing comes in between.</summary>
    static double ConnectMillis(int? process, string address, int port) => Enumerable.Range(0, 5).Min(_ =>
    {
        long began = Stopwatch.GetTimestamp();
        using var socket = Seat.Dial(process ?? Environment.ProcessId, address, port);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    });
}
