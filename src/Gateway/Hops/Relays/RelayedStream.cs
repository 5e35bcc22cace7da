using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>One connection that this node relays: two threads, one for each direction, and what they have counted.</summary>
public sealed class RelayedStream : IDisposable
{
    private readonly RelayHold _hold;
    private SocketStream? _target;
    private volatile bool _over;

    internal RelayedStream(RelayLink link, string peer, RelayHold hold)
    {
        (Link, Peer, _hold) = (link, peer, hold);
        link.Through = () => Up.LatelyNanos is null && Down.LatelyNanos is null ? null : (Up.LatelyNanos ?? 0) + (Down.LatelyNanos ?? 0);
    }

    internal RelayLink Link { get; }

    /// <summary>For whom.</summary>
    public string Peer { get; }

    /// <summary>What was granted; null before that is known.</summary>
    public RelayGrant? Grant { get; private set; }

    /// <summary>Towards the destination.</summary>
    public RelayFlow Up { get; } = new();

    /// <summary>From the destination.</summary>
    public RelayFlow Down { get; } = new();

    /// <summary>Ends it, whoever waits inside.</summary>
    public void Dispose()
    {
        _over = true;
        _target?.Dispose();
        Link.Dispose();
    }

    internal void Opened(RelayGrant grant, SocketStream target)
    {
        (Grant, _target) = (grant, target);
        if (_over)
        {
            target.Dispose();
        }
    }

    internal bool IsSilentSince(long nanos) => _target is not null && Link.IsWaiting && Link.HeardNanos < nanos;

    /// <summary>Passes bytes in both directions until both are over. The thread that calls takes the one towards the destination.</summary>
    internal void Run()
    {
        var down = RelayThread.Start("relay down", RunDown);
        try
        {
            RunUp();
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            // Told below: without the other node there is nobody to send to, without the destination the other node must know.
            Break(ex);
        }
        finally
        {
            Dispose();
            down.Join();
        }
    }

    private void RunUp()
    {
        for (var piece = Link.Next(); !piece.IsEmpty; piece = Link.Next())
        {
            _hold.Wait();
            _target!.Write(piece);
            Up.Add(piece.Length, MonotonicClock.NowNanos() - Link.TakenNanos);
        }

        if (!Link.IsClosed)
        {
            _target!.FinishWriting();
            Link.Listen();
        }
    }

    private void RunDown()
    {
        byte[] buffer = new byte[RelayLink.Headroom + RelayLink.PieceBytes];
        try
        {
            for (int read; (read = _target!.Read(buffer.AsSpan(RelayLink.Headroom))) > 0;)
            {
                Link.Write(buffer, RelayLink.Headroom, read);
                Down.Add(read, MonotonicClock.NowNanos() - _target.LastReadNanos);
            }

            Link.End();
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            Break(ex);
        }
    }

    /// <summary>One of the two connections broke. If it was the destination's, the other node hears of it; then all ends.</summary>
    private void Break(Exception ex)
    {
        if (_over || Link.IsLost)
        {
            Dispose();
            return;
        }

        try
        {
            Link.Say(RelayWord.Break(ex.Message));
        }
        catch (Exception lost) when (RelayThread.IsBreak(lost))
        {
            // It was the other node's.
        }

        Dispose();
    }
}
