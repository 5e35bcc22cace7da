using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RemoteChain.Gateway.Latency.Keeping;

namespace RemoteChain.Gateway.Latency.Live;

/// <summary>Strips of a session, one a second, for as long as somebody watches.</summary>
public sealed class LiveStrips(LatencyJournal journal, TimeProvider time)
{
    /// <summary>People who may watch at once; one more is refused.</summary>
    public const int WatchersMax = 256;

    const int EntriesWaitingMax = 16;

    static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    int _watchers;

    /// <summary>Gives a strip each second until it is cancelled. Whoever takes them too slowly misses some.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="runs">Says whether the session still runs; when it does not, the strips end.</param>
    /// <param name="cancellationToken">Ends them.</param>
    /// <exception cref="InvalidOperationException">There are <see cref="WatchersMax"/> watchers already.</exception>
    public async IAsyncEnumerable<LiveStrip> WatchAsync(string session, Func<bool> runs,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _watchers) > WatchersMax)
                throw new InvalidOperationException($"At most {WatchersMax} may watch at once.");
            var arrived = Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(EntriesWaitingMax)
            {
                FullMode = BoundedChannelFullMode.DropOldest,
            });
            using var watching = journal.Watch(entry =>
            {
                if (entry.Session == session) arrived.Writer.TryWrite(entry);
            });
            using var second = new PeriodicTimer(s_every);
            while (runs() && await second.WaitForNextTickAsync(cancellationToken))
            {
                var entries = new List<JournalEntry>();
                while (arrived.Reader.TryRead(out var entry)) entries.Add(entry);
                yield return LiveStrip.Of(session, time.GetUtcNow(), entries);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }
}
