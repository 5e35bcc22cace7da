using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// This node as somebody else's relay: looks at the grant and the rules, connects, and passes bytes unread. What it knows of a session is
/// gone with the connection.
/// </summary>
public sealed class FarEnd : IDisposable
{
    /// <summary>Connections at once for one enrolled node.</summary>
    public const int StreamsPerPeerMax = 128;

    /// <summary>Connections at once.</summary>
    public const int StreamsMax = 512;

    /// <summary>A node that asks for a connection says which within this time.</summary>
    private static readonly TimeSpan s_wordTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A node that has a connection is heard all the time (<see cref="RelayConnection"/>); one that is not has gone.</summary>
    private static readonly TimeSpan s_silenceMax = TimeSpan.FromSeconds(15);

    private readonly RelayStore _store;
    private readonly AuditLog _audit;
    private readonly GrantCheck _grants;
    private readonly Lock _gate = new();
    private readonly HashSet<RelayedStream> _streams = [];
    private readonly Timer _sweep;

    /// <summary>Makes one; nothing runs before <see cref="Serve"/>.</summary>
    public FarEnd(NodeKey key, RelayStore store, AuditLog audit, TimeProvider time)
    {
        (_store, _audit) = (store, audit);
        _grants = new GrantCheck(key.Id, time);
        _sweep = new Timer(_ => Sweep(), null, s_silenceMax / 3, s_silenceMax / 3);
    }

    /// <summary>A delay of what is relayed, for labs.</summary>
    public RelayHold Hold { get; } = new();

    /// <summary>What is being relayed now.</summary>
    public IReadOnlyList<RelayedStream> Streams
    {
        get
        {
            lock (_gate)
            {
                return [.. _streams];
            }
        }
    }

    /// <summary>Serves one connection of an enrolled node until it is over. Owns the link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="first">Its first word, if that has been heard already.</param>
    /// <param name="peer">Who is at the other end.</param>
    /// <param name="from">Its address, for the audit log.</param>
    public void Serve(RelayLink link, RelayWord? first, RelayPeer peer, string from)
    {
        var stream = new RelayedStream(link, peer.Name, Hold);
        try
        {
            if (!TryEnter(stream))
            {
                link.Say(RelayWord.Refusal(FailureCause.TooBusy, $"it relays as much as it may for {peer.Name} already"));
                return;
            }

            if (Open(stream, first, peer, from))
            {
                stream.Run();
            }
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            // The other node has gone, or does not behave: nobody is there to be told.
        }
        finally
        {
            lock (_gate)
            {
                _streams.Remove(stream);
            }

            stream.Dispose();
        }
    }

    /// <summary>Ends what is relayed for a node.</summary>
    public void End(string peer)
    {
        foreach (var stream in Streams.Where(stream => stream.Peer == peer))
        {
            stream.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var stream in Streams)
        {
            stream.Dispose();
        }
    }

    private bool TryEnter(RelayedStream stream)
    {
        lock (_gate)
        {
            return _streams.Count < StreamsMax && _streams.Count(other => other.Peer == stream.Peer) < StreamsPerPeerMax && _streams.Add(stream);
        }
    }

    private bool Open(RelayedStream stream, RelayWord? first, RelayPeer peer, string from)
    {
        RelayWord word;
        using (new Timer(_ => stream.Dispose(), null, s_wordTimeout, Timeout.InfiniteTimeSpan))
        {
            word = first ?? stream.Link.NextWord();
        }

        if (word.Verb != RelayWord.Open)
        {
            return false;
        }

        if (_grants.Use(word.Rest, peer, out var grant) is { } bad)
        {
            Refuse(stream.Link, peer, from, grant?.Target.ToString() ?? "", FailureCause.AccessDenied, bad);
            return false;
        }

        var dialed = DialAsync(stream.Link, peer, from, grant.Target).GetAwaiter().GetResult();
        if (dialed is null)
        {
            return false;
        }

        stream.Opened(grant, SocketStream.Take(dialed));
        _audit.Append(new AuditEvent(AuditAction.RelayOpened, peer.Name, grant.Target.ToString(), from,
            $"chain {grant.Chain}, layer {grant.Layer}, session {grant.Session}"));
        stream.Link.Say(new RelayWord(RelayWord.Opened));
        return true;
    }

    /// <summary>Connects to an address that a rule allows. Null when that was refused or failed, and the other node has been told.</summary>
    private async Task<Socket?> DialAsync(RelayLink link, RelayPeer peer, string from, HostEndpoint target)
    {
        IPAddress[] addresses;
        try
        {
            using var deadline = new CancellationTokenSource(Dialer.PatienceDefault);
            addresses = await Network.Machine.ResolveAsync(target.Host, deadline.Token);
        }
        catch (Exception ex) when (ex is SocketException or OperationCanceledException)
        {
            // Whoever asks for a name that no rule has shall not learn whether it exists.
            addresses = [];
        }

        // A rule may have the name of a host that has no address now; then that is what is wrong.
        var rules = _store.Rules();
        var (allowed, refusal) = RelayPolicy.Decide(rules, peer.Name, target, addresses.Length > 0 ? addresses : [IPAddress.None]);
        if (allowed.Count == 0)
        {
            Refuse(link, peer, from, target.ToString(), FailureCause.PolicyRefused, refusal);
            return null;
        }

        var failure = new Failure(FailureStage.Dial, FailureCause.NameUnknown, $"{target}: the name has no address there");
        foreach (var address in addresses.Length > 0 ? allowed : [])
        {
            var dialed = await new TcpDialer(Network.Machine).DialAsync(new HostEndpoint(address.ToString(), target.Port), CancellationToken.None);
            if (dialed.Socket is not null)
            {
                return dialed.Socket;
            }

            failure = dialed.Failure!;
        }

        link.Say(RelayWord.Refusal(failure.Cause, failure.Detail));
        return null;
    }

    private void Refuse(RelayLink link, RelayPeer peer, string from, string target, FailureCause cause, string sentence)
    {
        _audit.Append(new AuditEvent(AuditAction.RelayRefused, peer.Name, target, from, sentence));
        link.Say(RelayWord.Refusal(cause, sentence));
    }

    private void Sweep()
    {
        long before = MonotonicClock.NowNanos() - (long)s_silenceMax.TotalNanoseconds;
        foreach (var stream in Streams.Where(stream => stream.IsSilentSince(before)))
        {
            stream.Dispose();
        }
    }
}
