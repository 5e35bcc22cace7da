using RemoteChain.Harness;

namespace RemoteChain.Machines.EndToEnd;

/// <summary>Guests and templates that misbehave: their own session says so, nobody else notices.</summary>
public sealed class BadGuestTests(MachineNode fixture) : IClassFixture<MachineNode>
{
    const byte A = 0x1E;

    NodeProcess Node => fixture.Node;

    [Theory]
    [InlineData("triple", "a triple fault")]
    [InlineData("halts", "halted with interrupts off")]
    [InlineData("restarts", "restarted itself 5 times within a minute")]
    public Task Open_AGuestThatEnds_FailsWithASentenceThatClientsSee(string guest, string sentence) => OneThread.Run(async () =>
    {
        await fixture.AddGuestAsync(guest, guest switch
        {
            "triple" => TinyKernel.TripleFault, "halts" => TinyKernel.HaltsForEver, _ => TinyKernel.RestartsItself,
        });
        await Node.OpenAsync(guest);
        var session = await fixture.AwaitSessionAsync(guest, "\"state\":\"failed\"");
        Assert.Contains($"machine {guest}: the machine has stopped", session, StringComparison.Ordinal);
        Assert.Contains(sentence, session, StringComparison.Ordinal);

        // A person who looks is an attempt, which ends the same way, and sees the sentence as a picture.
        using var viewer = fixture.Look(guest);
        Assert.True(viewer.Pump(MachineNode.Patience, () => viewer.Paints > 0 && viewer.Capture().Colours > 5), "no notice");
    });

    [Fact]
    public async Task Open_ATruncatedKernel_SaysWhatIsWrongWithIt()
    {
        await fixture.AddGuestAsync("truncated", TinyKernel.HaltsForEver[..700]);
        await Node.OpenAsync("truncated");
        Assert.Contains("is no bzImage", await fixture.AwaitSessionAsync("truncated", "\"state\":\"failed\""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AFileThatIsMissing_NamesIt()
    {
        await fixture.AddGuestAsync("missing", TinyKernel.HaltsForEver);
        await Node.SendAsync(HttpMethod.Put, "machine-templates/missing",
            new StringContent("name: missing\nkernel: not/there\n", System.Text.Encoding.UTF8, "application/yaml"));
        await Node.OpenAsync("missing");
        Assert.Contains("the file not/there of the template", await fixture.AwaitSessionAsync("missing", "\"state\":\"failed\""), StringComparison.Ordinal);
    }

    [Fact]
    public Task Open_GuestsThatFloodDisplayAndSerialPort_OthersGoOn() => OneThread.Run(async () =>
    {
        await fixture.AddGuestAsync("flood", TinyKernel.FloodsTheDisplay);
        await fixture.AddGuestAsync("chatter", TinyKernel.FloodsItsSerialPort);
        await fixture.AddChainAsync("beside", "echo");
        await Node.OpenAsync("flood");
        await Node.OpenAsync("chatter");
        await fixture.AwaitSessionAsync("flood", "\"state\":\"live\"");
        await fixture.AwaitSessionAsync("chatter", "\"state\":\"live\"");
        using var viewer = fixture.Look("beside");
        Assert.True(viewer.Pump(MachineNode.Patience, () => viewer.Size == (1024, 768) && viewer.PixelAt(500, 500) == 0x102030), "no echo desktop");
        for (var i = 0; i < 5; i++)
        {
            var paints = viewer.Paints;
            viewer.Tap(A);
            Assert.True(viewer.Pump(MachineNode.Patience, () => viewer.Paints > paints), $"key {i} was not answered");
        }
        using var machines = await Node.GetAsync("machines");
        const long bound = 400L << 20;
        foreach (var machine in machines.RootElement.EnumerateArray().Where(machine => machine.GetProperty("state").GetString() == "running"))
            Assert.InRange(ResidentBytes(machine.GetProperty("processId").GetInt32()), 1, bound);
        await Node.EndAsync("flood");
        await Node.EndAsync("chatter");
    });

    static long ResidentBytes(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..].Trim().Split(' ')[0],
        System.Globalization.CultureInfo.InvariantCulture) << 10;
}
