using System.Net;
using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>One node that knows the secrets of the lab's sites, for the tests of one class.</summary>
public sealed class SitesFixture : IAsyncLifetime
{
    private NodeProcess? _node;
    private SiteLayers? _sites;

    /// <summary>The node.</summary>
    public NodeProcess Node => _node!;

    /// <summary>The lab's sites as layers.</summary>
    public SiteLayers Sites => _sites!;

    /// <summary>Where other nodes come in; the routers reach it.</summary>
    public IPEndPoint Door { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>The lab.</summary>
    public Lab Lab => Sites.Lab;

    public async Task InitializeAsync()
    {
        if (Lab.SitesMissing is null)
        {
            _sites = new SiteLayers(Lab.Open());
            Door = new IPEndPoint(IPAddress.Parse(_sites.Lab.Sites["west"].Gateway), FreeRdpProxy.FreePort());
            _node = await NodeProcess.StartAsync(null, "--tunnel-grace", "2", "--relay", $"{Door}");
            await _sites.SaveSecretsAsync(_node);
        }
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    /// <summary>Saves a chain, opens a session of it by the API and waits until the host's picture is there.</summary>
    public async Task<JsonElement> OpenAsync(string chain, params string[] layers)
    {
        await Node.SaveChainAsync(chain, layers);
        await Node.OpenAsync(chain);
        return await WaitAsync(chain, "live");
    }

    /// <summary>The same for a chain that must fail; returns its sentence.</summary>
    public async Task<string> FailAsync(string chain, params string[] layers)
    {
        await Node.SaveChainAsync(chain, layers);
        await Node.OpenAsync(chain);
        var session = await WaitAsync(chain, "failed", "reconnecting");
        await Node.EndAsync(chain);
        return session.GetProperty("failure").GetString()!;
    }

    /// <summary>Saves a chain.</summary>
    public Task SaveAsync(string chain, params string[] layers) => Node.SaveChainAsync(chain, layers);

    /// <summary>Connects to the front door and waits for the host's picture; its terminal has the keyboard then.</summary>
    public Viewer Watch(string chain)
    {
        var (viewer, failure) = Viewer.Connect("127.0.0.1", Node.RdpPort, o => o with
        {
            User = $"{NodeProcess.Admin}#{chain}", Password = Node.AdminPassword, Security = RdpSecurity.Tls,
        });
        Assert.True(viewer is not null, $"{failure}");
        Assert.True(viewer.Pump(TimeSpan.FromSeconds(20), () => viewer.Paints > 0 && !NoticePixel.Is(viewer.PixelAt(2, 2))), $"no picture; {viewer.Ended}");
        viewer.Settle(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));
        viewer.Click(200, 200);
        return viewer;
    }

    /// <summary>Types one key and waits until it paints, in a desktop where nothing paints without one.</summary>
    public static void AssertKeysPaint(Viewer viewer)
    {
        viewer.Settle(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));
        long before = viewer.Paints;
        Assert.False(viewer.Pump(TimeSpan.FromMilliseconds(500), () => viewer.Paints > before), "something paints by itself");
        viewer.Type("x");
        Assert.True(viewer.Pump(TimeSpan.FromSeconds(5), () => viewer.Paints > before), $"the key did not paint; {viewer.Ended}");
    }

    /// <summary>Waits until a session has one of these states.</summary>
    public async Task<JsonElement> WaitAsync(string chain, params string[] states) => await Node.WaitForStateAsync(chain, states);
}
