using System.Net.Http.Json;
using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Sharing.EndToEnd;

/// <summary>A session that two people look at with RDP clients: one of them by an invitation.</summary>
public sealed class SharedSessionTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    const byte KeyA = 0x1E;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [LabFact]
    public Task Guest_ComesByInvitation_TypesOnlyWhileInControl_AndIsTakenOffWithIt() => OneThread.Run(GuestAsync);

    async Task GuestAsync()
    {
        await fixture.Node.AddHostAsync("shared", fixture.Lab, "desk-1", "u38");
        using var owner = fixture.Open("shared");
        NodeFixture.Settle(owner);
        var session = (await fixture.Node.SessionOfAsync("shared"))!.Value;
        string id = session.GetProperty("id").GetString()!;
        var made = JsonDocument.Parse(await fixture.Node.SendAsync(
            HttpMethod.Post, $"sessions/{id}/invitations", JsonContent.Create(new { control = true, guests = true }))).RootElement;

        using var guest = await ComeAsync(made.GetProperty("code").GetString()!);
        Assert.True(Viewer.Pump([owner, guest], s_patience, () => guest.Paints > 0 && !NoticePixel.Is(guest.PixelAt(2, 2))), $"no picture; {guest.Ended}");
        Assert.Equal(id, (await fixture.Node.SessionOfAsync("shared"))!.Value.GetProperty("id").GetString());

        await ControlAsync(id, 1);
        Assert.False(Types(guest, owner), "the guest typed although the owner alone had control");
        Assert.True(Types(owner, owner), "the owner could not type");
        await ControlAsync(id, 2);
        Assert.True(Types(guest, owner), "the guest could not type");
        Assert.False(Types(owner, owner), "the owner typed although the guest alone had control");

        await fixture.Node.SendAsync(HttpMethod.Delete, $"sessions/{id}/invitations/{made.GetProperty("invitation").GetProperty("id").GetString()}");
        Assert.True(Viewer.Pump([owner, guest], s_patience, () => guest.Ended is not null), "the guest is still there");
        Assert.Null(owner.Ended);
        // Control that nobody has any more is everybody's again.
        await fixture.WaitForSessionAsync("shared", said => said.Contains("\"controlledBy\":0", StringComparison.Ordinal), owner);
        Assert.True(Types(owner, owner), "the owner could not type after the guest had gone");
    }

    [LabFact]
    public Task Account_ThatIsRemoved_LeavesTheSessionsOfOthers_AndItsOwnEnds() => OneThread.Run(RemovedAsync);

    async Task RemovedAsync()
    {
        const string Password = "a long enough password";
        await fixture.Node.AddHostAsync("leaving", fixture.Lab, "desk-1", "u46");
        await fixture.Node.AddHostAsync("left", fixture.Lab, "desk-1", "u47");
        await fixture.Node.AddUserAsync("carol", Password);
        await fixture.Node.SendAsync(HttpMethod.Put, "chains/left/grants/carol");
        using var owner = fixture.Open("leaving");
        NodeFixture.Settle(owner);
        string id = (await fixture.Node.SessionOfAsync("leaving"))!.Value.GetProperty("id").GetString()!;
        var made = JsonDocument.Parse(await fixture.Node.SendAsync(HttpMethod.Post, $"sessions/{id}/invitations", JsonContent.Create(new { }))).RootElement;
        using var carol = new HttpClient { BaseAddress = fixture.Node.Api.BaseAddress };
        var signedIn = await PostAsync(carol, "sign-in", new { user = "carol", password = Password });
        carol.DefaultRequestHeaders.Authorization = new("Bearer", signedIn.GetProperty("token").GetString());
        await PostAsync(carol, "invitations/redeem", new { code = made.GetProperty("code").GetString() });
        using var watcher = Come(await PostAsync(carol, $"sessions/{id}/pass", new { }));
        using var own = fixture.Open("left", user: "carol", password: Password);
        Assert.True(Viewer.Pump([owner, watcher, own], s_patience, () => watcher.Paints > 0 && own.Paints > 0), $"no pictures; {watcher.Ended}; {own.Ended}");
        await fixture.Node.SendAsync(HttpMethod.Delete, "users/carol");
        Assert.True(Viewer.Pump([owner, watcher, own], s_patience, () => watcher.Ended is not null && own.Ended is not null), $"carol still looks; {watcher.Ended}; {own.Ended}");
        Assert.Null(owner.Ended);
        Assert.Null(await fixture.Node.SessionOfAsync("left"));
        await fixture.Node.SendAsync(HttpMethod.Delete, $"sessions/{id}");
    }

    async Task<Viewer> ComeAsync(string code)
    {
        using var stranger = new HttpClient { BaseAddress = fixture.Node.Api.BaseAddress };
        return Come((await PostAsync(stranger, "invitations/redeem", new { code })).GetProperty("pass"));
    }

    static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    Viewer Come(JsonElement pass)
    {
        var (viewer, failure) = Viewer.Connect("127.0.0.1", fixture.Node.RdpPort, options => options with
        {
            User = pass.GetProperty("id").GetString()!, Password = pass.GetProperty("secret").GetString()!, Security = RdpSecurity.Tls,
        });
        Assert.True(viewer is not null, $"{failure}");
        return viewer;
    }

    Task ControlAsync(string session, int front) =>
        fixture.Node.SendAsync(HttpMethod.Put, $"sessions/{session}/control", JsonContent.Create(new { front }));

    // Every letter paints; a caret that blinks does not in this terminal. What does not come is waited for as long as what comes takes at most.
    static bool Types(Viewer by, Viewer seen)
    {
        seen.Settle(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3));
        long before = seen.Paints;
        by.Tap(KeyA);
        return Viewer.Pump(by == seen ? [seen] : [seen, by], TimeSpan.FromSeconds(2), () => seen.Paints > before);
    }
}
