using Microsoft.Playwright;

namespace RemoteChain.BrowserClient.EndToEnd;

/// <summary>Keys, dead keys, input methods and the browser's own keys, as a terminal at a real host with a German layout gets them.</summary>
public sealed class KeyboardTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    [DesktopFact]
    public async Task Keys_PlacesCompositionsAndCharacters_ReachTheHost()
    {
        var (desktop, terminal) = await fixture.OpenTerminalAsync("keys", "u17", extraKeys: "    keyboard: de\n");
        await using var _ = desktop;
        var input = await desktop.Page.Context.NewCDPSessionAsync(desktop.Page);

        // By its place: what a US keyboard calls Y writes Z there.
        await PlaceAsync(input, "KeyY", "y", 89);
        Assert.Equal("z", await terminal.TakeAsync(got => got.Length > 0));
        // A dead key of this keyboard is one of the host's: nothing yet, then both as one letter.
        await PlaceAsync(input, "Equal", "Dead", 187);
        Assert.Equal("", await terminal.TakeAsync(_ => false));
        await PlaceAsync(input, "KeyE", "e", 69);
        Assert.Equal("é", await terminal.TakeAsync(got => got.Length > 0));

        // An input method: what is being composed stays here, what comes of it goes there, once.
        await ComposeAsync(input, "o");
        await ComposeAsync(input, "ö");
        Assert.Equal("", await terminal.TakeAsync(_ => false));
        await input.SendAsync("Input.insertText", new() { ["text"] = "ö" });
        Assert.Equal("ö", await terminal.TakeAsync(got => got.Length > 0));
        // One that is given up leaves nothing.
        await ComposeAsync(input, "x");
        await ComposeAsync(input, "");
        // What a touch keyboard or an emoji panel writes comes without any key.
        await input.SendAsync("Input.insertText", new() { ["text"] = "äß" });
        Assert.Equal("äß", await terminal.TakeAsync(got => got.Length > 1));

        // Backspace of a touch keyboard: no place, only what it does to a text field.
        await input.SendAsync("Input.dispatchKeyEvent", new()
        {
            ["type"] = "rawKeyDown", ["code"] = "", ["key"] = "Unidentified", ["windowsVirtualKeyCode"] = 229, ["commands"] = new[] { "deleteBackward" },
        });
        Assert.Matches("^[\b\u007f]$", await terminal.TakeAsync(got => got.Length > 0));

        // As characters, this keyboard's layout counts.
        await desktop.Page.EvaluateAsync("() => bench.desktop.setKeyboard('characters')");
        await PlaceAsync(input, "KeyY", "y", 89, "y");
        Assert.Equal("y", await terminal.TakeAsync(got => got.Length > 0));
        // A command is one all the same.
        await desktop.Page.Keyboard.PressAsync("Control+c");
        Assert.Equal("\u0003", await terminal.TakeAsync(got => got.Length > 0));
    }

    [DesktopFact]
    public async Task FullScreen_OnTheSessionsPage_GivesTheBrowsersKeysToTheDesktop()
    {
        var session = await fixture.OpenSessionAsync("keys-full", "u39");
        var page = await fixture.SignInAsync();
        await page.AddInitScriptAsync("""
            window.locks = [];
            if (navigator.keyboard) {
              const lock = navigator.keyboard.lock.bind(navigator.keyboard), unlock = navigator.keyboard.unlock.bind(navigator.keyboard);
              navigator.keyboard.lock = async (...keys) => { await lock(...keys); window.locks.push('locked'); };
              navigator.keyboard.unlock = () => { window.locks.push('unlocked'); unlock(); };
            }
            """);
        await page.GotoAsync($"/sessions/{session}");
        await Assertions.Expect(page.Locator(".bar .badge.good")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.WaitForFunctionAsync("() => document.querySelector('.screen canvas').getBoundingClientRect().width > 300");
        var before = await page.Locator(".screen canvas").BoundingBoxAsync();
        var terminal = await fixture.BeginTerminalAsync("u39", async text =>
        {
            await page.Locator(".screen canvas").ClickAsync(new() { Position = new() { X = 200, Y = 200 } });
            await page.Keyboard.InsertTextAsync(text);
        });

        await page.GetByRole(AriaRole.Button, new() { Name = "Full screen" }).ClickAsync();
        await page.WaitForFunctionAsync("() => document.fullscreenElement?.classList.contains('rc-place') && window.locks.at(-1) === 'locked'");
        await page.WaitForFunctionAsync($"() => document.querySelector('.screen canvas').getBoundingClientRect().width > {before!.Width + 50}");
        await page.Keyboard.PressAsync("Escape");
        Assert.Contains("^[", await terminal.TakeAsync(got => got.Contains("^[", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.True(await page.EvaluateAsync<bool>("() => document.fullscreenElement !== null"));

        await page.EvaluateAsync("() => document.exitFullscreen()");
        await page.WaitForFunctionAsync("() => window.locks.at(-1) === 'unlocked'");
        await page.Context.CloseAsync();
    }

    // As a keyboard driver tells it: the place, what it gives here, and the text that follows from it, if any.
    static async Task PlaceAsync(ICDPSession input, string code, string key, int windowsCode, string text = "")
    {
        foreach (var type in (string[])[text.Length > 0 ? "keyDown" : "rawKeyDown", "keyUp"])
        {
            await input.SendAsync("Input.dispatchKeyEvent", new()
            {
                ["type"] = type, ["code"] = code, ["key"] = key, ["windowsVirtualKeyCode"] = windowsCode, ["text"] = type == "keyUp" ? "" : text,
            });
        }
    }

    static Task ComposeAsync(ICDPSession input, string text) =>
        input.SendAsync("Input.imeSetComposition", new() { ["text"] = text, ["selectionStart"] = text.Length, ["selectionEnd"] = text.Length });
}
