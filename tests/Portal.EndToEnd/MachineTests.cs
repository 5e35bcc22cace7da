using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>Emulated machines in a real browser: made, seen, paused, changed, opened and destroyed.</summary>
public sealed class MachineTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    const int PatienceMillis = 60_000;
    const string Password = "a long enough password";

    [BrowserFact]
    public async Task Machine_FromMakingToDestroying_ByTheButtonsOfThePages()
    {
        fixture.Browser.Complaints.Clear();
        var page = await fixture.SignInAsync("/machines");
        await page.GetByRole(AriaRole.Button, new() { Name = "New machine from echo" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("box");
        await page.GetByLabel("Processor").FillAsync("20");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        var tile = page.Locator(".tile", new() { HasText = "box" });
        await Assertions.Expect(tile.Locator(".badge")).ToHaveTextAsync("running", new() { Timeout = PatienceMillis });
        var screen = page.GetByAltText("The screen of box as it is now");
        await Assertions.Expect(screen).ToBeVisibleAsync(new() { Timeout = PatienceMillis });
        Assert.True(await screen.EvaluateAsync<bool>("async image => { await image.decode(); return image.naturalWidth === 1024; }"));
        var stumbles = new List<string>(await Axe.StumblesAsync(page));
        await Browser.KeepAsync(page, "machines-running-light");

        await PressAsync(page, "Pause box", "paused");
        await PressAsync(page, "Start box", "running");
        await tile.GetByRole(AriaRole.Link, new() { Name = "box" }).ClickAsync();
        await page.WaitForURLAsync("**/machines/box");
        await Assertions.Expect(page.GetByLabel("Memory")).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop box" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Turn it off" }).ClickAsync();
        await Assertions.Expect(page.Locator(".page-head .badge")).ToHaveTextAsync("stopped", new() { Timeout = PatienceMillis });
        await page.GetByLabel("Memory").FillAsync("32");
        await page.GetByLabel("Processor").FillAsync("30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByText("box is changed.").First).ToBeVisibleAsync();
        var changed = (await fixture.Node.GetAsync("machines/box")).RootElement;
        Assert.Equal((32, 30), (changed.GetProperty("memoryMib").GetInt32(), changed.GetProperty("mips").GetInt32()));
        stumbles.AddRange(await Axe.StumblesAsync(page));
        await Browser.KeepAsync(page, "machine-stopped-light");

        await page.GetByRole(AriaRole.Button, new() { Name = "Open box" }).ClickAsync();
        await page.WaitForURLAsync("**/sessions/*");
        await Assertions.Expect(page.Locator(".bar .badge.good")).ToBeVisibleAsync(new() { Timeout = PatienceMillis });
        Assert.Contains("machine: box", (await fixture.Node.GetAsync("chains/box")).RootElement.GetProperty("document").GetString(), StringComparison.Ordinal);

        await page.GotoAsync("/machines/box");
        await page.GetByRole(AriaRole.Button, new() { Name = "Destroy box" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Destroy it" }).ClickAsync();
        await page.WaitForURLAsync("**/machines");
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(0);
        Assert.Empty(stumbles);
        Assert.Empty(fixture.Browser.Complaints);
    }

    [BrowserFact]
    public async Task Machine_OfSomebodyElse_IsNotThere_AndARefusalIsShown()
    {
        await fixture.Node.AddUserAsync("guest", Password);
        await fixture.Node.SendAsync(HttpMethod.Post, "machines", System.Net.Http.Json.JsonContent.Create(new { name = "secretive", template = "echo" }));
        var page = await fixture.SignInAsync("/machines/secretive", "guest", Password);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no machine secretive" })).ToBeVisibleAsync();

        await page.GotoAsync("/machines");
        await page.GetByRole(AriaRole.Button, new() { Name = "New machine", Exact = true }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("secretive");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is a machine 'secretive' already");
        await fixture.Node.SendAsync(HttpMethod.Delete, "machines/secretive");
    }

    [GuestBrowserFact]
    public async Task Console_OfAShell_AnswersWhatIsTypedThere()
    {
        await fixture.Node.SendAsync(HttpMethod.Post, "machines", System.Net.Http.Json.JsonContent.Create(new { name = "shell", template = "debian-shell" }));
        var page = await fixture.SignInAsync("/machines/shell");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start shell" }).ClickAsync();
        var log = page.GetByRole(AriaRole.Log);
        await Assertions.Expect(log).ToContainTextAsync("# ", new() { Timeout = PatienceMillis });
        await page.GetByLabel("Line to type into the console").FillAsync("echo $((6*7))-is-it");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(log).ToContainTextAsync("42-is-it", new() { Timeout = PatienceMillis });
        Assert.DoesNotContain("\u001b", await log.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(await Axe.StumblesAsync(page));
        await Browser.KeepAsync(page, "machine-console-light");
        await fixture.Node.SendAsync(HttpMethod.Delete, "machines/shell");
    }

    static async Task PressAsync(IPage page, string button, string state)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await Assertions.Expect(page.Locator(".tile .badge").First).ToHaveTextAsync(state, new() { Timeout = PatienceMillis });
    }
}
