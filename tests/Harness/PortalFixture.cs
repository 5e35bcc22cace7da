using Microsoft.Playwright;

namespace RemoteChain.Harness;

/// <summary>One node with its pages, one browser, and the lab where there is one, for the tests of one class.</summary>
public sealed class PortalFixture : IAsyncLifetime
{
    NodeProcess? _node;
    Browser? _browser;

    /// <summary>The node.</summary>
    public NodeProcess Node => _node!;

    /// <summary>The browser.</summary>
    public Browser Browser => _browser!;

    /// <summary>The lab.</summary>
    public Lab Lab { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Browser.Missing is not null) return;
        if (Lab.Missing is null) Lab = Lab.Open();
        _node = await NodeProcess.StartPortalAsync();
        _browser = await Browser.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        if (_node is not null) await _node.DisposeAsync();
    }

    /// <summary>A browser in which somebody has signed in, standing on a page.</summary>
    public async Task<IPage> SignInAsync(string path = "/", string? user = null, string? password = null, bool isDark = false)
    {
        var page = await Browser.NewAsync(Node.Url, isDark);
        await page.GotoAsync($"/sign-in?then={Uri.EscapeDataString(path)}");
        await page.GetByLabel("Account", new() { Exact = true }).FillAsync(user ?? NodeProcess.Admin);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password ?? Node.AdminPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        return page;
    }
}
