using RemoteChain.Surface.Control;
using RemoteChain.Tunnels.OpenVpn;
using RemoteChain.Tunnels.WireGuard;

namespace RemoteChain.Tunnels;

/// <summary>
/// A node at the other end of a control socket, and the tunnels that it has: they end with the connection. What a node may say is narrow, and
/// whoever says anything else is cut off.
/// </summary>
sealed class NodeConnection : IDisposable
{
    /// <summary>Tunnels of one node. A namespace costs the kernel about a megabyte, a program ten.</summary>
    internal const int TunnelsMax = 256;

    readonly EventLoop _loop;
    readonly ControlSocket _control;
    readonly Action<NodeConnection> _ended;
    readonly EventLoop.Wish _wish;
    readonly Dictionary<int, Tunnel> _tunnels = [];
    readonly Dictionary<int, int> _outerOf = [];

    internal NodeConnection(EventLoop loop, ControlSocket control, Action<NodeConnection> ended)
    {
        (_loop, _control, _ended) = (loop, control, ended);
        _wish = loop.WhenReadable(control.Handle, Receive);
        Send(new TunnelsReady(TunnelsReady.VersionNow));
    }

    /// <summary>Takes all tunnels away, the inner ones first.</summary>
    public void Dispose()
    {
        _wish.Dispose();
        foreach (var number in _tunnels.Keys.OrderDescending().ToArray()) Remove(number);
        _control.Dispose();
    }

    void Receive()
    {
        switch (_control.Receive(out var message, timeoutMillis: 0))
        {
            case ControlReceive.None:
                return;
            case ControlReceive.Message when Obey(message!):
                return;
            default:
                _ended(this);
                return;
        }
    }

    /// <summary>False for what no node says.</summary>
    bool Obey(ControlMessage message)
    {
        switch (message)
        {
            // An opened tunnel owns its message, which has the keys.
            case OpenWireGuard open:
                return Open(open.Tunnel, open.Outer, outer => new WireGuardTunnel(_loop, outer, open));
            case OpenOpenVpn open:
                return Open(open.Tunnel, open.Outer, outer => new OpenVpnTunnel(_loop, outer, open));
            case CloseTunnel close:
                var inner = TakeAway(close.Tunnel);
                Send(new TunnelClosed(close.Tunnel));
                TellInner(inner);
                return true;
            case MakeTunnelSocket make:
                SendSocket(make);
                return true;
            default:
                message.Dispose();
                return false;
        }
    }

    bool Open(int number, int outerNumber, Func<NetworkNamespace, Tunnel> make)
    {
        if (_tunnels.ContainsKey(number)) return false;
        if (_tunnels.Count >= TunnelsMax)
        {
            Send(new TunnelLost(number, new(FailureStage.Dial, FailureCause.TooBusy, $"this machine keeps at most {TunnelsMax} tunnels of a node")));
            return true;
        }

        Tunnel? around = null;
        if (outerNumber != 0 && !_tunnels.TryGetValue(outerNumber, out around))
        {
            Send(new TunnelLost(number, new(FailureStage.Dial, FailureCause.HopDown, "the tunnel around it is down")));
            return true;
        }

        try
        {
            var tunnel = make(around?.Inner ?? NetworkNamespace.Machine);
            (_tunnels[number], _outerOf[number]) = (tunnel, outerNumber);
            tunnel.Opened = opened => Send(opened);
            tunnel.Lost = failure => Lose(number, failure);
            tunnel.Start();
        }
        catch (IOException refused)
        {
            Lose(number, new(FailureStage.Dial, FailureCause.HopDown, refused.Message));
        }

        return true;
    }

    void SendSocket(MakeTunnelSocket make)
    {
        const int NoDevice = 19;
        var (socket, error) = _tunnels.TryGetValue(make.Tunnel, out var tunnel) ? tunnel.Inner.MakeSocket(make.IsV6, make.Kind) : (null, NoDevice);
        using (socket) Send(new TunnelSocket(make.Request, error, socket));
    }

    /// <summary>Tells the node, after everything that a tunnel held is gone. What was inside of it is told after it, so that who looks for the
    /// cause finds it first.</summary>
    void Lose(int number, Failure failure)
    {
        var inner = TakeAway(number);
        Send(new TunnelLost(number, failure));
        TellInner(inner);
    }

    void TellInner(IEnumerable<int> numbers)
    {
        foreach (var number in numbers) Send(new TunnelLost(number, new(FailureStage.Run, FailureCause.HopDown, "the tunnel around it is down")));
    }

    /// <summary>Removes a tunnel and before it all that begin inside.</summary>
    /// <returns>Those.</returns>
    List<int> TakeAway(int number)
    {
        List<int> inner = [];
        foreach (var next in _outerOf.Where(pair => pair.Value == number).Select(pair => pair.Key).ToArray())
        {
            inner.Add(next);
            inner.AddRange(TakeAway(next));
        }

        Remove(number);
        return inner;
    }

    void Remove(int number)
    {
        if (_tunnels.Remove(number, out var tunnel)) tunnel.Dispose();
        _outerOf.Remove(number);
    }

    void Send(ControlMessage message)
    {
        // A node that does not read any more is as good as gone; one that is gone is noticed when its socket is read.
        if (_control.Send(message) == ControlSend.Full) _loop.After(TimeSpan.Zero, () => _ended(this));
    }
}
