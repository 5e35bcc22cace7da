using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace RemoteChain.Harness;

/// <summary>The distribution's Chromium, driven by Playwright.</summary>
public sealed class Browser : IAsyncDisposable
{
    static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    readonly IPlaywright _playwright;
    readonly IBrowser _browser;

    Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>The browser itself.</summary>
    public IBrowser Inner => _browser;

    /// <summary>Why tests with a browser cannot run here; null when they can.</summary>
    public static string? Missing => s_places.Any(File.Exists) ? null : "no Chromium (package chromium, group test)";

    /// <summary>Where pictures of pages are kept, for people to look at.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "portal")).FullName;

    /// <summary>Starts it.</summary>
    public static async Task<Browser> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return new(playwright, await LaunchAsync(playwright));
    }

    /// <summary>Starts only the program.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = s_places.First(File.Exists),
        // Root has no use for the browser's own sandbox, and tests with a lab run as root; the pages are ours.
        Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    });

    /// <summary>A browser of somebody new: no cookies, light or dark.</summary>
    public async Task<IPage> NewAsync(string url, bool isDark = false, int width = 1360, int height = 860)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = url,
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        // What a browser refuses (a script, a style) or stumbles over; a page that says one of these is broken for somebody.
        page.Console += (_, message) =>
        {
            if (message.Type == "error") Complaints.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => Complaints.Enqueue($"{page.Url}: {error}");
        return page;
    }

    /// <summary>Errors in any page's console.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>Keeps a picture of a page for people.</summary>
    public static Task KeepAsync(IPage page, string name, bool isWhole = true) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = isWhole });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
