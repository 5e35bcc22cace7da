using RemoteChain.Gateway.Store;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// Dials from another node. Every connection is a TLS connection of its own to that node, made where the dialer before ends: through relays in a
/// row one inside the other, so that each sees only the next.
/// </summary>
internal sealed class RelayDialer : Dialer
{
    private readonly RelayErrand _errand;
    private readonly RelayPeer _peer;
    private readonly RelayNode _node;
    private readonly Dialer _inner;
    private readonly TaskCompletionSource<Failure> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly HashSet<RelayConnection> _connections = [];
    private readonly Task<Failure> _lostHereOrBefore;
    private readonly IReadOnlyList<HopProbe> _probes;
    private bool _over;

    public RelayDialer(RelayErrand errand, RelayPeer peer, RelayNode node, Dialer inner)
    {
        (_errand, _peer, _node, _inner) = (errand, peer, node, inner);
        _lostHereOrBefore = Task.WhenAny(_lost.Task, inner.Lost).Unwrap();
        _probes = [.. inner.Probes, new RelayProbe(errand.LayerNumber, errand.Layer, this)];
    }

    public override IReadOnlyList<HopProbe> Probes => _probes;

    public override Task<Failure> Lost => _lostHereOrBefore;

    /// <summary>The newest connection's link to this relay; null before the first.</summary>
    public RelayLevel? Newest { get; private set; }

    public string Layer => _errand.Layer;

    public override async ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (level, failure) = await ConnectAsync(target, patience, cancellationToken);
        if (level is null)
        {
            return failure!;
        }

        var (ours, theirs) = SocketStream.Pair();
        var connection = new RelayConnection(level, ours, gone =>
        {
            lock (_gate)
            {
                _connections.Remove(gone);
            }
        });
        lock (_gate)
        {
            if (!_over)
            {
                _connections.Add(connection);
                connection.Start();
                return theirs;
            }
        }

        connection.Dispose();
        theirs.Dispose();
        return new Failure(FailureStage.Dial, FailureCause.Stopped, "") { Layer = Layer };
    }

    /// <summary>It is known that this relay cannot be reached any more.</summary>
    public void SetLost(Failure failure) => _lost.TrySetResult(failure);

    public override async ValueTask DisposeAsync()
    {
        RelayConnection[] connections;
        lock (_gate)
        {
            _over = true;
            connections = [.. _connections];
        }

        Array.ForEach(connections, connection => connection.Dispose());
        await _inner.DisposeAsync();
    }

    /// <summary>A connection beyond this relay, as bytes of a link; what a relay after this one speaks TLS over.</summary>
    private async ValueTask<(RelayLevel? Level, Failure? Failure)> ConnectAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        SocketStream? socket = null;
        try
        {
            RelayLevel? level;
            Failure? failure;
            if (_peer.Address is null)
            {
                if (await _node.Waiting.CallAsync(_peer.Name, deadline.Token) is not { } arrival)
                {
                    return (null, Down($"{_peer.Name} dials out to this node, and {(_node.Waiting.IsWaiting(_peer.Name) ? "did not answer" : "does not wait here now")}"));
                }

                socket = arrival.Socket;
                level = new RelayLevel(this, arrival.Link, arrival.Socket, null);
            }
            else
            {
                (var ground, failure) = await ReachAsync(patience, deadline.Token);
                if (ground is null)
                {
                    return (null, failure);
                }

                socket = ground.Socket;
                level = await RelayThread.RunAsync("relay tls", () =>
                {
                    var (link, _) = RelayHandshake.Connect(ground.Stream, ground.Socket, _node.Key, _peer.PublicKey);
                    return new RelayLevel(this, link, ground.Socket, ground.Before);
                }, ground.Socket.Abort, deadline.Token);
            }

            failure = await RelayThread.RunAsync("relay open", () => Ask(level.Link, target), level.Socket.Abort, deadline.Token);
            if (failure is null)
            {
                Newest = level;
                return (level, null);
            }

            level.Link.Dispose();
            return (null, failure);
        }
        catch (KeyMismatchException other)
        {
            return (null, new Failure(FailureStage.Tls, FailureCause.KeyChanged, $"{_peer.Name} showed the key {other.ShownId}") { Layer = Layer });
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            socket?.Dispose();
            return (null, Down($"{_peer.Name}: {ex.Message}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            return (null, new Failure(FailureStage.Dial, FailureCause.TimedOut, $"{_peer.Name} did not answer within {patience.TotalSeconds:0} s") { Layer = Layer });
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>The way to the relay: a relay's bytes, or a socket.</summary>
    private async ValueTask<(Ground? Ground, Failure? Failure)> ReachAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!RelayAddress.TryParse(_peer.Address!, out var address))
        {
            return (null, Down($"'{_peer.Address}' is no address"));
        }

        if (_inner is RelayDialer before)
        {
            var (level, failure) = await before.ConnectAsync(address, patience, cancellationToken);
            return level is null ? (null, Here(failure!)) : (new Ground(new RelayStream(level.Link), level.Socket, level), null);
        }

        var dialed = await _inner.DialAsync(address, patience, cancellationToken);
        if (dialed.Socket is null)
        {
            return (null, Here(dialed.Failure!));
        }

        if (dialed.Socket.AddressFamily != System.Net.Sockets.AddressFamily.Unix)
        {
            RelaySocket.Prepare(dialed.Socket, RelaySocket.SessionSilenceMillis);
        }

        var socket = SocketStream.Take(dialed.Socket);
        return (new Ground(socket, socket, null), null);
    }

    private Failure? Ask(RelayLink link, HostEndpoint target)
    {
        var grant = RelayGrant.For(NodeKey.IdOf(_peer.PublicKey), _node.Time.GetUtcNow(), _errand.Chain, _errand.LayerNumber, _errand.Session, target);
        link.Say(new RelayWord(RelayWord.Open, grant.Write(_node.Key)));
        var answer = link.NextWord();
        if (answer.Verb == RelayWord.Opened)
        {
            return null;
        }

        if (!RelayWord.TryReadRefusal(answer, out var cause, out string? sentence))
        {
            return new Failure(FailureStage.Dial, FailureCause.ProtocolError, $"{_peer.Name} said `{answer.Verb}`") { Layer = Layer };
        }

        // What the relay itself refuses is this layer's failure; what it could not reach is the next one's.
        bool isBeyond = cause is FailureCause.Unreachable or FailureCause.Refused or FailureCause.TimedOut or FailureCause.NameUnknown;
        return new Failure(FailureStage.Dial, cause, isBeyond ? sentence : $"{_peer.Name} says: {sentence}") { Layer = isBeyond ? null : Layer };
    }

    /// <summary>A failure on the way to this relay that no layer before has taken for its own: the relay is what was not reached.</summary>
    private Failure Here(Failure failure) => failure.Layer is not null ? failure
        : failure with { Cause = failure.Cause == FailureCause.TimedOut ? failure.Cause : FailureCause.HopDown, Layer = Layer };

    private Failure Down(string detail) => new(FailureStage.Dial, FailureCause.HopDown, detail) { Layer = Layer };

    private sealed record Ground(Stream Stream, SocketStream Socket, RelayLevel? Before);
}
