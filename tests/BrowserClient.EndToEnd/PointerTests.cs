using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RemoteChain.BrowserClient.EndToEnd;

/// <summary>Mouse, wheel, touchpad and fingers in a real browser, as a terminal at a real host gets them.</summary>
public sealed partial class PointerTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    const int HoldMillis = 900, StepMillis = 20;

    [DesktopFact]
    public async Task Mouse_ButtonsDragsAndTurns_ReachTheHostAsTheyAre()
    {
        var (desktop, terminal) = await fixture.OpenTerminalAsync("pointer-mouse", "u27");
        await using var _ = desktop;
        var mouse = desktop.Page.Mouse;

        Assert.Equal("0M 0m", await AfterAsync(terminal, "0M 0m", () => mouse.ClickAsync(200, 200)));
        Assert.Equal("2M 2m", await AfterAsync(terminal, "2M 2m", () => mouse.ClickAsync(200, 200, new() { Button = MouseButton.Right })));
        Assert.Equal("1M 1m", await AfterAsync(terminal, "1M 1m", () => mouse.ClickAsync(200, 200, new() { Button = MouseButton.Middle })));
        // Two buttons at once; in which order xterm reports that they are let go is its own affair.
        var both = await AfterAsync(terminal, "m", async () =>
        {
            await mouse.DownAsync();
            await mouse.DownAsync(new() { Button = MouseButton.Right });
            await mouse.UpAsync(new() { Button = MouseButton.Right });
            await mouse.UpAsync();
        }, isWhole: words => words.Split(' ').Length == 4);
        Assert.StartsWith("0M 2M ", both, StringComparison.Ordinal);
        Assert.Equal(["0M", "0m", "2M", "2m"], both.Split(' ').Order(StringComparer.Ordinal));
        Assert.Matches("^0M( 32M)+ 0m$", await AfterAsync(terminal, "0m", async () =>
        {
            await mouse.DownAsync();
            await mouse.MoveAsync(300, 260, new() { Steps = 5 });
            await mouse.UpAsync();
        }));
        Assert.Equal("65M", await AfterAsync(terminal, "65M", () => mouse.WheelAsync(0, 100)));
        Assert.Equal("64M 64M 64M", await AfterAsync(terminal, "64M 64M 64M", () => mouse.WheelAsync(0, -300)));
        // A touchpad: many small turns. A host that counts turns would scroll ten times as far.
        Assert.Equal("65M 65M", await AfterAsync(terminal, "65M 65M", async () =>
        {
            for (var i = 0; i < 20; i++) await mouse.WheelAsync(0, 10);
        }));
    }

    [DesktopFact]
    public async Task Touch_TapHoldDragAndTwoFingers_AreClicksAndTurns()
    {
        var (desktop, terminal) = await fixture.OpenTerminalAsync("pointer-touch", "u28", hasTouch: true);
        await using var _ = desktop;
        var fingers = await desktop.Page.Context.NewCDPSessionAsync(desktop.Page);

        Assert.Equal("0M 0m", await AfterAsync(terminal, "0M 0m", async () =>
        {
            await TouchAsync(fingers, "touchStart", (200, 200));
            await TouchAsync(fingers, "touchEnd");
        }));
        Assert.Equal("2M 2m", await AfterAsync(terminal, "2M 2m", async () =>
        {
            await TouchAsync(fingers, "touchStart", (200, 200));
            await Task.Delay(HoldMillis);
            await TouchAsync(fingers, "touchEnd");
        }));
        Assert.Matches("^0M( 32M)+ 0m$", await AfterAsync(terminal, "0m", async () =>
        {
            await TouchAsync(fingers, "touchStart", (200, 200));
            for (var step = 1; step <= 8; step++) await TouchAsync(fingers, "touchMove", (200 + step * 10, 200 + step * 5));
            await TouchAsync(fingers, "touchEnd");
        }));
        // What is under two fingers follows them: down they show what is further up.
        Assert.Equal("64M 64M 64M", await AfterAsync(terminal, "64M 64M 64M", async () =>
        {
            await TouchAsync(fingers, "touchStart", (200, 100));
            await TouchAsync(fingers, "touchStart", (200, 100), (300, 100));
            for (var step = 1; step <= 12; step++) await TouchAsync(fingers, "touchMove", (200, 100 + step * 10), (300, 100 + step * 10));
            await TouchAsync(fingers, "touchEnd");
        }));
        // The keyboard on the screen comes when it is asked for and not with every touch.
        Assert.Equal("none", await desktop.Page.EvaluateAsync<string>("() => document.activeElement.inputMode"));
        await desktop.Page.GetByRole(AriaRole.Button, new() { Name = "Keyboard" }).TapAsync();
        Assert.Equal("text", await desktop.Page.EvaluateAsync<string>("() => document.activeElement.inputMode"));
        await desktop.Page.Keyboard.TypeAsync("k");
        Assert.Equal("k", await terminal.TakeAsync(got => got == "k"));
    }

    [DesktopFact]
    public async Task Place_OnAScreenOfFinePixels_GetsADesktopOfAsManyAndSaysTheScale()
    {
        var (desktop, terminal) = await fixture.OpenTerminalAsync("pointer-fine", "u43", width: 640, height: 400, ratio: 2, resize: true);
        await using var _ = desktop;

        await desktop.WaitForAsync("bench.desktop.size.width === 1280 && bench.desktop.size.height === 800");
        Assert.Equal("640x400", await desktop.Page.EvaluateAsync<string>("() => { const box = document.querySelector('canvas').getBoundingClientRect(); return `${box.width}x${box.height}`; }"));
        // The resize record: kind, width, height, scale in percent (docs/web-front.md).
        Assert.Contains("21,0,5,32,3,200,0", await desktop.Page.EvaluateAsync<string[]>("() => sent"));
        // Half the place is half the desktop: where a finger of the mouse points, the host's pointer is.
        var left = Column(await TakeClickAsync(terminal, () => desktop.Page.Mouse.ClickAsync(50, 100)));
        var right = Column(await TakeClickAsync(terminal, () => desktop.Page.Mouse.ClickAsync(150, 100)));
        // Letters of xterm are 6 to 9 pixels wide, and 100 of the page's pixels are 200 there.
        Assert.InRange(right - left, 200 / 9 - 1, 200 / 6 + 1);
    }

    static async Task<string> TakeClickAsync(HostTerminal terminal, Func<Task> doing)
    {
        await doing();
        return await terminal.TakeAsync(got => got.Contains('m', StringComparison.Ordinal));
    }

    static int Column(string got) => int.Parse(Report().Match(got).Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Does something and says what the terminal reported of the mouse: button and whether it went down (M) or up (m).</summary>
    static async Task<string> AfterAsync(HostTerminal terminal, string expected, Func<Task> doing, Func<string, bool>? isWhole = null)
    {
        await doing();
        return Words(await terminal.TakeAsync(got => Words(got) is var words && words.EndsWith(expected, StringComparison.Ordinal) && isWhole?.Invoke(words) != false));
    }

    static string Words(string got) => string.Join(' ', Report().Matches(got).Select(match => match.Groups[1].Value + match.Groups[4].Value));

    [GeneratedRegex(@"\^\[\[<(\d+);(\d+);(\d+)([Mm])")]
    private static partial Regex Report();

    static async Task TouchAsync(ICDPSession fingers, string type, params (int X, int Y)[] points)
    {
        await fingers.SendAsync("Input.dispatchTouchEvent", new()
        {
            ["type"] = type, ["touchPoints"] = points.Select((point, id) => new Dictionary<string, object> { ["x"] = point.X, ["y"] = point.Y, ["id"] = id }).ToArray(),
        });
        await Task.Delay(StepMillis);
    }
}
