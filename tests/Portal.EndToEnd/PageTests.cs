using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>Every page as people meet it: no complaint of the browser, no serious finding of axe, light and dark; a picture of each is kept.</summary>
public sealed class PageTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    static readonly string[] s_paths =
        ["/", "/sessions", "/reports", "/reports/chain/office", "/secrets", "/machines", "/machines/none", "/people", "/audit", "/nodes", "/account", "/chains/new", "/chains/office", "/join", "/shared/none", "/nowhere"];

    [BrowserFact]
    public Task Pages_Light_StandAndCanBeUsedByEverybody() => LookAtAllAsync(isDark: false);

    [BrowserFact]
    public Task Pages_Dark_StandAndCanBeUsedByEverybody() => LookAtAllAsync(isDark: true);

    [BrowserFact]
    public async Task Editor_MistakeTyped_IsShownWithItsLine_AndThePutRightChainIsSaved()
    {
        var page = await fixture.SignInAsync("/chains/new");
        var document = page.Locator(".code textarea");
        await document.FillAsync("name: typed\nlayers:\n  - kind: rpd\n    host: 10.0.0.9\n");
        var mistake = page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Line 3:.*rpd") });
        await Assertions.Expect(mistake).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true })).ToBeDisabledAsync();
        Assert.Equal(["3"], await page.Locator(".gutter .wrong").AllInnerTextsAsync());

        await document.FillAsync("name: typed\nlayers:\n  - kind: rdp\n    host: 10.0.0.9\n");
        await Assertions.Expect(page.GetByText("The document is a valid chain.")).ToBeVisibleAsync();
        await page.GetByLabel("host").FillAsync("10.0.0.10");
        await page.GetByLabel("host").BlurAsync();
        await Assertions.Expect(document).ToHaveValueAsync(new Regex("host: 10.0.0.10"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/chains/typed");

        Assert.Contains("10.0.0.10", (await fixture.Node.GetAsync("chains/typed")).RootElement.GetProperty("document").GetString(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Chains_Search_FindsByLayerAndTag()
    {
        await fixture.Node.SendAsync(HttpMethod.Put, "chains/tagged", Yaml("name: tagged\ntags: [acme]\nlayers:\n  - kind: rdp\n    host: far.example\n"));
        await fixture.Node.SendAsync(HttpMethod.Put, "chains/other", Yaml("name: other\nlayers:\n  - kind: rdp\n    host: near.example\n"));
        var page = await fixture.SignInAsync();
        await page.GetByLabel("Search chains").FillAsync("far.example");
        await Assertions.Expect(page.Locator(".tile h2 a")).ToHaveTextAsync(["tagged"]);

        await page.GetByLabel("Search chains").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "acme" }).ClickAsync();
        await Assertions.Expect(page.Locator(".tile h2 a")).ToHaveTextAsync(["tagged"]);
    }

    [BrowserFact]
    public async Task Keyboard_Alone_ReachesThePageAndAChain()
    {
        await fixture.Node.SendAsync(HttpMethod.Put, "chains/keyed", Yaml("name: keyed\nlayers:\n  - kind: rdp\n    host: 192.0.2.1\n"));
        var page = await fixture.SignInAsync("/");
        await Assertions.Expect(page.Locator(".tile").First).ToBeVisibleAsync();
        await page.EvaluateAsync("() => { document.activeElement?.blur(); getSelection().removeAllRanges(); }");
        await page.GetByRole(AriaRole.Link, new() { Name = "Skip to the page" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("content", await page.EvaluateAsync<string>("() => document.activeElement.id || location.hash.slice(1)"));

        var edit = page.GetByRole(AriaRole.Link, new() { Name = "Edit keyed" });
        for (var presses = 0; presses < 60 && !await edit.EvaluateAsync<bool>("link => link === document.activeElement"); presses++) await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/chains/keyed");
    }

    async Task LookAtAllAsync(bool isDark)
    {
        await fixture.Node.SendAsync(HttpMethod.Put, "chains/office", Yaml(
            "# for the auditors\nname: office\ndescription: The desk in the office\ntags: [hq]\nlayers:\n  - kind: proxy\n    host: 192.0.2.9\n  - kind: rdp\n    host: 10.0.0.5\n"));
        var look = isDark ? "dark" : "light";
        var signIn = await fixture.Browser.NewAsync(fixture.Node.Url, isDark);
        await signIn.GotoAsync("/sign-in");
        await Browser.KeepAsync(signIn, $"sign-in-{look}");
        var stumbles = new List<string>(await Axe.StumblesAsync(signIn));

        fixture.Browser.Complaints.Clear();
        var page = await fixture.SignInAsync(isDark: isDark);
        foreach (var path in s_paths)
        {
            await page.GotoAsync(path);
            await Assertions.Expect(page.Locator("main h1, main .empty h2").First).ToBeVisibleAsync();
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await Browser.KeepAsync(page, $"{(path == "/" ? "chains" : path.Trim('/').Replace('/', '-'))}-{look}");
            stumbles.AddRange(await Axe.StumblesAsync(page));
        }

        Assert.Empty(stumbles);
        Assert.DoesNotContain(fixture.Browser.Complaints, complaint => !complaint.Contains("404", StringComparison.Ordinal));
    }

    static StringContent Yaml(string document) => new(document, System.Text.Encoding.UTF8, "application/yaml");
}
