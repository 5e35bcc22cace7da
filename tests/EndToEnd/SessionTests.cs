using RemoteChain.Harness;

namespace RemoteChain.EndToEnd;

/// <summary>A real host, a real node, our own client: the life of a session.</summary>
public sealed class SessionTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Host = "desk-1";

    [LabFact]
    public Task Session_ClientGoesAndComesBack_TheTerminalStillHasItsText() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("alive", fixture.Lab, Host, "u10");
        Picture before;
        string id;
        using (var first = fixture.Open("alive"))
        {
            NodeFixture.Settle(first);
            var empty = first.Capture();
            first.Type("echo this must survive\r");
            first.Settle(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(5));
            before = first.Capture();
            Assert.NotEqual(0, before.DifferenceTo(empty));
            id = (await fixture.Node.SessionOfAsync("alive"))!.Value.GetProperty("id").GetString()!;
        }

        await fixture.WaitForSessionAsync("alive", s => s.Contains("\"fronts\":[]", StringComparison.Ordinal));
        using var second = fixture.Open("alive");
        second.Pump(TimeSpan.FromSeconds(10), () => second.Paints > 0 && !NoticePixel.Is(second.PixelAt(2, 2)));
        second.Settle(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(5));

        Assert.Equal(id, (await fixture.Node.SessionOfAsync("alive"))!.Value.GetProperty("id").GetString());
        Assert.InRange(second.Capture().DifferenceTo(before, tolerance: 24), 0, 0.005);
    });

    [LabFact]
    public Task Session_TwoClients_SeeTheSameAndTheViewerOfThemCannotType() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("shared", fixture.Lab, Host, "u11");
        using var owner = fixture.Open("shared");
        NodeFixture.Settle(owner);
        using var watcher = fixture.Open("shared", "?view");
        Viewer[] both = [owner, watcher];
        Viewer.Pump(both, TimeSpan.FromSeconds(3), () => false);

        var quiet = owner.Capture();
        watcher.Type("xxxxx");
        Viewer.Pump(both, TimeSpan.FromSeconds(1), () => false);
        Assert.Equal(0, owner.Capture().DifferenceTo(quiet));

        owner.Type("echo hello\r");
        Viewer.Pump(both, TimeSpan.FromSeconds(2), () => false);
        var seen = owner.Capture();
        Assert.NotEqual(0, seen.DifferenceTo(quiet));
        Assert.InRange(watcher.Capture().DifferenceTo(seen, tolerance: 24), 0, 0.005);
    });

    [LabFact]
    public Task Session_ClientAsksForAnotherSize_TheHostFollows() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("sized", fixture.Lab, Host, "u12");
        using var viewer = fixture.Open("sized");
        NodeFixture.Settle(viewer);
        Assert.True(viewer.Pump(TimeSpan.FromSeconds(5), () => viewer.CanResize), "the front door offers no display control");

        Assert.True(viewer.RequestResize(1200, 800));

        Assert.True(viewer.Pump(TimeSpan.FromSeconds(10), () => viewer.Size == (1200, 800)), $"the desktop is {viewer.Size}");
        viewer.Settle(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(5));
        Assert.True(viewer.Capture().Colours > 20);
    });

    [LabFact]
    public Task Session_BackWorkerKilled_ComesBackByItselfAndNobodyElseNotices() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("killed", fixture.Lab, Host, "u13");
        await fixture.Node.AddHostAsync("bystander", fixture.Lab, "desk-2", "bob");
        using var viewer = fixture.Open("killed");
        using var bystander = fixture.Open("bystander");
        NodeFixture.Settle(viewer);
        int back = (await fixture.Node.SessionOfAsync("killed"))!.Value.GetProperty("processId").GetInt32();
        string other = (await fixture.Node.SessionOfAsync("bystander"))!.Value.GetProperty("processId").ToString();

        await Shell.RunAsync("kill", ["-KILL", $"{back}"]);

        await fixture.WaitForSessionAsync(
            "killed", s => s.Contains("\"state\":\"live\"", StringComparison.Ordinal) && !s.Contains($"\"processId\":{back}", StringComparison.Ordinal), viewer);
        NodeFixture.Settle(viewer);
        Assert.Null(viewer.Ended);
        Assert.Equal(other, (await fixture.Node.SessionOfAsync("bystander"))!.Value.GetProperty("processId").ToString());
    });

    [LabFact]
    public Task Session_KilledByAnAdmin_TellsTheViewerAndEnds() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("ended", fixture.Lab, Host, "u14");
        using var viewer = fixture.Open("ended");
        NodeFixture.Settle(viewer);
        string id = (await fixture.Node.SessionOfAsync("ended"))!.Value.GetProperty("id").GetString()!;

        await fixture.Node.SendAsync(HttpMethod.Delete, $"sessions/{id}");

        Assert.True(viewer.Pump(TimeSpan.FromSeconds(20), () => viewer.Ended is not null), "the viewer was not let go");
        Assert.Null(await fixture.Node.SessionOfAsync("ended"));
        using var records = await fixture.Node.GetAsync("sessions/ended");
        Assert.Contains(id, records.RootElement.ToString(), StringComparison.Ordinal);
    });
}
