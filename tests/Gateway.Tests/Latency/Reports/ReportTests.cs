using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Reports;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Reports;

public sealed class ReportTests
{
    const string Hostile = "<script>alert(1)</script>\"'&\u001b[31m\u202e=1+1";

    static LatencyReport Report(ImmutableArray<Sample> samples, string chain = "client-site", bool drawn = false) => LatencyReport.Of(
        new(chain, "4f2a91c0"), new(TypingSession.Start, TypingSession.Start.AddHours(1)),
        new(samples, [.. samples.OrderByDescending(sample => sample.TotalNanos).Take(5)],
            new(samples.Length, samples.Length + 10, samples.Length, 10, 0), drawn, []));

    public static TheoryData<int> Sizes => [0, 1, 2, 12, 99, 150, 1200];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EveryFormat_OfAnyNumberOfSamples_CanBeWritten(int count)
    {
        var report = Report(TypingSession.Samples(count));

        Assert.All(ReportFormat.All, format => Assert.NotEmpty(format.Write(report)));
        Assert.Contains(report.Summary.Verdict.Split(' ')[0], ReportFormat.Text.Write(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rdp desk-1", "client-site")]
    [InlineData("rdp a-host-with-a-very-long-name.of-a-department.of-a-company.example", "a-chain-with-a-name-that-is-as-long-as-names-may-be-and-a-bit")]
    public void Text_AnyNames_FitsEightyColumns(string host, string chain)
    {
        var text = ReportFormat.Text.Write(Report(TypingSession.Samples(1200, host: host), chain));

        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.Contains("One slow input of ", text, StringComparison.Ordinal);
        Assert.Contains("Confidence: 99 % of 1,210 inputs matched", text, StringComparison.Ordinal);
    }

    const string Joint = "rdp west-desk + nested east-desk + runtime xterm";

    // Eight layers: the way to the host is divided between hops, and what is inside its desktop is one bar with it.
    static ImmutableArray<Sample> ManyLayers(int count) => [.. TypingSession.Samples(count, host: "rdp west-desk").Select(sample =>
    {
        var (way, host) = (sample.Times[5], sample.Times[6]);
        StageTime Part(int layer, string name, Stage stage, Grade grade) => new(new(layer, name, stage), way.Nanos / 5, way.Nanos / 6, way.Nanos / 4, grade);
        return sample with
        {
            Times = [.. sample.Times.Take(5), Part(2, "vpn acme-site", Stage.Transport, Grade.Estimate), Part(3, "vpn plant", Stage.Transport, Grade.Estimate),
                Part(5, "proxy squid + relay east", Stage.Transport, Grade.Pooled), Part(5, "relay east", Stage.Inside, Grade.Difference),
                host with { Key = new(6, Joint, Stage.Host), Grade = Grade.Pooled }, .. sample.Times.Skip(7)],
        };
    })];

    [Fact]
    public void Text_EightLayers_FitsEightyColumnsAndNamesThemAll()
    {
        var text = ReportFormat.Text.Write(Report(ManyLayers(1200)));

        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80, line));
        foreach (var name in (string[])["user ", "gateway ", "vpn acme-site ", "vpn plant ", "relay east ", $"{Joint}\n"])
            Assert.Contains($"\n{name}", text, StringComparison.Ordinal);
        var unwrapped = text.Replace('\n', ' ');
        Assert.Contains("vpn plant/transport is the inner path of vpn acme-site:", unwrapped, StringComparison.Ordinal);
        Assert.Contains("proxy squid never answered an echo:", unwrapped, StringComparison.Ordinal);
        Assert.Contains($"{Joint} are one bar: inside a desktop nobody answers", unwrapped, StringComparison.Ordinal);
        Assert.Contains($"Behind relay east the host cannot be asked: the way from there is in the bar of {Joint}.", unwrapped, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryFormat_EightLayers_CarriesThem()
    {
        var report = Report(ManyLayers(1200));

        foreach (var name in (string[])["vpn acme-site", "relay east", Joint])
            Assert.All([ReportFormat.Html, ReportFormat.Json, ReportFormat.Csv, ReportFormat.ChromeTrace], format =>
                Assert.Contains(name, format.Write(report).Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.All([ReportFormat.Html, ReportFormat.Json], format => Assert.Contains("inner path", format.Write(report), StringComparison.Ordinal));
        Assert.All(report.Samples, sample => Assert.Equal(sample.TotalNanos, sample.Times.Sum(time => time.Nanos)));
    }

    [Fact]
    public void TextAndHtml_HostileNames_AreOnlyText()
    {
        var report = Report(TypingSession.Samples(300, host: Hostile), Hostile);

        Assert.DoesNotContain('\u001b', ReportFormat.Text.Write(report));
        Assert.DoesNotContain('\u202e', ReportFormat.Text.Write(report));
        var html = ReportFormat.Html.Write(report);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<script"));
        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xrdp", 30.0, "frames begin at least 40 ms apart. 4 of these ")]
    [InlineData("windows", 30.0, "frames begin at least 33 ms apart.")]
    [InlineData("xrdp", 3.0, null)]    // sooner than xrdp ever is: something else answers
    [InlineData("freerdp", 30.0, null)]
    [InlineData("", 30.0, null)]
    public void Hint_ServerWithAPaceOfItsOwn_IsNamedUnlessTheFiguresContradict(string server, double hostMillis, string? hint)
    {
        var samples = TypingSession.Samples(300).Select(sample => sample with { Load = Load.Idle, Times = [.. sample.Times.Select(time =>
            time.Key.Stage == Stage.Host ? StageTime.Measured(time.Key, (long)(hostMillis * 1e6)) : time with { Nanos = 1000, LowNanos = 1000, HighNanos = 1000 })] });
        var report = Report([.. samples]);
        report = report with { Subject = report.Subject with { Server = server } };

        if (hint is null) Assert.Null(report.Hint);
        else Assert.Contains(hint, report.Hint, StringComparison.Ordinal);
        if (hint is not null) Assert.All([ReportFormat.Html, ReportFormat.Json], format => Assert.Contains(hint, format.Write(report), StringComparison.Ordinal));
    }

    [Fact]
    public void Html_IsOneFileThatAsksNobody()
    {
        var html = ReportFormat.Html.Write(Report(TypingSession.Samples(1200)));

        Assert.Empty(Regex.Matches(html, "https?://|//[a-z]|@import|url\\(|src=|<link", RegexOptions.IgnoreCase));
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        foreach (var section in (string[])["chain", "input", "slow", "time", "confidence"])
            Assert.Contains($"<section id=\"{section}\">", html, StringComparison.Ordinal);
        // Every element is closed, and nothing is closed twice: what stands between body and script reads as XML.
        var body = html[html.IndexOf("<main class=\"report\">", StringComparison.Ordinal)..(html.IndexOf("<script>", StringComparison.Ordinal))] + "</main>";
        Assert.Equal("main", XElement.Parse(body.Replace("</main></main>", "</main>", StringComparison.Ordinal)).Name);
    }

    [Fact]
    public void Csv_RowsOfASample_AddUpAndNameWhatTheyAre()
    {
        var samples = TypingSession.Samples(50);
        var rows = ReportFormat.Csv.Write(Report([.. samples.Where(sample => sample.Origin == SampleOrigin.Passive)])).Split("\r\n")[1..^1]
            .Select(line => line.Split(',')).ToList();

        var first = samples.First(sample => sample.Origin == SampleOrigin.Passive);
        var ofFirst = rows.Where(row => row[0] == "1").ToList();
        Assert.Equal(first.TotalNanos, ofFirst.Sum(row => long.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(["1", "gateway", "receive"], ofFirst[2][..3]);
        Assert.Equal("M", ofFirst[2][6]);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData(" @x", "' @x")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    [InlineData("-2\n=x", "'-2?=x")]
    public void CsvCell_WhatASpreadsheetWouldRun_IsText(string text, string cell) => Assert.Equal(cell, CsvReport.Cell(text));

    [Fact]
    public void Trace_SlicesOfATrack_NestAndNeverCross()
    {
        // Faster than the answers come, so that inputs overlap.
        var report = Report(TypingSession.Samples(300, everyMillis: 15));
        var trace = JsonNode.Parse(ReportFormat.ChromeTrace.Write(report))!;
        var slices = trace["traceEvents"]!.AsArray().Where(slice => (string?)slice!["ph"] == "X").ToList();

        Assert.Contains("synthetic", (string?)trace["otherData"]!["note"], StringComparison.Ordinal);
        Assert.Equal(report.Samples.Length, slices.Count(slice => slice!["args"]!["sample"] is not null));
        foreach (var track in slices.GroupBy(slice => (int)slice!["tid"]!))
        {
            var open = new Stack<double>();
            foreach (var slice in track)
            {
                var (begin, end) = ((double)slice!["ts"]!, (double)slice["ts"]! + (double)slice["dur"]!);
                while (open.Count > 0 && open.Peek() <= begin + 0.01) open.Pop();
                Assert.True(open.Count == 0 || end <= open.Peek() + 0.01, $"{slice["name"]} at {begin} crosses its parent");
                open.Push(end);
            }
        }
    }

    [Fact]
    public void Json_WhatWasNotMeasured_IsNullAndNeverZero()
    {
        var json = JsonNode.Parse(ReportFormat.Json.Write(Report(TypingSession.Samples(50))))!;
        var group = json["summary"]!["groups"]![0]!;

        Assert.Null(group["p99"]);
        Assert.True((double)group["p50"]!["nanos"]! > 1_000_000);
        Assert.Equal((long)json["example"]!["totalNanos"]!, json["example"]!["stages"]!.AsArray().Sum(stage => (long)stage!["nanos"]!));
    }

    [Fact]
    public void Report_UsersAndProbes_AreNotMixed()
    {
        var samples = TypingSession.Samples(200);
        var probes = samples.Where(sample => sample.Origin == SampleOrigin.Probe).ToImmutableArray();

        Assert.DoesNotContain(Report(samples).Samples, sample => sample.Origin == SampleOrigin.Probe);
        Assert.True(Report(probes).FromProbes);
        Assert.Contains("probes", ReportFormat.Text.Write(Report(probes)), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SampleWithoutStages_BreaksNothing()
    {
        Sample empty = new(1, InputKind.Scancode, Load.Idle, SampleOrigin.Passive, TypingSession.Start, []);

        Assert.All(ReportFormat.All, format => Assert.NotEmpty(format.Write(Report([empty, .. TypingSession.Samples(120)]))));
        Assert.All(ReportFormat.All, format => Assert.NotEmpty(format.Write(Report([empty]))));
    }
}
