using System.IO.Compression;
using System.Text.Json;
using RemoteChain.Gateway.Latency.Keeping;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>
/// Runs that were carried out, as files: a verdict that has become another one is judged on the same samples again, in a minute instead of an hour.
/// </summary>
public static class KeptRuns
{
    private sealed record KeptSide(DateTimeOffset Since, DateTimeOffset Until, OutsideTotal[] Totals, byte[] Samples);

    private sealed record KeptRun(PlannedRun Plan, KeptSide Baseline, KeptSide Faulty, string Account);

    /// <summary>Writes a run into a folder, which is made if need be.</summary>
    public static void Keep(string folder, int number, MeasuredRun run)
    {
        Directory.CreateDirectory(folder);
        using var file = new GZipStream(File.Create(Path.Combine(folder, $"{number:0000}.json.gz")), CompressionLevel.Fastest);
        JsonSerializer.Serialize(file, new KeptRun(run.Plan, Of(run.Baseline), Of(run.Faulty), run.Account));
    }

    /// <summary>All runs of a folder, in the order in which they ended.</summary>
    public static List<MeasuredRun> Read(string folder) => [.. Directory.EnumerateFiles(folder, "*.json.gz").Order().Select(ReadOne)];

    private static MeasuredRun ReadOne(string path)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var run = JsonSerializer.Deserialize<KeptRun>(file) ?? throw new FormatException($"{path}: no run");
        return new MeasuredRun(run.Plan, Of(run.Baseline), Of(run.Faulty), run.Account);
    }

    private static KeptSide Of(MeasuredSide side) => new(side.Since, side.Until, [.. side.Totals], SampleCodec.Write(side.Samples));

    private static MeasuredSide Of(KeptSide side) => new(side.Since, side.Until, side.Totals,
        SampleCodec.TryRead(side.Samples, out var samples) ? samples : throw new FormatException("the samples of a kept run cannot be read"));
}
