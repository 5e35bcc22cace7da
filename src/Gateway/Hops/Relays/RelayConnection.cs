using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// One connection through relays, seen from the node where it begins: two threads carry bytes between the socket that was given out and the
/// last relay's link, and a timer asks every relay whether it is there.
/// </summary>
internal sealed class RelayConnection : IDisposable
{
    /// <summary>How often relays are asked.</summary>
    private static readonly TimeSpan s_pingEvery = TimeSpan.FromMilliseconds(700);

    /// <summary>A relay that was asked and says nothing for so long has gone. With the pause between pings this stays below three seconds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(2000);

    private readonly RelayLevel _last;
    private readonly IReadOnlyList<RelayLevel> _levels;
    private readonly SocketStream _pair;
    private readonly Action<RelayConnection> _gone;
    private readonly long[] _askedNanos;
    private readonly Lock _ending = new();
    private Timer? _timer;
    private int _directionsLeft = 2, _asking;
    private volatile bool _over;

    public RelayConnection(RelayLevel last, SocketStream pair, Action<RelayConnection> gone)
    {
        (_last, _pair, _gone, _levels) = (last, pair, gone, last.FromTheFirst);
        _askedNanos = new long[_levels.Count];
    }

    public void Start()
    {
        RelayThread.Start("relay up", () => Run(RunUp));
        RelayThread.Start("relay down", () => Run(RunDown));
        _timer = new Timer(_ => Ask(), null, s_pingEvery, s_pingEvery);
    }

    /// <summary>Ends it in both directions.</summary>
    public void Dispose()
    {
        lock (_ending)
        {
            if (_over)
            {
                return;
            }

            _over = true;
        }

        _timer?.Dispose();
        _pair.Dispose();
        _last.Link.Dispose();
        _gone(this);
    }

    private void Run(Action direction)
    {
        try
        {
            direction();
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            Broke(ex.Message);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void RunUp()
    {
        byte[] buffer = new byte[RelayLink.Headroom + RelayLink.PieceBytes];
        for (int read; (read = _pair.Read(buffer.AsSpan(RelayLink.Headroom))) > 0;)
        {
            try
            {
                _last.Link.Write(buffer, RelayLink.Headroom, read);
            }
            catch (Exception ex) when (RelayThread.IsBreak(ex))
            {
                // Only the connection under all levels can refuse bytes, and that leads to the first.
                Lose(_levels[0], ex.Message);
                return;
            }
        }

        if (_pair.IsHungUp)
        {
            // Nobody reads any more either: the worker has gone.
            Dispose();
            return;
        }

        _last.Link.End();
        OneDirectionIsOver();
    }

    private void RunDown()
    {
        for (var piece = _last.Link.Next(); !piece.IsEmpty; piece = _last.Link.Next())
        {
            _pair.Write(piece);
        }

        if (_last.Link.IsClosed || _last.Link.BrokenBeyond is not null)
        {
            Broke("the relay ended the connection");
            return;
        }

        _pair.FinishWriting();
        OneDirectionIsOver();
        _last.Link.Listen();
        Broke("the relay ended the connection");
    }

    private void OneDirectionIsOver()
    {
        if (Interlocked.Decrement(ref _directionsLeft) == 0)
        {
            Dispose();
        }
    }

    /// <summary>Asks every relay, and gives up on the first that does not answer. Those behind it cannot answer either.</summary>
    private void Ask()
    {
        if (Interlocked.Exchange(ref _asking, 1) == 1)
        {
            return;
        }

        try
        {
            for (int i = 0; i < _levels.Count && !_over; i++)
            {
                var link = _levels[i].Link;
                long now = MonotonicClock.NowNanos();
                if (_askedNanos[i] != 0 && (link.HeardNanos >= _askedNanos[i] || !_last.Link.IsWaiting))
                {
                    _askedNanos[i] = 0;
                }

                if (_askedNanos[i] != 0 && now - _askedNanos[i] > s_patience.TotalNanoseconds)
                {
                    Lose(_levels[i], $"no answer for {s_patience.TotalSeconds:0} s");
                }
                else if (_askedNanos[i] == 0 && _last.Socket.IsWritable && link.TryPing())
                {
                    _askedNanos[i] = now;
                }
            }
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            Broke(ex.Message);
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    private void Broke(string how)
    {
        // A relay never closes first: one that does is going away.
        if (!_over && _levels.FirstOrDefault(level => level.Link.IsLost || level.Link.IsClosed) is { } lost)
        {
            Lose(lost, how);
        }

        Dispose();
    }

    private void Lose(RelayLevel lost, string how)
    {
        if (_over)
        {
            return;
        }

        var failure = new Failure(FailureStage.Run, FailureCause.HopDown, how) { Layer = lost.Dialer.Layer };
        foreach (var level in _levels.SkipWhile(level => level != lost))
        {
            level.Dialer.SetLost(failure);
        }

        Dispose();
    }
}
