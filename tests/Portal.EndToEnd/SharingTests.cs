using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>Two people in two browsers: one works at a real host, the other one comes by a link.</summary>
public sealed class SharingTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    const int PatienceMillis = 60_000, TabsMax = 60, AttemptsMax = 15;
    const string Password = "a long enough password";

    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(600), s_limit = TimeSpan.FromSeconds(10);

    [DesktopFact]
    public async Task Invited_LooksAtFirst_TypesWhileGivenControl_AndIsOutWhenTheInvitationEnds()
    {
        await fixture.Node.AddHostAsync("shared-desk", fixture.Lab, "desk-1", "u41");
        await fixture.Node.AddUserAsync("bob", Password);
        fixture.Browser.Complaints.Clear();
        var owner = await fixture.SignInAsync("/open/shared-desk");
        owner.SetDefaultTimeout(PatienceMillis);
        await owner.WaitForURLAsync("**/sessions/*");
        var session = owner.Url.Split('/')[^1];
        await Assertions.Expect(owner.Locator(".bar .badge.good")).ToBeVisibleAsync(new() { Timeout = PatienceMillis });
        await using var witness = await BrowserDesktop.OpenAsync(fixture.Browser.Inner, fixture.Node, session, viewOnly: true);
        await witness.WaitUntilLiveAsync();
        // A picture is there before the terminal in it.
        for (var attempts = 0; !await TypesAsync(owner, witness); attempts++) Assert.True(attempts < AttemptsMax, "the owner could never type");

        await ChooseAsync(owner, "Take control");
        await Assertions.Expect(Controls(owner)).ToHaveTextAsync("You have control");
        var link = await InviteByKeyboardAsync(owner);
        Assert.Equal($"{fixture.Node.Url}/join", link.Split('#')[0]);
        var bob = await FollowAsync(link);
        await bob.WaitForURLAsync($"**/sessions/{session}");

        await Assertions.Expect(Controls(bob)).ToHaveTextAsync($"{NodeProcess.Admin} has control", new() { Timeout = PatienceMillis });
        await Assertions.Expect(owner.Locator(".sharing .people").First).ToContainTextAsync("bob");
        Assert.False(await TypesAsync(bob, witness), "bob typed although the owner alone had control");
        await Browser.KeepAsync(bob, "session-invited-light", isWhole: false);

        await ChooseAsync(owner, "Give control to bob");
        await Assertions.Expect(Controls(bob)).ToHaveTextAsync("You have control", new() { Timeout = PatienceMillis });
        Assert.True(await TypesAsync(bob, witness), "bob could not type although he had control");
        Assert.False(await TypesAsync(owner, witness), "the owner typed although bob alone had control");

        await ChooseAsync(owner, "Take control");
        await Assertions.Expect(Controls(bob)).ToHaveTextAsync($"{NodeProcess.Admin} has control", new() { Timeout = PatienceMillis });
        Assert.False(await TypesAsync(bob, witness), "bob typed although control was taken back");

        await OpenAsync(owner);
        await Assertions.Expect(owner.Locator(".sharing")).ToContainTextAsync("came: bob");
        await Browser.KeepAsync(owner, "session-sharing-light", isWhole: false);
        var stumbles = new List<string>(await Axe.StumblesAsync(owner));
        await OpenAsync(bob);
        // Who was invited decides nothing: what the API would refuse is not offered.
        await Assertions.Expect(bob.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^(End|Take|Give|Make)") })).ToHaveCountAsync(0);
        stumbles.AddRange(await Axe.StumblesAsync(bob));
        Assert.Empty(stumbles);
        Assert.Empty(fixture.Browser.Complaints);

        await ChooseAsync(owner, new Regex("^End the invitation"));
        await Assertions.Expect(bob.GetByRole(AriaRole.Heading, new() { Name = "This session does not run" })).ToBeVisibleAsync(new() { Timeout = PatienceMillis });
        await bob.GotoAsync(link);
        await Assertions.Expect(bob.GetByRole(AriaRole.Alert)).ToContainTextAsync("This invitation is unknown, used up, expired");
        Assert.True(await TypesAsync(owner, witness), "the owner could not type after bob had gone");
        Assert.DoesNotContain(link.Split('#')[1], fixture.Node.Output, StringComparison.Ordinal);
    }

    [DesktopFact]
    public async Task SharedReport_IsReadByAColleague_AndNoMoreWhenItHasEnded()
    {
        await fixture.Node.AddHostAsync("shared-report", fixture.Lab, "desk-1", "u42");
        await fixture.Node.AddUserAsync("carol", Password);
        await fixture.Node.OpenAsync("shared-report");
        var session = (await fixture.Node.WaitForStateAsync("shared-report", "live")).GetProperty("id").GetString()!;
        var owner = await fixture.SignInAsync($"/sessions/{session}");
        owner.SetDefaultTimeout(PatienceMillis);
        // A picture is there before the terminal in it: whatever is typed until then goes nowhere, and beside pictures that still come it counts as busy.
        for (var attempts = 0; !await HasIdleSampleAsync(session); attempts++)
        {
            Assert.True(attempts < AttemptsMax, "no key of the owner was answered by a picture of its own");
            await TypeAsync(owner, "hello");
        }

        await owner.GotoAsync($"/reports/session/{session}?load=idle");
        await Assertions.Expect(owner.Locator(".report .sentence")).ToHaveTextAsync(new Regex(@"\w{3,}"), new() { Timeout = PatienceMillis });
        var sentence = await owner.Locator(".report .sentence").InnerTextAsync();
        await owner.Locator("summary", new() { HasText = "Share" }).ClickAsync();
        await owner.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await owner.GetByLabel("Link of the shared report").InputValueAsync();
        await owner.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await Browser.KeepAsync(owner, "report-sharing-light", isWhole: false);
        var stumbles = new List<string>(await Axe.StumblesAsync(owner));

        var carol = await fixture.SignInAsync($"/reports/session/{session}", "carol", Password);
        await Assertions.Expect(carol.GetByText("ask for a link")).ToBeVisibleAsync();
        await carol.GotoAsync(link.Split('#')[0]);
        await Assertions.Expect(carol.GetByRole(AriaRole.Alert)).ToContainTextAsync("Ask whoever sent it for a new link");
        await carol.Context.CloseAsync();

        // From the link itself, by way of the sign-in; neither gets the token, nor does anything that the page asks for.
        var asked = new List<string>();
        var fresh = await fixture.Browser.NewAsync(fixture.Node.Url);
        fresh.Request += (_, request) => asked.Add($"{request.Url.Split('#')[0]} {request.Headers.GetValueOrDefault("referer")}");
        await SignInHereAsync(fresh, link, "carol");
        await Assertions.Expect(fresh.Locator(".report .sentence")).ToHaveTextAsync(sentence, new() { Timeout = PatienceMillis });
        await Assertions.Expect(fresh.GetByText("only while the picture was idle")).ToBeVisibleAsync();
        Assert.Equal(link.Split('#')[0], fresh.Url);
        Assert.DoesNotContain(asked, text => text.Contains(link.Split('#')[1], StringComparison.Ordinal));
        Assert.DoesNotContain(link.Split('#')[1], fixture.Node.Output, StringComparison.Ordinal);
        await Browser.KeepAsync(fresh, "shared-report-light");
        stumbles.AddRange(await Axe.StumblesAsync(fresh));
        var download = await fresh.RunAndWaitForDownloadAsync(async () =>
        {
            await fresh.Locator("summary", new() { HasText = "Export" }).ClickAsync();
            await fresh.GetByText("Samples as csv").ClickAsync();
        });
        Assert.StartsWith("shared-", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.Empty(stumbles);
        Assert.Empty(fixture.Browser.Complaints);

        await owner.ReloadAsync();
        await owner.Locator("summary", new() { HasText = "Share" }).ClickAsync();
        await Assertions.Expect(owner.GetByText("opened by carol")).ToBeVisibleAsync();
        await owner.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^End the shared report") }).ClickAsync();
        await Assertions.Expect(owner.GetByText("opened by carol")).ToHaveCountAsync(0);
        await fresh.ReloadAsync();
        await Assertions.Expect(fresh.GetByRole(AriaRole.Alert)).ToContainTextAsync("or was ended");
    }

    async Task<bool> HasIdleSampleAsync(string session)
    {
        using var samples = await fixture.Node.GetAsync($"sessions/{session}/latency/samples");
        return samples.RootElement.EnumerateArray().Any(sample => sample.GetProperty("load").GetString() == "idle");
    }

    static ILocator Controls(IPage page) => page.Locator(".bar .badge").Last;

    static async Task OpenAsync(IPage page)
    {
        if (await page.Locator(".sharing[open]").CountAsync() == 0) await page.Locator(".sharing summary").ClickAsync();
    }

    static Task ChooseAsync(IPage page, string button) => ChooseAsync(page, new Regex($"^{Regex.Escape(button)}$"));

    static async Task ChooseAsync(IPage page, Regex button)
    {
        await OpenAsync(page);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = button }).ClickAsync(new() { Timeout = PatienceMillis });
    }

    // No mouse: from the button in the bar to the link.
    static async Task<string> InviteByKeyboardAsync(IPage page)
    {
        if (await page.Locator(".sharing[open]").CountAsync() > 0) await page.Keyboard.PressAsync("Escape");
        await page.Locator(".sharing summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, page.GetByLabel("They may"));
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.GetByLabel("They may")).ToHaveValueAsync("control");
        await TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }));
        await page.Keyboard.PressAsync("Enter");
        return await page.GetByLabel("Link of the invitation").InputValueAsync();
    }

    static async Task TabToAsync(IPage page, ILocator wanted)
    {
        for (var presses = 0; !await wanted.EvaluateAsync<bool>("element => element === document.activeElement"); presses++)
        {
            Assert.True(presses < TabsMax, "the keyboard does not get there");
            await page.Keyboard.PressAsync("Tab");
        }
    }

    async Task<IPage> FollowAsync(string link)
    {
        var page = await fixture.Browser.NewAsync(fixture.Node.Url, width: 1000, height: 640);
        page.SetDefaultTimeout(PatienceMillis);
        await SignInHereAsync(page, link, "bob");
        return page;
    }

    static async Task SignInHereAsync(IPage page, string link, string user)
    {
        await page.GotoAsync(link);
        await page.GetByLabel("Account", new() { Exact = true }).FillAsync(user);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
    }

    // Whether what somebody types changes the host's picture, as a third one sees it.
    static async Task<bool> TypesAsync(IPage page, BrowserDesktop witness)
    {
        await witness.SettleAsync(s_quiet, s_limit);
        var before = await witness.CaptureAsync();
        await TypeAsync(page, "xyz");
        await witness.SettleAsync(s_quiet, s_limit);
        return (await witness.CaptureAsync()).DifferenceTo(before) != 0;
    }

    static async Task TypeAsync(IPage page, string text)
    {
        // The picture is the host's once it has its size; xterm stands where the session's window manager puts it.
        await page.WaitForFunctionAsync("() => document.querySelector('.screen canvas')?.getBoundingClientRect().width > 300");
        await page.Locator(".screen canvas").ClickAsync(new() { Position = new() { X = 120, Y = 120 } });
        foreach (var letter in text)
        {
            await page.Keyboard.PressAsync(letter.ToString(), new() { Delay = 20 });
            await page.WaitForTimeoutAsync(180);
        }
    }
}
