using Microsoft.Playwright;

namespace RemoteChain.Harness;

/// <summary>Desktops of the lab's host whose terminal says what it gets.</summary>
public static class Terminals
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(600), s_limit = TimeSpan.FromSeconds(15);

    /// <summary>A session of a user on the lab's host, live.</summary>
    public static async Task<string> OpenSessionAsync(this PortalFixture fixture, string chain, string user, string extraKeys = "")
    {
        await fixture.Node.AddHostAsync(chain, fixture.Lab, "desk-1", user, extraKeys);
        await fixture.Node.OpenAsync(chain);
        return (await fixture.Node.WaitForStateAsync(chain, "live")).GetProperty("id").GetString()!;
    }

    /// <summary>Its desktop in a browser, and the terminal in it, which writes down from now on.</summary>
    public static async Task<(BrowserDesktop Desktop, HostTerminal Terminal)> OpenTerminalAsync(
        this PortalFixture fixture, string chain, string user, string extraKeys = "", int width = 1024, int height = 768, float ratio = 1, bool hasTouch = false,
        bool resize = false, bool clipboard = false)
    {
        var session = await fixture.OpenSessionAsync(chain, user, extraKeys);
        var desktop = await BrowserDesktop.OpenAsync(fixture.Browser.Inner, fixture.Node, session, width, height, resize: resize, ratio: ratio, hasTouch: hasTouch,
            clipboard: clipboard, prepare: WatchAsync);
        await desktop.WaitUntilLiveAsync();
        await desktop.SettleAsync(s_quiet, s_limit);
        var terminal = await fixture.BeginTerminalAsync(user, async text =>
        {
            await desktop.ClickAsync((int)(200 / ratio), (int)(200 / ratio));
            await desktop.TypeAsync(text);
        });
        return (desktop, terminal);
    }

    /// <summary>Makes the terminal of a user's desktop write down what it gets.</summary>
    public static async Task<HostTerminal> BeginTerminalAsync(this PortalFixture fixture, string user, Func<string, Task> typing)
    {
        var terminal = new HostTerminal(fixture.Lab, "desk-1", user);
        await terminal.BeginAsync(typing);
        return terminal;
    }

    // What the page sends on its socket, as numbers behind each other.
    static Task WatchAsync(IPage page) => page.EvaluateAsync("""
        () => {
          window.sent = [];
          const post = Worker.prototype.postMessage;
          Worker.prototype.postMessage = function (order, ...rest) {
            if (order?.kind === 'send') sent.push([...order.bytes].join());
            return post.call(this, order, ...rest);
          };
        }
        """);
}
