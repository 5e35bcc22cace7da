using System.Security.Cryptography;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// Nodes that cannot be dialed: each keeps a connection to this one, over which it is told to dial out once more for every stream. Safe from
/// any thread.
/// </summary>
public sealed class WaitingNodes
{
    /// <summary>How long a node that was told to dial may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private const int TicketBytes = 16, CallsMax = 256;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RelayLink> _waiting = [];
    private readonly Dictionary<string, Call> _calls = [];

    /// <summary>Whether a node waits now.</summary>
    public bool IsWaiting(string peer)
    {
        lock (_gate)
        {
            return _waiting.ContainsKey(peer);
        }
    }

    /// <summary>Keeps a node's connection until it is over; one that is there already is given up for it, since the node must have lost it.</summary>
    internal void Keep(RelayLink link, string peer)
    {
        RelayLink? before;
        lock (_gate)
        {
            _waiting.Remove(peer, out before);
            _waiting.Add(peer, link);
        }

        before?.Dispose();
        try
        {
            link.Say(new RelayWord(RelayWord.Waiting));
            link.Listen();
        }
        finally
        {
            lock (_gate)
            {
                if (_waiting.GetValueOrDefault(peer) == link)
                {
                    _waiting.Remove(peer);
                }
            }
        }
    }

    /// <summary>Ends a node's waiting.</summary>
    public void End(string peer)
    {
        RelayLink? link;
        lock (_gate)
        {
            _waiting.Remove(peer, out link);
        }

        link?.Dispose();
    }

    /// <summary>Gives up on nodes that said nothing since a moment: they ping.</summary>
    internal void Sweep(long silentSinceNanos)
    {
        List<RelayLink> silent;
        lock (_gate)
        {
            silent = [.. _waiting.Values.Where(link => link.HeardNanos < silentSinceNanos)];
        }

        silent.ForEach(link => link.Dispose());
    }

    /// <summary>Tells a node to dial and waits for its connection. Null when it does not wait here, or does not come in time.</summary>
    internal async Task<Arrival?> CallAsync(string peer, CancellationToken cancellationToken)
    {
        string ticket = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TicketBytes));
        var call = new Call(peer, new TaskCompletionSource<Arrival>(TaskCreationOptions.RunContinuationsAsynchronously));
        RelayLink? control;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(peer, out control) || _calls.Count >= CallsMax)
            {
                return null;
            }

            _calls.Add(ticket, call);
        }

        try
        {
            await Task.Run(() => control.Say(new RelayWord(RelayWord.Dial, ticket)), cancellationToken);
            return await call.Came.Task.WaitAsync(Patience, cancellationToken);
        }
        catch (Exception ex)
        {
            lock (_gate)
            {
                _calls.Remove(ticket);
            }

            // It may have come when nobody waited for it any more.
            if (!call.Came.TrySetCanceled(CancellationToken.None))
            {
                (await call.Came.Task).Link.Dispose();
            }

            if (ex is TimeoutException || RelayThread.IsBreak(ex))
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>A node dialed with a ticket. False when nobody waits for it.</summary>
    internal bool TryArrive(string ticket, string peer, Arrival arrival)
    {
        lock (_gate)
        {
            return _calls.TryGetValue(ticket, out var call) && call.Peer == peer && _calls.Remove(ticket) && call.Came.TrySetResult(arrival);
        }
    }

    private sealed record Call(string Peer, TaskCompletionSource<Arrival> Came);
}

/// <summary>A connection that a waiting node has made.</summary>
internal sealed record Arrival(RelayLink Link, RemoteChain.Surface.SocketStream Socket);
