using System.Net.Http.Json;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>Profiles that would run something are refused by the name of the option, and the audit log tells of it.</summary>
public sealed class ProfileTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    [SitesTheory]
    [InlineData("wireguard-1", "wireguard", "[Interface]", "PostUp = touch /tmp/from-a-profile", "PostUp")]
    [InlineData("openvpn-udp", "openvpn", "client", "up \"/bin/touch /tmp/from-a-profile\"", "up")]
    [InlineData("openvpn-udp", "openvpn", "client", "script-security 2", "script-security")]
    public async Task Import_ProfileThatRunsSomething_IsRefusedByName(string profile, string kind, string after, string line, string option)
    {
        string file = fixture.Lab.Sites.Values.Single(site => site.Profiles.ContainsKey(profile)).Profiles[profile];
        string[] lines = await File.ReadAllLinesAsync(file);
        int at = Array.IndexOf(lines, after);
        string text = string.Join('\n', [.. lines[..(at + 1)], line, .. lines[(at + 1)..]]);

        using var answer = await fixture.Node.Api.PutAsync("secrets/scripted", JsonContent.Create(new { kind, text }));

        string said = await answer.Content.ReadAsStringAsync();
        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Contains(option, said, StringComparison.Ordinal);
        Assert.Contains($"line {at + 2}", said, StringComparison.OrdinalIgnoreCase);
        using var audit = await fixture.Node.GetAsync("audit?action=profile-refused");
        Assert.Contains(option, audit.RootElement.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("from-a-profile", audit.RootElement.ToString(), StringComparison.Ordinal);
        using var secrets = await fixture.Node.GetAsync("secrets");
        Assert.DoesNotContain("scripted", secrets.RootElement.ToString(), StringComparison.Ordinal);
    }
}
