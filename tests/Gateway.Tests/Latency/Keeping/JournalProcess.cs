using Microsoft.Extensions.Logging.Abstractions;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Latency.Keeping;

/// <summary>
/// This assembly as a program: records until it is killed, so that a test can kill it. Prints the number and the time of every sample
/// right after it was handed over.
/// </summary>
static class JournalProcess
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["journal", var path]) return 2;
        using var data = DataDirectory.Open(path);
        using var database = new Database(data.DatabaseFile, TimeProvider.System);
        await using var journal = new LatencyJournal(new LatencyStore(database), LatencyRetention.Default, TimeProvider.System,
            NullLogger<LatencyJournal>.Instance);
        var sample = TypingSession.Samples(1)[0];
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (ulong number = 1; await pace.WaitForNextTickAsync(); number++)
        {
            var now = DateTimeOffset.UtcNow;
            journal.Add("s1", "site", [sample with { InputId = number, At = now }]);
            Console.WriteLine($"{number} {now.UtcTicks}");
        }
        return 0;
    }
}
