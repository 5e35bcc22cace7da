using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>
/// The node's end of a running machine's network: judges what the guest wants by the machine's rules, connects for it, and hands the connected socket
/// over. The process at the other end may be the guest's already, so nothing that it says is believed; it has no other way out than to ask here.
/// </summary>
/// <param name="control">Where it asks; belongs to this object.</param>
/// <param name="rules">What it may.</param>
/// <param name="exit">Where its connections begin now.</param>
/// <param name="refused">Told of the first refusal of each destination, as many as are remembered.</param>
internal sealed class GuestNetwork(ControlSocket control, NetworkRules rules, Func<MachineExit> exit, Action<NetworkRefusal> refused) : IAsyncDisposable
{
    // Response codes of DNS (RFC 1035, section 4.1.1).
    private const byte Found = 0, NoSuchName = 3, NotAllowed = 5;

    private static readonly TimeSpan s_lookUpPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly GuestNames _names = new();
    private readonly Dictionary<string, NetworkRefusal> _refusals = [];
    private readonly CancellationTokenSource _ending = new();
    private Task _listening = Task.CompletedTask;
    private int _dialing, _lookingUp;
    private long _connections, _failed, _refused;

    /// <summary>What happened so far.</summary>
    public NetworkSummary Summary
    {
        get
        {
            lock (_gate)
            {
                return new NetworkSummary(_connections, _failed, _refused, [.. _refusals.Values]);
            }
        }
    }

    /// <summary>Begins to answer.</summary>
    public void Start() => _listening = ListenAsync(_ending.Token);

    /// <summary>Answers no more; connections that stand are the machine's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _listening;
        control.Dispose();
        // Not disposed of: attempts that are still being cancelled hold it.
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Whoever asks for more than the other side waits for breaks the protocol, and is not listened to any more.
            while (await control.ReceiveAsync(cancellationToken) is (ControlReceive.Message, { } message) && Take(message, cancellationToken))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The machine ends.
        }
    }

    private bool Take(ControlMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            switch (message)
            {
                case NetworkDial dial when Interlocked.Increment(ref _dialing) <= NetworkDial.WaitingMax:
                    _ = DialAsync(dial, cancellationToken);
                    return true;
                case NetworkLookUp lookUp when Interlocked.Increment(ref _lookingUp) <= NetworkLookUp.WaitingMax:
                    _ = LookUpAsync(lookUp, cancellationToken);
                    return true;
                case NetworkDenied denied:
                    Refuse(denied.Protocol switch { 17 => $"udp {denied.To}", 1 => $"icmp {denied.To.Address}", var other => $"protocol {other} {denied.To.Address}" },
                        "rules allow tcp and dns only");
                    return true;
                default:
                    return false;
            }
        }
    }

    private async Task DialAsync(NetworkDial dial, CancellationToken cancellationToken)
    {
        try
        {
            using var descriptor = await ConnectAsync(dial.To, cancellationToken) is { } socket ? SocketHandOver.Take(socket) : null;
            Interlocked.Decrement(ref _dialing);
            control.Send(new NetworkDialed(dial.Request, descriptor));
        }
        catch (Exception ex) when (ex is OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The machine ends, or this node has no descriptor left: the guest waits in vain, as for a host that does not answer.
        }
    }

    private async Task<Socket?> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        string? name;
        lock (_gate)
        {
            name = _names.NameAt(to.Address);
        }

        var addresses = name is null ? [to.Address] : await AddressesOfAsync(name, cancellationToken);
        if (addresses.Length == 0)
        {
            Count(ref _failed);
            return null;
        }

        string host = name ?? to.Address.ToString();
        var (allowed, refusal) = rules.Decide(host, to.Port, addresses);
        if (allowed.Count == 0)
        {
            Refuse($"tcp {host}:{to.Port}", refusal);
            return null;
        }

        foreach (var address in allowed)
        {
            if (await exit().DialAsync(address.ToString(), to.Port, cancellationToken) is ({ } socket, _))
            {
                Count(ref _connections);
                return socket;
            }
        }

        Count(ref _failed);
        return null;
    }

    private async Task LookUpAsync(NetworkLookUp lookUp, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(lookUp, cancellationToken);
        Interlocked.Decrement(ref _lookingUp);
        try
        {
            control.Send(answer);
        }
        catch (ObjectDisposedException)
        {
            // The machine has ended.
        }
    }

    private async Task<NetworkNames> AnswerAsync(NetworkLookUp lookUp, CancellationToken cancellationToken)
    {
        if (rules.NamesName(lookUp.Name))
        {
            lock (_gate)
            {
                return new NetworkNames(lookUp.Request, Found, [_names.AddressOf(lookUp.Name)]);
            }
        }

        if (!rules.LooksUp)
        {
            Refuse($"dns {lookUp.Name}", "no rule names it, and there is no rule dns");
            return new NetworkNames(lookUp.Request, NotAllowed, []);
        }

        var addresses = await AddressesOfAsync(lookUp.Name, cancellationToken);
        return new NetworkNames(lookUp.Request, addresses.Length > 0 ? Found : NoSuchName,
            [.. addresses.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Take(NetworkNames.AddressesMax)]);
    }

    private async Task<IPAddress[]> AddressesOfAsync(string name, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_lookUpPatience);
        try
        {
            return await exit().LookUpAsync(name, deadline.Token);
        }
        catch (Exception ex) when (ex is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // No such name, no answer, or the hops have just gone.
            return [];
        }
    }

    private void Count(ref long what)
    {
        lock (_gate)
        {
            what++;
        }
    }

    private void Refuse(string to, string why)
    {
        NetworkRefusal refusal;
        lock (_gate)
        {
            _refused++;
            if (!_refusals.TryGetValue(to, out var known) && _refusals.Count >= NetworkSummary.RefusalsMax)
            {
                return;
            }

            _refusals[to] = refusal = new NetworkRefusal(to, why, (known?.Count ?? 0) + 1);
        }

        if (refusal.Count == 1)
        {
            refused(refusal);
        }
    }
}
