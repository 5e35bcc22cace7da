using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Playwright;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>Coming in and going out, in a real browser.</summary>
public sealed class SignInTests(PortalFixture fixture) : IClassFixture<PortalFixture>
{
    const string Password = "a long enough password";

    [BrowserFact]
    public async Task SignIn_FromADeepLink_LeadsThere_AndSignOutEndsIt()
    {
        var page = await fixture.SignInAsync("/?look=1");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Chains" })).ToBeVisibleAsync();
        Assert.EndsWith("/?look=1", page.Url, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        // Either the form's answer or the page that notices its end is first.
        await page.WaitForURLAsync(url => url.Contains("/sign-in", StringComparison.Ordinal));
        await page.GotoAsync("/");
        await page.WaitForURLAsync(url => url.Contains("/sign-in", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task SignIn_RevokedMeanwhile_ThePageLeaves()
    {
        await fixture.Node.AddUserAsync("leaver", Password);
        var page = await fixture.SignInAsync("/secrets", "leaver", Password);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Secrets", Exact = true })).ToBeVisibleAsync();
        await fixture.Node.SendAsync(HttpMethod.Delete, "users/leaver/sign-ins");

        await page.WaitForURLAsync("**/sign-in?then=%2Fsecrets");
    }

    [BrowserFact]
    public async Task Authenticator_SetUpInTheBrowser_IsAskedForAtTheNextSignIn()
    {
        await fixture.Node.AddUserAsync("careful", Password);
        var page = await fixture.SignInAsync("/account", "careful", Password);
        var card = page.GetByRole(AriaRole.Region, new() { Name = "Authenticator" });
        await card.GetByLabel("Password").FillAsync(Password);
        await card.GetByRole(AriaRole.Button, new() { Name = "Set it up" }).ClickAsync();
        await Assertions.Expect(card.GetByAltText("QR code with the authenticator's key")).ToBeVisibleAsync();
        await Browser.KeepAsync(page, "authenticator-light");
        var key = Decode(await card.Locator(".mono").InnerTextAsync());
        var step = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30;
        await card.GetByLabel("Code").FillAsync(CodeOf(key, step));
        await card.GetByRole(AriaRole.Button, new() { Name = "Turn it on" }).ClickAsync();
        await Assertions.Expect(card.GetByText("Keep these recovery codes")).ToBeVisibleAsync();

        page = await fixture.Browser.NewAsync(fixture.Node.Url);
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("Account", new() { Exact = true }).FillAsync("careful");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Code")).ToBeVisibleAsync();
        await Browser.KeepAsync(page, "second-step-light");
        Assert.DoesNotContain(Password, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByLabel("Code").FillAsync("000000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        // A code counts once: the one of the next half minute, which the node accepts already, is another one.
        await page.GetByLabel("Code").FillAsync(CodeOf(key, step + 1));
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Chains" })).ToBeVisibleAsync();
    }

    // RFC 6238 with the parameters that authenticators expect, from the key as it is shown (RFC 4648, base 32).
    static string CodeOf(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        var hash = HMACSHA1.HashData(key, counter);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xf)) & int.MaxValue;
        return $"{number % 1_000_000:D6}";
    }

    static byte[] Decode(string shown)
    {
        var (bits, count, bytes) = (0, 0, new List<byte>());
        foreach (var letter in shown.Where(char.IsLetterOrDigit))
        {
            (bits, count) = ((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal), count + 5);
            if (count < 8) continue;
            count -= 8;
            bytes.Add((byte)(bits >> count));
            bits &= (1 << count) - 1;
        }
        return [.. bytes];
    }
}
