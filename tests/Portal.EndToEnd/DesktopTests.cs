using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>A real host in a real browser: from a link to a desktop, what the page says of it meanwhile, and the report afterwards.</summary>
public sealed class DesktopTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    const int PatienceMillis = 60_000;
    const int AttemptsMax = 15;

    // As people type: an answer that several keys share is no sample of its own.
    const int KeyPauseMillis = 180;

    [DesktopFact]
    public async Task OpenLink_RealHost_CanBeWorkedWith_AndEveryLayerIsAccountedFor()
    {
        await fixture.Node.AddHostAsync("work", fixture.Lab, "desk-1", "u18");
        fixture.Browser.Complaints.Clear();
        var page = await fixture.SignInAsync("/open/work");
        page.SetDefaultTimeout(PatienceMillis);
        await page.WaitForURLAsync("**/sessions/*");
        await Assertions.Expect(page.Locator(".bar .badge.good")).ToBeVisibleAsync(new() { Timeout = PatienceMillis });
        // A picture is there before the terminal in it: whatever is typed until then goes nowhere.
        for (var attempts = 0; attempts < AttemptsMax && !(await page.Locator(".strip .head").InnerTextAsync()).Contains(" ms", StringComparison.Ordinal); attempts++)
            await TypeAsync(page, "echo hello\n");
        await Browser.KeepAsync(page, "session-typed-light", isWhole: false);
        await Assertions.Expect(page.Locator(".strip .head")).ToContainTextAsync(new Regex("[0-9.]+ ms"), new() { Timeout = PatienceMillis });
        await Browser.KeepAsync(page, "session-light", isWhole: false);
        await page.Locator(".strip .head").ClickAsync();
        await Assertions.Expect(page.Locator(".strip .cards li b").First).ToHaveTextAsync("user");
        await Assertions.Expect(page.Locator(".strip .fall .row").Nth(3)).ToBeVisibleAsync();
        await Browser.KeepAsync(page, "session-opened-light", isWhole: false);
        var stumbles = new List<string>(await Axe.StumblesAsync(page));
        var session = page.Url.Split('/')[^1];

        await page.GotoAsync("/");
        var picture = page.GetByAltText("The desktop of work as it is now");
        await Assertions.Expect(picture).ToBeVisibleAsync();
        Assert.True(await picture.EvaluateAsync<bool>("async image => { await image.decode(); return image.naturalWidth > 100; }"));
        await Browser.KeepAsync(page, "chains-running-light");

        await page.GotoAsync($"/reports/session/{session}");
        await Assertions.Expect(page.Locator(".report .sentence")).ToHaveTextAsync(new Regex(@"\w{3,}"), new() { Timeout = PatienceMillis });
        await Assertions.Expect(page.Locator(".report #confidence")).ToBeVisibleAsync();
        await Browser.KeepAsync(page, "report-light");
        stumbles.AddRange(await Axe.StumblesAsync(page));
        var download = await page.RunAndWaitForDownloadAsync(async () =>
        {
            await page.Locator("summary", new() { HasText = "Export" }).ClickAsync();
            await page.GetByText("Report as html").ClickAsync();
        });
        Assert.Equal($"{session}-latency.html", download.SuggestedFilename);

        Assert.Empty(stumbles);
        Assert.Empty(fixture.Browser.Complaints);
    }

    [DesktopFact]
    public async Task TestEachLayer_RealHostAndOneThatIsNotThere_SaysWhichWorks()
    {
        await fixture.Node.AddHostAsync("works", fixture.Lab, "desk-1", "u19");
        await fixture.Node.SaveChainAsync("broken", "kind: proxy\nhost: 127.0.0.1\nport: 9", "kind: rdp\nhost: 192.0.2.1");
        var page = await fixture.SignInAsync("/chains/works");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test each layer" }).ClickAsync();
        await Assertions.Expect(page.Locator(".trial li .works")).ToHaveCountAsync(1, new() { Timeout = PatienceMillis });
        await Browser.KeepAsync(page, "trial-works-light");

        await page.GotoAsync("/chains/broken");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test each layer" }).ClickAsync();
        await Assertions.Expect(page.Locator(".trial li .failed")).ToHaveCountAsync(1, new() { Timeout = PatienceMillis });
        await Assertions.Expect(page.Locator(".trial li").First).ToContainTextAsync("failed");
        await Assertions.Expect(page.Locator(".trial li").Last).ToContainTextAsync("not reached");
        await Browser.KeepAsync(page, "trial-broken-light");
    }

    static async Task TypeAsync(IPage page, string text)
    {
        var canvas = page.Locator(".screen canvas");
        await Assertions.Expect(canvas).ToBeVisibleAsync();
        // The picture is the host's once it has its size; xterm stands where the session's window manager puts it.
        await page.WaitForFunctionAsync("() => document.querySelector('.screen canvas').getBoundingClientRect().width > 300");
        await canvas.ClickAsync(new() { Position = new() { X = 200, Y = 200 } });
        foreach (var letter in text)
        {
            await page.Keyboard.PressAsync(letter switch { '\n' => "Enter", ' ' => "Space", _ => letter.ToString() }, new() { Delay = 20 });
            await page.WaitForTimeoutAsync(KeyPauseMillis);
        }
    }
}
