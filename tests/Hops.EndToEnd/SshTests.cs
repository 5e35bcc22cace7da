using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>Desktops behind a real jump host, and what happens when that shows another key.</summary>
public sealed class SshTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    /// <summary>Ways to the desktop that lead over the jump host.</summary>
    public enum Way
    {
        Key,
        Password,
        InsideATunnel,
        BehindAProxy,
    }

    [SitesTheory]
    [InlineData(Way.Key)]
    [InlineData(Way.Password)]
    [InlineData(Way.InsideATunnel)]
    [InlineData(Way.BehindAProxy)]
    public Task Open_BehindAJumpHost_KeysPaint(Way way) => OneThread.Run(async () =>
    {
        string chain = $"ssh-{way}".ToLowerInvariant(), router = fixture.Lab.Sites["west"].Router;
        string[] hops = way switch
        {
            Way.Key => [fixture.Sites.Ssh()],
            Way.Password => [fixture.Sites.SshByPassword()],
            Way.InsideATunnel => [SiteLayers.WireGuard(4), fixture.Sites.Ssh(router)],
            _ => [fixture.Sites.Socks(), fixture.Sites.Ssh(router)],
        };
        await fixture.SaveAsync(chain, [.. hops, fixture.Sites.WestDesk("w03")]);
        using var viewer = fixture.Watch(chain);
        SitesFixture.AssertKeysPaint(viewer);
        await fixture.Node.EndAsync(chain);
    });

    [SitesFact]
    public Task Open_JumpHostShowsAnotherKey_HaltsUntilThePinIsForgotten() => OneThread.Run(async () =>
    {
        await fixture.OpenAsync("rekeyed", fixture.Sites.Ssh(), fixture.Sites.WestDesk("w04"));
        await fixture.Node.EndAsync("rekeyed");
        var west = fixture.Lab.Sites["west"];
        await fixture.Lab.CommandAsync("new-key", "west", "ssh");
        try
        {
            await fixture.Node.OpenAsync("rekeyed");
            var halted = await fixture.WaitAsync("rekeyed", "failed");

            string said = halted.GetProperty("failure").GetString()!;
            Assert.StartsWith($"ssh {west.Address}: the key is not the one that was seen before", said, StringComparison.Ordinal);
            Assert.Contains(west.Ssh.Fingerprint, said, StringComparison.Ordinal);
            using var audit = await fixture.Node.GetAsync("audit?action=host-key-changed");
            Assert.Contains(west.Ssh.Fingerprint, audit.RootElement.ToString(), StringComparison.Ordinal);

            await fixture.Node.SendAsync(HttpMethod.Delete, $"pins/rekeyed?layer={Uri.EscapeDataString($"ssh {west.Address}:{west.Ssh.Port}")}");
            using var viewer = fixture.Watch("rekeyed");
            SitesFixture.AssertKeysPaint(viewer);
            await fixture.Node.EndAsync("rekeyed");
        }
        finally
        {
            await fixture.Lab.CommandAsync("old-key", "west", "ssh");
        }
    });

    [SitesFact]
    public async Task Open_WrongPassword_IsTheJumpHostsFailure()
    {
        var west = fixture.Lab.Sites["west"];
        await SiteLayers.SaveLoginAsync(fixture.Node, "ssh-stranger", west.Ssh.PasswordUser, "wrong");

        string said = await fixture.FailAsync("ssh-refused",
            $"kind: ssh\nhost: {west.Address}\nport: {west.Ssh.Port}\ncredentials: ssh-stranger", fixture.Sites.WestDesk("w04"));

        Assert.StartsWith($"ssh {west.Address}: the host did not accept the user name or password", said, StringComparison.Ordinal);
    }
}
