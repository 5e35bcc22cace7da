using System.Text.Json;
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

    /// <summary>The lab.</summary>
    public Lab Lab => Sites.Lab;

    public async Task InitializeAsync()
    {
        if (Lab.SitesMissing is null)
        {
            _sites = new SiteLayers(Lab.Open());
            _node = await NodeProcess.StartAsync(null, "--tunnel-grace", "2");
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

    /// <summary>Waits until a session has one of these states.</summary>
    public async Task<JsonElement> WaitAsync(string chain, params string[] states) => await Node.WaitForStateAsync(chain, states);
}
