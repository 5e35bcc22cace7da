using System.Net;
using System.Text.RegularExpressions;

namespace RemoteChain.Portal.Tests;

/// <summary>What browsers are told about every answer.</summary>
public sealed partial class PageHeaderTests(PortalNode node) : IClassFixture<PortalNode>
{
    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/nowhere")]
    [InlineData("/portal.js")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/report.css")]
    public async Task Answer_SaysWhatMayRun(string path)
    {
        var response = await node.Browser().GetAsync(path);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/nowhere", null)]
    [InlineData("/session/4f2a", "/sessions/4f2a")]
    [InlineData("/chain/a%20b", "/chains/a%20b")]
    [InlineData("/chains", "/")]
    [InlineData("/reprots", "/reports")]
    [InlineData("/audit/x/y", null)]
    [InlineData("/%3Cscript%3E/%22x", null)]
    public async Task UnknownPage_Answers404_AndSaysWhatMayHaveBeenMeant(string path, string? meant)
    {
        var response = await node.Browser().GetAsync(path);
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("There is no such page", page, StringComparison.Ordinal);
        Assert.Equal(meant, Meant().Match(page) is { Success: true } match ? match.Groups[1].Value : null);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/sessions\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_KeepsItsOwnStricterPolicy()
    {
        var response = await node.Browser().GetAsync("/api/v1/health");

        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task Pages_HaveNoScriptOfTheirOwn()
    {
        var browser = await node.VisitorAsync("nora");
        foreach (var path in (string[])["/sign-in", "/", "/account"])
        {
            var page = await browser.GetStringAsync(path);
            Assert.DoesNotMatch(new Regex("<script(?![^>]*\\bsrc=)[^>]*>|\\son[a-z]+=\"|javascript:", RegexOptions.IgnoreCase), page);
            Assert.DoesNotMatch(new Regex("<(?:script|link)[^>]*(?:src|href)=\"(?:https?:)?//", RegexOptions.IgnoreCase), page);
        }
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/")]
    public async Task Pages_AreNotKept(string path) =>
        Assert.True((await node.Browser().GetAsync(path)).Headers.CacheControl?.NoStore);

    [GeneratedRegex("Did you mean <a href=\"([^\"]+)\"")]
    private static partial Regex Meant();
}
