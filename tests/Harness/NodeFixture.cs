using FreeRdp;

namespace RemoteChain.Harness;

/// <summary>One node and the lab, for the tests of one class.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private NodeProcess? _node;
    private Lab? _lab;

    /// <summary>The node.</summary>
    public NodeProcess Node => _node!;

    /// <summary>The lab.</summary>
    public Lab Lab => _lab!;

    public async Task InitializeAsync()
    {
        if (Lab.Missing is null)
        {
            _lab = Lab.Open();
            _node = await NodeProcess.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    /// <summary>Opens a chain with our own client.</summary>
    public Viewer Open(string chain, string suffix = "", string? user = null, string? password = null)
    {
        var (viewer, failure) = Viewer.Connect("127.0.0.1", Node.RdpPort, o => o with
        {
            User = $"{user ?? NodeProcess.Admin}#{chain}{suffix}", Password = password ?? Node.AdminPassword, Security = RdpSecurity.Tls,
        });
        Assert.True(viewer is not null, $"{failure}");
        return viewer;
    }

    /// <summary>Waits until a session says what is expected of it.</summary>
    public async Task<string> WaitForSessionAsync(string chain, Func<string, bool> expected, Viewer? served = null)
    {
        string last = "";
        for (int i = 0; i < 150; i++)
        {
            last = (await Node.SessionOfAsync(chain))?.ToString() ?? "";
            if (expected(last))
            {
                return last;
            }

            if (served is null)
            {
                await Task.Delay(100);
            }
            else
            {
                served.Pump(TimeSpan.FromMilliseconds(100), () => false);
            }
        }

        Assert.Fail($"the session of {chain} says: {last}; the node says: {Node.Output}");
        return last;
    }

    /// <summary>Waits until the host's desktop stands on the viewer and its xterm has the focus.</summary>
    public static void Settle(Viewer viewer)
    {
        Assert.True(viewer.Pump(TimeSpan.FromSeconds(20), () => viewer.Paints > 0 && !NoticePixel.Is(viewer.PixelAt(2, 2))), $"no picture; {viewer.Ended}");
        viewer.Settle(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(10));
        viewer.Click(200, 200);
        viewer.Settle(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3));
    }
}
