using System.Globalization;
using System.Net;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>This node among others: its key, who is enrolled, the door where others come in, and those to whom it dials out and waits.</summary>
public sealed class RelayNode : IDisposable
{
    /// <summary>The port of a relay unless told otherwise.</summary>
    public const int PortDefault = 7443;

    private static readonly TimeSpan s_silenceMax = TimeSpan.FromSeconds(15);

    private readonly AuditLog _audit;
    private readonly FarEnd _farEnd;
    private readonly Enrolment _enrolment;
    private readonly Timer _sweep;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Joining> _joinings = [];

    /// <summary>Makes one; nothing runs before <see cref="Start"/>.</summary>
    public RelayNode(NodeKey key, RelayStore store, AuditLog audit, TimeProvider time)
    {
        (Key, Store, _audit, Time) = (key, store, audit, time);
        _farEnd = new FarEnd(key, store, audit, time);
        _enrolment = new Enrolment(time);
        _sweep = new Timer(_ => Waiting.Sweep(MonotonicClock.NowNanos() - (long)s_silenceMax.TotalNanoseconds), null, s_silenceMax / 3, s_silenceMax / 3);
    }

    /// <summary>Who this node is.</summary>
    public NodeKey Key { get; }

    /// <summary>Enrolled nodes and rules.</summary>
    public RelayStore Store { get; }

    /// <summary>The clock of grants.</summary>
    public TimeProvider Time { get; }

    /// <summary>Nodes that wait for this one.</summary>
    public WaitingNodes Waiting { get; } = new();

    /// <summary>A delay of what is relayed, for labs.</summary>
    public RelayHold Hold => _farEnd.Hold;

    /// <summary>What is being relayed now.</summary>
    public IReadOnlyList<RelayedStream> Streams => _farEnd.Streams;

    /// <summary>The door; null while there is none.</summary>
    public RelayDoor? Door { get; private set; }

    /// <summary>Opens the door, if there is to be one, and dials out to the nodes where this one is to wait.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be had.</exception>
    public void Start(IPEndPoint? listen)
    {
        Door = listen is null ? null : RelayDoor.Open(listen, this);
        foreach (var peer in Store.Peers().Where(peer => peer.Joined))
        {
            Join(peer);
        }
    }

    /// <summary>A code for a node that shall be called so; null when too many codes wait.</summary>
    public string? Invite(string name) => _enrolment.Invite(name);

    /// <summary>Enrols this node at another one with that one's code, and that one here. The result says why not; null when it is done.</summary>
    public async Task<string?> EnrolAsync(string code, HostEndpoint address, string name, CancellationToken cancellationToken)
    {
        var dialed = await new TcpDialer(Network.Machine).DialAsync(address, cancellationToken);
        if (dialed.Socket is null)
        {
            return $"No node can be reached at {address}: {dialed.Failure!.Detail}";
        }

        RelaySocket.Prepare(dialed.Socket, RelaySocket.SilenceMillis);
        using var socket = SocketStream.Take(dialed.Socket);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Dialer.PatienceDefault);
        try
        {
            return await RelayThread.RunAsync("relay enrol", () => Enrol(socket, code, address, name), socket.Abort, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The node at {address} did not answer within {Dialer.PatienceDefault.TotalSeconds:0} s.";
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            return $"What answers at {address} is no RemoteChain node that takes enrolments: {ex.Message}";
        }
    }

    /// <summary>Forgets a node: its connections end, its key opens nothing. False when there is no such node.</summary>
    public bool Forget(string name)
    {
        bool forgotten = Store.Forget(name);
        Leave(name);
        Waiting.End(name);
        _farEnd.End(name);
        return forgotten;
    }

    /// <summary>Dials out to an enrolled node from now on, and waits there.</summary>
    public void Join(RelayPeer peer)
    {
        lock (_gate)
        {
            if (!_joinings.ContainsKey(peer.Name))
            {
                _joinings.Add(peer.Name, new Joining(peer, this));
            }
        }
    }

