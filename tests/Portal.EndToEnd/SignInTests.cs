using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>Coming in and going out, in a real browser.</summary>
public sealed class SignInTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    [BrowserFact]
    public async Task SignIn_FromADeepLink_LeadsThere_AndSignOutEndsIt()
    {
        var page = await fixture.SignInAsync("/?look=1");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Chains" })).ToBeVisibleAsync();
        Assert.EndsWith("/?look=1", page.Url, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
        await page.GotoAsync("/");
        await page.WaitForURLAsync("**/sign-in");
    }
}
