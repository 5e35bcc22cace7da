using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;
using Xunit.Abstractions;

namespace RemoteChain.Latency.EndToEnd;

/// <summary>What a report says of a real session, against a client that is signed in at the same host without any gateway.</summary>
public sealed class PacingTests(NodeFixture fixture, ITestOutputHelper output) : IClassFixture<NodeFixture>
{
    private const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    private const int Keys = 140, SamplesMin = 110;
    private const string Host = "desk-1";

    [LabFact]
    public Task Report_TypingOnXrdp_NamesItsFramePacingAndAgreesWithAClientBesideTheGateway() => OneThread.Run(async () =>
    {
        var host = fixture.Lab.Hosts[Host];
        await fixture.Node.AddHostAsync("paced", fixture.Lab, Host, "u48");
        using var through = fixture.Open("paced");
        var (beside, failure) = Viewer.Connect(host.Address, host.Port, o => o with { User = "u49", Password = fixture.Lab.Password(Host, "u49"), Security = RdpSecurity.Tls });
        using var viewer = beside ?? throw new InvalidOperationException($"{failure}");
        Viewer[] viewers = [through, viewer];
        foreach (var each in viewers)
        {
            NodeFixture.Settle(each);
            each.Type("PS1='$ '; clear\r");
            each.Settle(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(5));
        }

        List<long>[] outside = [[], []];
        var random = new Random(1);
        for (int i = 0; i < Keys; i++)
        {
            for (int which = 0; which < viewers.Length; which++)
            {
                var each = viewers[which];
                long paints = each.Paints, pressed = each.Press(i % 2 == 0 ? KeyX : KeyBackspace);
                if (Viewer.Pump(viewers, TimeSpan.FromSeconds(2), () => each.Paints != paints)) outside[which].Add(each.PaintedNanos - pressed);
                each.Release(i % 2 == 0 ? KeyX : KeyBackspace);
                // Quiet between keys: the next must not wait for this one's frame.
                Viewer.Pump(viewers, TimeSpan.FromMilliseconds(60 + random.Next(30)), () => false);
            }
        }

        string id = (await fixture.Node.SessionOfAsync("paced"))!.Value.GetProperty("id").GetString()!;
        List<JsonElement> samples = [];
        for (int i = 0; i < 40 && samples.Count < SamplesMin; i++)
        {
            Viewer.Pump(viewers, TimeSpan.FromMilliseconds(500), () => false);
            using var answer = await fixture.Node.GetAsync($"sessions/{id}/latency/samples");
            samples = [.. answer.RootElement.EnumerateArray().Select(sample => sample.Clone())];
        }

        string report = await fixture.Node.SendAsync(HttpMethod.Get, $"sessions/{id}/latency?format=text");
        double hostMillis = Quantiles.Of(samples.Select(sample => Parts(sample).Where(IsHosts).Sum(part => part.GetProperty("nanos").GetInt64()))).P50!.Value;
        double besideMillis = Quantiles.Of(outside[1]).P50!.Value;
        output.WriteLine(report);
        output.WriteLine($"host and the way to it {hostMillis:0.00} ms by the report; {besideMillis:0.00} ms for a client beside the gateway; {Quantiles.Of(outside[0]).P50:0.00} ms through it");
        Assert.True(samples.Count >= SamplesMin, $"{samples.Count} samples");
        Assert.Contains($"rdp {host.Address}/host", report, StringComparison.Ordinal);
        Assert.Contains("The host is xrdp, which paces its frames", report, StringComparison.Ordinal);
        // A client is woken, decrypts and decodes as well, which is none of the host's.
        Assert.InRange(besideMillis - hostMillis, -0.5, 1.5);
    });

    private static bool IsHosts(JsonElement part) => part.GetProperty("layerName").GetString()!.StartsWith("rdp", StringComparison.Ordinal);

    private static IEnumerable<JsonElement> Parts(JsonElement sample) => sample.GetProperty("stages").EnumerateArray();
}