    /// <summary>Ends that.</summary>
    public void Leave(string name)
    {
        Joining? joining;
        lock (_gate)
        {
            _joinings.Remove(name, out joining);
        }

        joining?.Dispose();
    }

    /// <summary>How it stands with waiting at another node; null when this node does not.</summary>
    public string? JoiningState(string name)
    {
        lock (_gate)
        {
            return _joinings.GetValueOrDefault(name)?.State;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Door?.Dispose();
        _sweep.Dispose();
        Joining[] joinings;
        lock (_gate)
        {
            joinings = [.. _joinings.Values];
            _joinings.Clear();
        }

        Array.ForEach(joinings, joining => joining.Dispose());
        foreach (var peer in Store.Peers())
        {
            Waiting.End(peer.Name);
        }

        _farEnd.Dispose();
    }

    /// <summary>
    /// An enrolled node has come and said its first word. Blocks until it has gone; true when somebody else has taken its link over instead.
    /// </summary>
    internal bool Serve(RelayLink link, SocketStream socket, RelayWord word, RelayPeer peer, string from)
    {
        switch (word.Verb)
        {
            case RelayWord.Open:
                _farEnd.Serve(link, word, peer, from);
                break;
            case RelayWord.Wait:
                Waiting.Keep(link, peer.Name);
                break;
            case RelayWord.Answer:
                return Waiting.TryArrive(word.Rest, peer.Name, new Arrival(link, socket));
            case RelayWord.Enrol:
                link.Say(RelayWord.Refusal(FailureCause.AccessDenied, $"this node is enrolled already, as {peer.Name}; forget that first"));
                break;
        }

        return false;
    }

    /// <summary>A node that was told to dial has done so and waits to be told where to. Blocks until that is over.</summary>
    internal void ServeAnswered(RelayLink link, RelayPeer peer, string from) => _farEnd.Serve(link, null, peer, from);

    /// <summary>A stranger has said its first word.</summary>
    internal void Meet(RelayLink link, RelayWord word, byte[] publicKey, string from)
    {
        byte[] id = NodeKey.IdOf(publicKey);
        if (word.Verb != RelayWord.Enrol)
        {
            link.Say(RelayWord.Refusal(FailureCause.AccessDenied, $"no node with the key {Convert.ToHexStringLower(id)} is enrolled here"));
            return;
        }

        if (_enrolment.Redeem(word.Rest, id, Key.Id) is not { } redeemed || !Store.Add(redeemed.Name, publicKey, null))
        {
            _audit.Append(new AuditEvent(AuditAction.RelayRefused, "", "", from, "a node tried to enrol with a code that is wrong, used or expired"));
            link.Say(RelayWord.Refusal(FailureCause.AccessDenied, "the code is wrong, used or expired"));
            return;
        }

        _audit.Append(new AuditEvent(AuditAction.RelayEnrolled, redeemed.Name, redeemed.Name, from, $"key {Convert.ToHexStringLower(id)}"));
        link.Say(new RelayWord(RelayWord.Enrolled, redeemed.Proof));
        link.Listen();
    }

    private string? Enrol(SocketStream socket, string code, HostEndpoint address, string name)
    {
        var (link, publicKey) = RelayHandshake.Connect(socket, socket, Key, expected: null);
        using (link)
        {
            byte[] id = NodeKey.IdOf(publicKey);
            link.Say(new RelayWord(RelayWord.Enrol, Enrolment.ProofOf(code, Key.Id, id)));
            var answer = link.NextWord();
            if (RelayWord.TryReadRefusal(answer, out _, out string? sentence))
            {
                return string.Create(CultureInfo.InvariantCulture, $"The node at {address} refused: {sentence}.");
            }

            if (answer.Verb != RelayWord.Enrolled || !Enrolment.IsAnswer(answer.Rest, code, Key.Id, id))
            {
                return $"What answers at {address} does not know the code: somebody may stand in the middle. Nothing was enrolled here.";
            }

            return Store.Add(name, publicKey, address.ToString()) ? null
                : $"A node '{name}', or this node under another name, is enrolled here already. Forget it first.";
        }
    }
}
