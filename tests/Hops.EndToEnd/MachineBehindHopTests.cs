using System.Net.Http.Json;
using System.Text;
using RemoteChain.Gateway.Machines;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>A machine at the end of a tunnel: it runs in the node, and its network is the site's.</summary>
public sealed class MachineBehindHopTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    static readonly TimeSpan s_boot = TimeSpan.FromMinutes(2);

    [SitesGuestFact]
    public async Task Open_MachineBehindATunnel_ReachesTheSiteByItsNamesAndNothingElse()
    {
        var rules = "\nnetwork:\n  allow: [tcp west-desk.west.lab:3389]\n";
        var template = ShippedMachines.DebianShell.Replace("name: debian-shell", "name: inside", StringComparison.Ordinal) + rules;
        await fixture.Node.SendAsync(HttpMethod.Put, "machine-templates/inside", new StringContent(template, Encoding.UTF8, "application/yaml"));
        var session = await fixture.OpenAsync("inside-machine", SiteLayers.WireGuard(3), "kind: machine\ntemplate: inside");
        var machine = $"machines/{Uri.EscapeDataString($"inside-machine~{session.GetProperty("id").GetString()}")}";
        await AwaitConsoleAsync(machine, "# ", s_boot);

        await fixture.Node.SendAsync(HttpMethod.Post, $"{machine}/console", JsonContent.Create(new
        {
            text = "nc -w 3 west-desk.west.lab 3389 < /dev/null && echo reached-$((6*7)); nc -w 3 192.168.1.10 22 < /dev/null || echo refused-$((6*7)); echo $((6*7))$((6*7))\n",
        }));
        var said = await AwaitConsoleAsync(machine, "4242", TimeSpan.FromSeconds(60));
        Assert.Contains("reached-42", said, StringComparison.Ordinal);
        Assert.Contains("refused-42", said, StringComparison.Ordinal);
        using var now = await fixture.Node.GetAsync(machine);
        Assert.Equal(1, now.RootElement.GetProperty("network").GetProperty("connections").GetInt32());
        await fixture.Node.EndAsync("inside-machine");
    }

    async Task<string> AwaitConsoleAsync(string machine, string part, TimeSpan patience)
    {
        var until = DateTime.UtcNow + patience;
        var last = "";
        while (DateTime.UtcNow < until)
        {
            using var text = await fixture.Node.GetAsync($"{machine}/console?from=0");
            last = text.RootElement.GetProperty("text").GetString()!;
            if (last.Contains(part, StringComparison.Ordinal)) return last;
            await Task.Delay(200);
        }
        throw new TimeoutException($"the machine did not say '{part}' but '{last}'");
    }
}

/// <summary>A test that needs the lab's sites and the guest of debian-shell with what its network card needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SitesGuestFactAttribute : FactAttribute
{
    public SitesGuestFactAttribute() => Skip = Lab.SitesMissing
        ?? (File.Exists(Path.Combine(GuestFiles.FolderDefault, "card", "17-virtio_net.ko")) ? null : "no guests: run deploy/steps/guests.sh");
}
