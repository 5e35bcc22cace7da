using System.Text.Json;
using RemoteChain.Harness;
using Xunit.Abstractions;

namespace RemoteChain.Latency.EndToEnd;

/// <summary>What the gateway finds out about real hosts beside the session.</summary>
public sealed class ProbeTests(NodeFixture fixture, ITestOutputHelper output) : IClassFixture<NodeFixture>
{
    [LabFact]
    public Task Probes_XrdpWithEverythingAllowed_WayAndKeysAreMeasuredAndTheSessionLives() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("probed", fixture.Lab, "desk-1", "u33", "    probes: server\n    key-probes: demand\n");
        using var viewer = fixture.Open("probed");
        NodeFixture.Settle(viewer);
        viewer.Type("cat\r");
        string session = await fixture.WaitForSessionAsync("probed", s => s.Contains("\"transportNanos\":", StringComparison.Ordinal)
            && !s.Contains("\"transportNanos\":null", StringComparison.Ordinal), viewer);
        output.WriteLine(session);
        var host = JsonDocument.Parse(session).RootElement.GetProperty("host");
        Assert.Equal("xrdp", host.GetProperty("server").GetString());
        Assert.InRange(host.GetProperty("transportNanos").GetInt64(), 1, 100_000_000);

        viewer.Pump(TimeSpan.FromSeconds(6), () => false);
        string id = (await fixture.Node.SessionOfAsync("probed"))!.Value.GetProperty("id").GetString()!;
        string report = await fixture.Node.SendAsync(HttpMethod.Post, $"sessions/{id}/probe?count=4");
        while (JsonDocument.Parse(report).RootElement.GetProperty("running").GetBoolean())
        {
            viewer.Pump(TimeSpan.FromMilliseconds(300), () => false);
            report = await fixture.Node.SendAsync(HttpMethod.Get, $"sessions/{id}/probe");
        }

        output.WriteLine(report);
        var presses = JsonDocument.Parse(report).RootElement.GetProperty("presses").EnumerateArray().ToList();
        Assert.Equal(4, presses.Count);
        Assert.True(presses.Count(press => press.GetProperty("nanos").ValueKind == JsonValueKind.Number) >= 3, report);
        Assert.Equal("live", (await fixture.Node.SessionOfAsync("probed"))!.Value.GetProperty("state").GetString());
    });

    [LabFact]
    public Task Probes_ServerOfLibfreerdpWithEverythingAllowed_IsNeverAskedToShutDown() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("spared", fixture.Lab, "shadow-1", "carol", "    probes: server\n");
        using var viewer = fixture.Open("spared");
        viewer.Pump(TimeSpan.FromSeconds(10), () => viewer.Paints > 0);
        string session = await fixture.WaitForSessionAsync("spared", s => s.Contains("\"transportNanos\":", StringComparison.Ordinal)
            && !s.Contains("\"transportNanos\":null", StringComparison.Ordinal), viewer);
        // Twice as long as it takes until one would have been sent.
        for (int i = 0; i < 12; i++)
        {
            viewer.Tap(0x1E);
            viewer.Pump(TimeSpan.FromSeconds(1), () => false);
        }

        session = (await fixture.Node.SessionOfAsync("spared"))!.Value.ToString();
        output.WriteLine(session);
        var after = JsonDocument.Parse(session).RootElement;
        Assert.Equal("freerdp", after.GetProperty("host").GetProperty("server").GetString());
        Assert.Equal("live", after.GetProperty("state").GetString());
        Assert.True(after.GetProperty("host").GetProperty("roundTripRequests").GetInt32() > 0, session);
    });
}
