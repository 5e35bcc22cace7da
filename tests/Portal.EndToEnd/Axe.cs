using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>axe-core, which finds what people with a screen reader or without a mouse would stumble over.</summary>
static class Axe
{
    static readonly string s_script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));

    /// <summary>What it finds on a page that is serious or worse.</summary>
    public static async Task<IReadOnlyList<string>> StumblesAsync(IPage page)
    {
        // Evaluated by the debugger, so the page's own policy stays in force.
        await page.EvaluateAsync(s_script);
        var found = await page.EvaluateAsync<string[]>("""
            async () => (await axe.run()).violations.filter(v => ["serious", "critical"].includes(v.impact))
                .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => `${n.html.slice(0, 160)} (${n.any[0]?.message ?? ""})`).join("; ")}`)
            """);
        return [.. found.Select(text => $"{page.Url}: {text}")];
    }
}
