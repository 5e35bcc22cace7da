using System.Net.Http.Json;
using RemoteChain.Harness;

namespace RemoteChain.Sharing.EndToEnd;

/// <summary>Text through the clipboard between an ordinary client and a real xrdp host.</summary>
public sealed class ClipboardTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    // As xrdp 0.9 hands it on, to whatever client: with Windows' line ends, and it never answers for characters beyond the basic plane.
    const string Text = "eins\nzwei ä € drei", AtTheHost = "eins\r\nzwei ä € drei";

    [LabFact]
    public async Task CopyAndPaste_OrdinaryClientAndXrdp_BothWaysAndNotInAnyLog()
    {
        await fixture.Node.AddHostAsync("clip", fixture.Lab, "desk-1", "u34");
        using var display = await XDisplay.StartAsync();
        using var client = Start(display, "clip");
        var (here, there) = await BothAsync("clip", "u34", display, client);

        await ArriveAsync(there, here);
        await here.CopyAsync(Text);
        Assert.Equal(AtTheHost, await there.PasteUntilAsync(AtTheHost));

        string back = $"from the host\n{new string('x', 40_000)} end";
        await there.CopyAsync(back);
        Assert.Equal(back, await here.PasteUntilAsync(back));

        await here.CopyAsync("again");
        Assert.Equal("again", await there.PasteUntilAsync("again"));
        foreach (string said in new[] { fixture.Node.Output, await fixture.Node.Api.GetStringAsync("audit?limit=10000"), await fixture.Node.Api.GetStringAsync("sessions") })
        {
            Assert.DoesNotContain("zwei", said, StringComparison.Ordinal);
            Assert.DoesNotContain("from the host", said, StringComparison.Ordinal);
        }
    }

    [LabTheory]
    [InlineData("to-host", "u35", true, false)]
    [InlineData("from-host", "u36", false, true)]
    [InlineData("off", "u37", false, false)]
    public async Task CopyAndPaste_AgainstThePolicy_DoesNotArrive(string policy, string user, bool toHost, bool fromHost)
    {
        string chain = $"clip-{policy}";
        var host = fixture.Lab.Hosts["desk-1"];
        await fixture.Node.SendAsync(HttpMethod.Put, $"secrets/{chain}", JsonContent.Create(new { user, password = fixture.Lab.Password("desk-1", user) }));
        await fixture.Node.SaveChainAsync(chain, $"kind: gateway\nclipboard: {policy}",
            $"kind: rdp\nhost: {host.Address}\nport: {host.Port}\ncredentials: {chain}");
        using var display = await XDisplay.StartAsync();
        using var client = Start(display, chain);
        var (here, there) = await BothAsync(chain, user, display, client);

        await there.CopyAsync("host");
        await here.CopyAsync("client");
        // What may pass shows when it would have come; what may not is looked for after it.
        Assert.Equal(toHost ? "client" : "host", toHost ? await there.PasteUntilAsync("client") : await there.PasteAsync());
        await there.CopyAsync("host");
        Assert.Equal(fromHost ? "host" : "client", fromHost ? await here.PasteUntilAsync("host") : await here.PasteAsync());
    }

    /// <summary>
    /// The host's copy has arrived before the client copies: RDP has no arbiter, so that of two copies within some 30 ms each end may hold the
    /// other's for the last one, and then nobody can paste until somebody copies again. One letter, because xfreerdp 3.10 pastes no more than
    /// the first one until it has copied itself; it does so without a gateway, too.
    /// </summary>
    static async Task ArriveAsync(Selection from, Selection to)
    {
        string? seen = null;
        for (int i = 0; i < 60 && seen != "1"; i++)
        {
            await from.CopyAsync("1");
            await Task.Delay(250);
            seen = await to.PasteAsync();
        }

        Assert.Equal("1", seen);
    }

    XFreeRdp Start(XDisplay display, string chain) => XFreeRdp.Start(
        display, $"127.0.0.1:{fixture.Node.RdpPort}", $"{NodeProcess.Admin}#{chain}", fixture.Node.AdminPassword, "/size:800x600", "/sec:tls", "+clipboard");

    async Task<(Selection Here, Selection There)> BothAsync(string chain, string user, XDisplay display, XFreeRdp client)
    {
        await fixture.WaitForSessionAsync(chain, session => session.Contains("\"state\":\"live\"", StringComparison.Ordinal));
        var there = Selection.Of(fixture.Lab, "desk-1", user);
        // The user's session is there before its programs are: copying works as soon as it has a display.
        for (int i = 0; ; i++)
        {
            try
            {
                await there.CopyAsync("first");
                break;
            }
            catch (InvalidOperationException) when (i < 60)
            {
                await Task.Delay(250);
            }
        }

        Assert.False(client.HasExited, client.Log);
        return (Selection.Of(display), there);
    }
}
