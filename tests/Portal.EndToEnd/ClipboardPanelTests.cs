using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>Text between a browser's clipboard and that of a real host by hand, where the browser lets no page do it.</summary>
public sealed class ClipboardPanelTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    [DesktopFact]
    public async Task Clipboard_ByThePanelOfTheSessionsPage_GoesBothWays()
    {
        var session = await fixture.OpenSessionAsync("clip-panel", "u29");
        var there = Selection.Of(fixture.Lab, "desk-1", "u29");
        var page = await fixture.SignInAsync($"/sessions/{session}");
        await Assertions.Expect(page.Locator(".bar .badge.good")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        // As a browser does that lets no page write to its clipboard.
        await page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }");
        var panel = page.GetByRole(AriaRole.Dialog, new() { Name = "Clipboard" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Clipboard" }).ClickAsync();
        await panel.GetByLabel("Text for the desktop").FillAsync("by hand ä €");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Give to the desktop's clipboard" }).ClickAsync();
        Assert.Equal("by hand ä €", await there.PasteUntilAsync("by hand ä €"));

        await panel.GetByLabel("Text for the desktop").FillAsync(new string('x', 61_440));
        await panel.GetByRole(AriaRole.Button, new() { Name = "Give to the desktop's clipboard" }).ClickAsync();
        await Assertions.Expect(panel.GetByRole(AriaRole.Status)).ToContainTextAsync("too long");
        Assert.Empty(await Axe.StumblesAsync(page));
        await Browser.KeepAsync(page, "clipboard-panel-light", isWhole: false);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(panel).ToBeHiddenAsync();

        await there.CopyAsync("copied there");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it" }).ClickAsync();
        await Assertions.Expect(panel.GetByLabel("Copied at the desktop")).ToHaveValueAsync("copied there");
        Assert.Equal("live", (await fixture.Node.SessionOfAsync("clip-panel"))!.Value.GetProperty("state").GetString());
        await page.Context.CloseAsync();
    }
}
