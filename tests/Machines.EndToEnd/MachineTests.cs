using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.Machines.EndToEnd;

/// <summary>Chains that end in a machine, opened as people open them.</summary>
public sealed class MachineTests(MachineNode fixture) : IClassFixture<MachineNode>
{
    const byte A = 0x1E;

    static readonly TimeSpan s_boot = TimeSpan.FromMinutes(3);

    NodeProcess Node => fixture.Node;

    [Fact]
    public Task Echo_AKeyOfAViewer_IsShownAndItsTimeIsTheMachines() => OneThread.Run(async () =>
    {
        await fixture.AddChainAsync("echo", "echo");
        using var viewer = fixture.Look("echo");
        Assert.True(viewer.Pump(MachineNode.Patience, () => viewer.Size == (1024, 768) && viewer.PixelAt(500, 500) == 0x102030), "no echo desktop");
        viewer.Settle(TimeSpan.FromMilliseconds(300), MachineNode.Patience);
        var before = viewer.Capture();
        for (var i = 0; i < 20; i++)
        {
            var paints = viewer.Paints;
            viewer.Tap(A);
            Assert.True(viewer.Pump(MachineNode.Patience, () => viewer.Paints > paints), "a key was not answered");
        }
        viewer.Settle(TimeSpan.FromMilliseconds(300), MachineNode.Patience);
        Assert.InRange(viewer.Capture().DifferenceTo(before), 0.0005, 0.02);

        var session = (await Node.SessionOfAsync("echo"))!.Value.GetProperty("id").GetString();
        string samples = "";
        var until = DateTime.UtcNow + MachineNode.Patience;
        while (!samples.Contains("refresh", StringComparison.Ordinal) && DateTime.UtcNow < until)
        {
            await Task.Delay(100);
            samples = await Node.Api.GetStringAsync($"sessions/{session}/latency/samples");
        }
        foreach (var stage in (string[])["interrupt", "read", "draw", "refresh"]) Assert.Contains(stage, samples, StringComparison.Ordinal);
    });

    [Fact]
    public async Task Echo_AnOrdinaryClient_ShowsWhatIsTyped()
    {
        await fixture.AddChainAsync("ordinary", "echo");
        using var display = await XDisplay.StartAsync();
        using var client = XFreeRdp.Start(
            display, $"127.0.0.1:{Node.RdpPort}", $"{NodeProcess.Admin}#ordinary", Node.AdminPassword, "/size:1024x768", "/sec:tls", "/gfx");
        await fixture.AwaitSessionAsync("ordinary", "\"state\":\"live\"");
        var before = await AwaitPictureAsync(display, picture => picture.Pixels.Count(IsPaper) > picture.Pixels.Length / 4, client);
        // A client that has just shown its window may not have the keyboard yet: it is typed until somebody hears.
        var last = before;
        for (var until = DateTime.UtcNow + MachineNode.Patience; DateTime.UtcNow < until && last.DifferenceTo(before, tolerance: 32) < 0.0003;)
        {
            await display.InputAsync("mousemove", "500", "400", "click", "1");
            await display.InputAsync("type", "--delay", "40", "typed in a real client");
            last = await display.CaptureAsync();
        }
        Assert.True(last.DifferenceTo(before, tolerance: 32) >= 0.0003, $"typing changed nothing; the client says {client.Log}");
    }

    [Fact]
    public async Task End_ASessionOfAThrowawayMachine_NothingIsLeft()
    {
        await fixture.AddChainAsync("thrown", "echo");
        await Node.OpenAsync("thrown");
        await fixture.AwaitSessionAsync("thrown", "\"state\":\"live\"");
        var machine = Assert.Single(await MachinesAsync("thrown"));
        var process = machine.GetProperty("processId").GetInt32();
        await Node.EndAsync("thrown");
        Assert.Empty(await MachinesAsync("thrown"));
        Assert.False(Directory.Exists($"/proc/{process}"), "its process is still there");
    }

    [Fact]
    public async Task End_ASessionOfAKeptMachine_ItGoesOn()
    {
        await fixture.AddChainAsync("kept", "echo", "\nkeep: on");
        await Node.OpenAsync("kept");
        await fixture.AwaitSessionAsync("kept", "\"state\":\"live\"");
        await Node.EndAsync("kept");
        var machine = Assert.Single(await MachinesAsync("kept"));
        Assert.Equal("running", machine.GetProperty("state").GetString());
        var process = machine.GetProperty("processId").GetInt32();
        await Node.OpenAsync("kept");
        await fixture.AwaitSessionAsync("kept", "\"state\":\"live\"");
        Assert.Equal(process, Assert.Single(await MachinesAsync("kept")).GetProperty("processId").GetInt32());
    }

    [GuestFact]
    public Task DebianShell_ToAPromptThatAnswers_OnItsScreenAndItsSerialPort() => OneThread.Run(async () =>
    {
        await fixture.AddChainAsync("shell", "debian-shell");
        using var viewer = fixture.Look("shell");
        var session = await fixture.AwaitSessionAsync("shell", "\"id\"");
        var machine = $"shell~{JsonDocument.Parse(session).RootElement.GetProperty("id").GetString()}";
        var booted = false;
        var booting = Task.Run(async () =>
        {
            await fixture.AwaitConsoleAsync(machine, "# ", s_boot);
            booted = true;
        });
        viewer.Pump(s_boot, () => booted || booting.IsCompleted);
        await booting;
        await fixture.TypeAsync(machine, "uname -m; ls /sys/class/net; echo $((6*7))$((6*7))\n");
        var said = await fixture.AwaitConsoleAsync(machine, "4242", MachineNode.Patience);
        Assert.Contains("i686", said, StringComparison.Ordinal);
        // Without a network in its template there is no card.
        Assert.DoesNotContain("eth0", said, StringComparison.Ordinal);

        // On the screen: what is typed there is drawn there.
        // Its caret blinks: a picture at rest is not to be had.
        viewer.Settle(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        var before = viewer.Capture();
        Assert.True(before.Colours > 1, "the screen is blank");
        for (var i = 0; i < 10; i++) viewer.Tap(A);
        Assert.True(viewer.Pump(MachineNode.Patience, () => viewer.Capture().DifferenceTo(before) > 0.0003), "the shell on the screen draws nothing");
    });

    async Task<JsonElement[]> MachinesAsync(string chain)
    {
        using var machines = await Node.GetAsync("machines");
        return [.. machines.RootElement.EnumerateArray().Where(machine => machine.GetProperty("name").GetString()!.StartsWith($"{chain}~", StringComparison.Ordinal)).Select(machine => machine.Clone())];
    }

    /// <summary>The echo desktop's background, as a lossy codec may show it.</summary>
    static bool IsPaper(int pixel) => Math.Abs((pixel >> 16) - 0x10) < 12 && Math.Abs((pixel >> 8 & 0xFF) - 0x20) < 12 && Math.Abs((pixel & 0xFF) - 0x30) < 12;

    static async Task<Picture> AwaitPictureAsync(XDisplay display, Func<Picture, bool> isIt, XFreeRdp client)
    {
        var until = DateTime.UtcNow + MachineNode.Patience;
        while (DateTime.UtcNow < until)
        {
            var picture = await display.CaptureAsync();
            if (isIt(picture)) return picture;
            await Task.Delay(200);
        }
        throw new TimeoutException($"not the picture that was waited for; the client says {client.Log}");
    }
}
