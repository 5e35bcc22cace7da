using Microsoft.Playwright;

namespace RemoteChain.BrowserClient.EndToEnd;

/// <summary>Text between a browser's clipboard and that of a real host: by the keys that paste, and never against the chain's policy.</summary>
public sealed class ClipboardTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    [DesktopFact]
    public async Task Clipboard_ByTheKeysThatPaste_ArrivesInTheTerminalAndComesBack()
    {
        var (desktop, terminal) = await fixture.OpenTerminalAsync("clip-keys", "u44", clipboard: true);
        await using var _ = desktop;
        await desktop.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var there = Selection.Of(fixture.Lab, "desk-1", "u44");
        await desktop.Page.EvaluateAsync("() => navigator.clipboard.writeText('pasted by keys')");
        await desktop.Page.Keyboard.PressAsync("Control+v");
        Assert.Equal("pasted by keys", await there.PasteUntilAsync("pasted by keys"));
        // The keys follow the text: what a terminal gets of them is its own affair.
        Assert.Equal("\u0016", await terminal.TakeAsync(got => got.Length > 0));

        // Longer than a clipboard carries: said, and nothing else happens.
        await desktop.Page.EvaluateAsync("() => navigator.clipboard.writeText('x'.repeat(100000))");
        await desktop.Page.Keyboard.PressAsync("Control+v");
        await desktop.WaitForAsync("document.querySelector('.rc-note').textContent.includes('too long')");
        Assert.Equal("", await terminal.TakeAsync(_ => false));

        await there.CopyAsync("back to here");
        for (var i = 0; i < 100 && await desktop.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()") != "back to here"; i++) await Task.Delay(100);
        Assert.Equal("back to here", await desktop.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        Assert.Equal("live", (await desktop.StateAsync()).State);
    }

    [DesktopFact]
    public async Task Clipboard_AgainstTheChainsPolicy_IsNotOffered()
    {
        var host = fixture.Lab.Hosts["desk-1"];
        await fixture.Node.SendAsync(HttpMethod.Put, "secrets/clip-off", System.Net.Http.Json.JsonContent.Create(new { user = "u45", password = fixture.Lab.Password("desk-1", "u45") }));
        await fixture.Node.SaveChainAsync("clip-off", "kind: gateway\nclipboard: from-host", $"kind: rdp\nhost: {host.Address}\nport: {host.Port}\ncredentials: clip-off");
        await fixture.Node.OpenAsync("clip-off");
        var session = (await fixture.Node.WaitForStateAsync("clip-off", "live")).GetProperty("id").GetString()!;
        await using var desktop = await BrowserDesktop.OpenAsync(fixture.Browser.Inner, fixture.Node, session, clipboard: true);
        await desktop.WaitUntilLiveAsync();

        await desktop.Page.EvaluateAsync("() => bench.desktop.toggleClipboard()");
        await Assertions.Expect(desktop.Page.GetByRole(AriaRole.Button, new() { Name = "Give to the desktop's clipboard" })).ToBeDisabledAsync();
        await Assertions.Expect(desktop.Page.GetByLabel("Text for the desktop")).ToHaveAttributeAsync("placeholder", "This chain lets no text into the desktop's clipboard.");
        await Assertions.Expect(desktop.Page.GetByLabel("Copied at the desktop")).ToHaveAttributeAsync("placeholder", "Nothing yet");
    }
}
