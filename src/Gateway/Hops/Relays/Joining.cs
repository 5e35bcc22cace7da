using RemoteChain.Gateway.Store;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// This node behind something that lets nobody in: keeps a connection to another node and dials out once more whenever that wants a stream.
/// Comes back by itself.
/// </summary>
internal sealed class Joining : IDisposable
{
    private static readonly TimeSpan s_pingEvery = TimeSpan.FromSeconds(2), s_silenceMax = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(300), s_pauseMax = TimeSpan.FromSeconds(15);

    private readonly RelayPeer _peer;
    private readonly RelayNode _node;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public Joining(RelayPeer peer, RelayNode node)
    {
        (_peer, _node) = (peer, node);
        _running = Task.Run(RunAsync);
    }

    /// <summary>For lists: <c>waits there</c>, or why not.</summary>
    public string State { get; private set; } = "is dialing";

    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = s_pauseMin;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await DialAsync();
                if (socket is not null)
                {
                    await RelayThread.RunAsync("relay wait", () => Wait(socket, () => pause = s_pauseMin), socket.Abort, _stopping.Token);
                }
            }
            catch (Exception ex) when (RelayThread.IsBreak(ex) || ex is KeyMismatchException)
            {
                State = $"is not connected: {ex.Message}";
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await Task.Delay(pause, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
        }
    }

    private async Task<SocketStream?> DialAsync()
    {
        if (_peer.Address is null || !RelayAddress.TryParse(_peer.Address, out var address))
        {
            State = "cannot dial: the address of that node is not known here";
            return null;
        }

        var dialed = await new TcpDialer(Network.Machine).DialAsync(address, _stopping.Token);
        if (dialed.Socket is null)
        {
            State = $"is not connected: {dialed.Failure!.Detail}";
            return null;
        }

        RelaySocket.Prepare(dialed.Socket, RelaySocket.SilenceMillis);
        return SocketStream.Take(dialed.Socket);
    }

    private bool Wait(SocketStream socket, Action connected)
    {
        using (socket)
        {
            var (link, _) = RelayHandshake.Connect(socket, socket, _node.Key, _peer.PublicKey);
            using (link)
            {
                link.Say(new RelayWord(RelayWord.Wait));
                var answer = link.NextWord();
                if (answer.Verb != RelayWord.Waiting)
                {
                    throw new IOException(RelayWord.TryReadRefusal(answer, out _, out string? sentence) ? sentence : "the other node does not want it");
                }

                connected();
                State = "waits there";
                using var pings = new Timer(_ => Ping(link, socket), null, s_pingEvery, s_pingEvery);
                link.Heard = word => Obey(word);
                link.Listen();
                return true;
            }
        }
    }

    private static void Ping(RelayLink link, SocketStream socket)
    {
        try
        {
            if (MonotonicClock.NowNanos() - link.HeardNanos > s_silenceMax.TotalNanoseconds)
            {
                socket.Abort();
            }
            else if (socket.IsWritable)
            {
                link.TryPing();
            }
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            // The thread that listens knows it, too.
        }
    }

    private void Obey(RelayWord word)
    {
        if (word.Verb != RelayWord.Dial)
        {
            throw new IOException($"the other node said `{word.Verb}` to a node that waits");
        }

        _ = Task.Run(() => AnswerAsync(word.Rest));
    }

    private async Task AnswerAsync(string ticket)
    {
        try
        {
            if (await DialAsync() is { } socket)
            {
                RelayThread.Start("relay answer", () => Answer(socket, ticket));
            }
        }
        catch (OperationCanceledException)
        {
            // This node stops.
        }
    }

    private void Answer(SocketStream socket, string ticket)
    {
        try
        {
            using (socket)
            {
                var (link, _) = RelayHandshake.Connect(socket, socket, _node.Key, _peer.PublicKey);
                using (link)
                {
                    link.Say(new RelayWord(RelayWord.Answer, ticket));
                    _node.ServeAnswered(link, _peer, _peer.Address!);
                }
            }
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex) || ex is KeyMismatchException)
        {
            // The other node waits for a few seconds and says that nobody came.
        }
    }
}
