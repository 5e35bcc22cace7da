using System.Diagnostics;
using System.Globalization;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Latency.Keeping;

public sealed class KilledNodeTests : IDisposable
{
    const int SamplesBeforeTheEnd = 500;

    readonly string _root = Directory.CreateTempSubdirectory("remotechain-killed-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Recording_KilledWithoutWarning_LosesAtMostASecond()
    {
        var path = Path.Combine(_root, "data");
        using var recorder = Process.Start(new ProcessStartInfo("dotnet",
            ["exec", typeof(JournalProcess).Assembly.Location, "journal", path]) { RedirectStandardOutput = true })!;
        (long Number, long Ticks) last = default;
        while (await recorder.StandardOutput.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            last = (parts[0], parts[1]);
            if (last.Number == SamplesBeforeTheEnd) recorder.Kill(); // SIGKILL
        }
        await recorder.WaitForExitAsync();
        Assert.True(last.Number >= SamplesBeforeTheEnd, $"the recorder ended by itself after {last.Number}");

        using var data = DataDirectory.Open(path);
        using var database = new Database(data.DatabaseFile, TimeProvider.System);
        var kept = new LatencyStore(database).OfSession("s1", 0, long.MaxValue)
            .SelectMany(row => MinuteRecord.TryRead(row, out var record) ? record.Drawn : throw new InvalidDataException(row.Place))
            .ToList();

        Assert.NotEmpty(kept);
        Assert.Equal(Enumerable.Range(1, kept.Count).Select(number => (ulong)number), kept.Select(sample => sample.InputId));
        var lost = new TimeSpan(last.Ticks - kept[^1].At.UtcTicks);
        Assert.True(lost < TimeSpan.FromSeconds(1), $"{lost.TotalMilliseconds:0} ms are lost");
    }
}
