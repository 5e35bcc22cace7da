namespace RemoteChain.BrowserClient.EndToEnd;

/// <summary>A real host's desktop on a canvas in a real browser.</summary>
public sealed class DesktopCanvasTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(600), s_limit = TimeSpan.FromSeconds(15);

    [DesktopFact]
    public async Task Canvas_TypedIntoXterm_TheTextCanBeReadFromThePicture()
    {
        await using var desktop = await OpenAsync("canvas-typed", "u04");
        await ClearAsync(desktop);
        var terminal = new TerminalText();
        var empty = await desktop.CaptureAsync();
        await TypeKeysAsync(desktop, "a");
        terminal.LearnCells(empty, await desktop.CaptureAsync());
        await TypeKeysAsync(desktop, TerminalText.Letters[1..]);
        terminal.LearnLetters(await desktop.CaptureAsync());

        await desktop.Page.Keyboard.PressAsync("Control+u");
        await TypeKeysAsync(desktop, "echo over the lazy dog");
        await desktop.Page.Keyboard.PressAsync("Enter");
        await desktop.SettleAsync(s_quiet, s_limit);

        var picture = await desktop.CaptureAsync();
        await KeepAsync(desktop, "typed");
        Assert.Equal("  echo over the lazy dog", terminal.Read(picture, 0, 40));
        Assert.Equal("over the lazy dog", terminal.Read(picture, 1, 40));
    }

    [DesktopFact]
    public async Task Canvas_WindowGetsAnotherSize_TheDesktopFollows()
    {
        await using var desktop = await OpenAsync("canvas-sized", "u05", resize: true);

        await desktop.Page.EvaluateAsync("() => { const place = bench.desktop && document.querySelector('.rc-place'); place.style.width = '900px'; place.style.height = '600px'; }");

        await desktop.WaitForAsync("bench.desktop.size.width === 900 && bench.desktop.size.height === 600");
        await desktop.SettleAsync(s_quiet, s_limit);
        var picture = await desktop.CaptureAsync();
        Assert.Equal((900, 600), (picture.Width, picture.Height));
        Assert.True(picture.Colours > 20, $"{picture.Colours} colours");
    }

    [DesktopFact]
    public async Task Canvas_WayIsCut_DimsWithItsAgeAndComesBack()
    {
        await using var way = new CuttableWay(new Uri(fixture.Node.Url).Port);
        await using var desktop = await OpenAsync("canvas-cut", "u06", through: way);
        await ClearAsync(desktop);
        var before = await desktop.CaptureAsync();

        way.Cut();
        await desktop.WaitForAsync("bench.state === 'reconnecting' && !document.querySelector('.rc-veil').hidden");
        await desktop.WaitForAsync("document.querySelector('.rc-veil-age').textContent.includes('old')");
        await KeepAsync(desktop, "cut");
        way.Mend();

        await desktop.WaitForAsync("bench.state === 'live' && document.querySelector('.rc-veil').hidden");
        await desktop.SettleAsync(s_quiet, s_limit);
        Assert.Equal(0, (await desktop.CaptureAsync()).DifferenceTo(before));
        await TypeKeysAsync(desktop, "again");
        Assert.NotEqual(0, (await desktop.CaptureAsync()).DifferenceTo(before));
    }

    [DesktopFact]
    public async Task Canvas_ComputerWakesUp_FindsThatItsConnectionIsDeadAndMakesAnother()
    {
        await using var way = new CuttableWay(new Uri(fixture.Node.Url).Port);
        await using var desktop = await OpenAsync("canvas-slept", "u40", through: way);
        await ClearAsync(desktop);
        var before = await desktop.CaptureAsync();
        await WatchSentencesAsync(desktop);

        // Nothing says that the connection is gone; only the clock has gone on.
        way.Freeze();
        await desktop.Page.EvaluateAsync("() => { const now = performance.now.bind(performance); performance.now = () => now() + 60_000; }");

        await desktop.WaitForAsync("bench.seen.some(sentence => sentence.includes('The connection to the gateway is lost'))");
        await desktop.WaitForAsync("bench.state === 'live' && document.querySelector('.rc-veil').hidden");
        await desktop.SettleAsync(s_quiet, s_limit);
        await TypeKeysAsync(desktop, "awake");
        Assert.NotEqual(0, (await desktop.CaptureAsync()).DifferenceTo(before));
    }

    [DesktopFact]
    public async Task Canvas_TwoViewers_SeeTheSameAndTheWatcherCannotType()
    {
        await using var owner = await OpenAsync("canvas-two", "u07");
        await ClearAsync(owner);
        string session = (await fixture.Node.SessionOfAsync("canvas-two"))!.Value.GetProperty("id").GetString()!;
        await using var watcher = await BrowserDesktop.OpenAsync(owner.Page.Context.Browser!, fixture.Node, session, viewOnly: true);
        await watcher.WaitUntilLiveAsync();
        await owner.TypeAsync("seq 200\n");
        await owner.SettleAsync(s_quiet, s_limit);
        await watcher.SettleAsync(s_quiet, s_limit);
        var seen = await owner.CaptureAsync();
        Assert.Equal(0, (await watcher.CaptureAsync()).DifferenceTo(seen));

        await TypeKeysAsync(watcher, "xxxxx");
        Assert.Equal(0, (await owner.CaptureAsync()).DifferenceTo(seen));
    }

    [DesktopFact]
    public async Task Canvas_HostsWorkerDies_SaysSoAndShowsTheDesktopAgain()
    {
        await using var desktop = await OpenAsync("canvas-lost", "u08");
        int back = (await fixture.Node.SessionOfAsync("canvas-lost"))!.Value.GetProperty("processId").GetInt32();
        await WatchSentencesAsync(desktop);

        await Shell.RunAsync("kill", ["-KILL", $"{back}"]);

        await desktop.WaitForAsync("bench.seen.length > 0");
        await desktop.WaitForAsync("bench.state === 'live' && document.querySelector('.rc-veil').hidden");
        string[] sentences = await desktop.Page.EvaluateAsync<string[]>("() => bench.seen");
        // What is wrong is behind the gateway, and the sentence says so.
        Assert.Contains(sentences, sentence => sentence.Contains("Trying again", StringComparison.Ordinal) || sentence.StartsWith("Connecting to", StringComparison.Ordinal));
        Assert.DoesNotContain(sentences, sentence => sentence.Contains("gateway is lost", StringComparison.Ordinal));
    }

    [DesktopFact]
    public async Task ViewPage_SignedIn_ShowsTheDesktopAndBreaksNoPolicy()
    {
        string session = await fixture.OpenSessionAsync("canvas-page", "u09");
        var page = await fixture.SignInAsync($"/view/{session}");
        List<string> said = [];
        page.Console += (_, message) => said.Add(message.Text);
        await page.ReloadAsync();

        for (int i = 0; i < 300 && await page.Locator(".desktop-state[data-state=live]").CountAsync() == 0; i++) await Task.Delay(100);
        Assert.Equal(1, await page.Locator(".desktop-state[data-state=live]").CountAsync());
        await Task.Delay(s_quiet);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Browser.Pictures, "view.png") });
        Assert.DoesNotContain(said, text => text.Contains("Content Security Policy", StringComparison.Ordinal) || text.Contains("Error", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    async Task<BrowserDesktop> OpenAsync(string chain, string user, bool resize = false, CuttableWay? through = null)
    {
        string session = await fixture.OpenSessionAsync(chain, user);
        var desktop = await BrowserDesktop.OpenAsync(fixture.Browser.Inner, fixture.Node, session, resize: resize, port: through?.Port);
        await desktop.WaitUntilLiveAsync();
        await desktop.SettleAsync(s_quiet, s_limit);
        return desktop;
    }

    static Task WatchSentencesAsync(BrowserDesktop desktop) => desktop.Page.EvaluateAsync("() => { bench.seen = []; new MutationObserver(() => bench.seen.push(document.querySelector('.rc-veil-sentence').textContent)).observe(document.querySelector('.rc-veil'), { subtree: true, childList: true, attributes: true }); }");

    static async Task ClearAsync(BrowserDesktop desktop)
    {
        await desktop.ClickAsync(200, 200);
        await desktop.TypeAsync("PS1='$ '; clear\n");
        await desktop.SettleAsync(s_quiet, s_limit);
    }

    /// <summary>By the browser's own keyboard, as a person would.</summary>
    static async Task TypeKeysAsync(BrowserDesktop desktop, string text)
    {
        await desktop.Page.Keyboard.TypeAsync(text);
        await desktop.SettleAsync(s_quiet, s_limit);
    }

    static Task KeepAsync(BrowserDesktop desktop, string name) =>
        desktop.Page.ScreenshotAsync(new() { Path = Path.Combine(Browser.Pictures, $"canvas-{name}.png") });
}
