using System.Collections.Concurrent;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>One relay of a connection: the link to it, inside the one before it.</summary>
internal sealed class RelayLevel
{
    private const int AskedMax = 16;

    private readonly ConcurrentDictionary<long, TaskCompletionSource<(long HeardNanos, EchoAnswer Answer)>> _asked = [];
    private long _number;

    public RelayLevel(RelayDialer dialer, RelayLink link, SocketStream socket, RelayLevel? before)
    {
        (Dialer, Link, Socket, Before) = (dialer, link, socket, before);
        link.EchoHeard = answer =>
        {
            if (_asked.TryRemove(answer.Number, out var asked))
            {
                asked.TrySetResult((MonotonicClock.NowNanos(), answer));
            }
        };
    }

    public RelayDialer Dialer { get; }

    public RelayLink Link { get; }

    /// <summary>The socket under all levels.</summary>
    public SocketStream Socket { get; }

    public RelayLevel? Before { get; }

    /// <summary>This level and those before it, the first one first.</summary>
    public IReadOnlyList<RelayLevel> FromTheFirst => Before is null ? [this] : [.. Before.FromTheFirst, this];

    /// <summary>Asks the relay for an echo; null when none came in time, or when the link is busy with something else.</summary>
    public async ValueTask<HopEcho?> AskAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        long number = Interlocked.Increment(ref _number);
        var asked = new TaskCompletionSource<(long HeardNanos, EchoAnswer Answer)>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_asked.Count >= AskedMax || !_asked.TryAdd(number, asked))
        {
            return null;
        }

        try
        {
            long sent = 0;
            if (!await Task.Run(() => Socket.IsWritable && Link.TryAskEcho(number, out sent), cancellationToken))
            {
                return null;
            }

            var (heard, answer) = await asked.Task.WaitAsync(patience, cancellationToken);
            return new HopEcho(heard - sent, Math.Min(answer.InsideNanos, heard - sent), answer.ThroughNanos);
        }
        catch (Exception ex) when (ex is TimeoutException || RelayThread.IsBreak(ex))
        {
            return null;
        }
        finally
        {
            _asked.TryRemove(number, out _);
        }
    }
}

/// <summary>Echoes of a relay over the newest connection through it.</summary>
internal sealed class RelayProbe(int layerNumber, string layer, RelayDialer dialer) : HopProbe(layerNumber, layer)
{
    public override ValueTask<HopEcho?> EchoAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        dialer.Newest is { } level ? level.AskAsync(patience, cancellationToken) : new((HopEcho?)null);
}
