using System.Collections.Concurrent;
using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>A connection to the process that keeps tunnels (docs/adr/0020). When it ends, so do all tunnels that were opened over it.</summary>
public sealed class TunnelsLink : IAsyncDisposable
{
    private const int NoDevice = 19, NoProtocol = 93, NoFamily = 97, NotPermitted = 1, NoAccess = 13;

    private readonly ControlSocket _control;
    private readonly Lock _sending = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, OpenTunnel> _tunnels = [];
    private readonly ConcurrentDictionary<int, TaskCompletionSource<TunnelSocket>> _sockets = [];
    private readonly Task _receiving;
    private int _lastNumber, _lastRequest, _disposed;

    /// <summary>Takes over a connection on which the process has said that it is ready.</summary>
    public TunnelsLink(ControlSocket control)
    {
        _control = control;
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Whether the process has ended or was cut off.</summary>
    public bool HasEnded => _receiving.IsCompleted;

    /// <summary>Completes when the process has ended or was cut off.</summary>
    public Task Ended => _receiving;

    /// <summary>Opens a tunnel.</summary>
    /// <param name="make">Makes the order for a tunnel of this number; disposed of here.</param>
    /// <param name="cancellationToken">Gives the tunnel up.</param>
    public async ValueTask<(OpenTunnel? Tunnel, Failure? Failure)> OpenAsync(Func<int, ControlMessage> make, CancellationToken cancellationToken)
    {
        var tunnel = new OpenTunnel(this, Interlocked.Increment(ref _lastNumber));
        _tunnels[tunnel.Number] = tunnel;
        using (var order = make(tunnel.Number)) Send(order);
        // The process may have ended before the tunnel was listed.
        if (HasEnded) LoseAll();
        try
        {
            var first = await Task.WhenAny(tunnel.Opening, tunnel.Lost).WaitAsync(cancellationToken);
            return first == tunnel.Lost ? (null, await tunnel.Lost) : (tunnel, null);
        }
        catch (OperationCanceledException)
        {
            await CloseAsync(tunnel);
            throw;
        }
    }

    /// <summary>Takes a tunnel away; returns when nothing of it is left.</summary>
    public async ValueTask CloseAsync(OpenTunnel tunnel)
    {
        Send(new CloseTunnel(tunnel.Number));
        await Task.WhenAny(tunnel.Closed, _receiving);
        tunnel.Lose(new Failure(FailureStage.Run, FailureCause.Stopped, "closed"));
        _tunnels.TryRemove(tunnel.Number, out _);
    }

    /// <summary>Makes a socket inside a tunnel's namespace.</summary>
    /// <exception cref="SocketException">The tunnel is gone, or does not have this kind of socket.</exception>
    public async ValueTask<Socket> MakeSocketAsync(OpenTunnel tunnel, AddressFamily family, TunnelSocketKind kind, CancellationToken cancellationToken)
    {
        int request = Interlocked.Increment(ref _lastRequest);
        var answer = new TaskCompletionSource<TunnelSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets[request] = answer;
        Send(new MakeTunnelSocket(tunnel.Number, request, family == AddressFamily.InterNetworkV6, kind));
        if (HasEnded) LoseAll();
        using var gone = cancellationToken.Register(() => Forget(request, answer));
        // Owned here from now on: an answer that comes after nobody waits any more is closed by whoever receives it.
        using var made = await answer.Task;
        return made.Socket is { } socket
            ? new Socket(new SafeSocketHandle(socket.Detach(), ownsHandle: true))
            : throw new SocketException((int)ErrorOf(made.Error));
    }

    /// <summary>Ends the connection and with it every tunnel.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync();
        await _receiving;
        _control.Dispose();
        _stopping.Dispose();
    }

    private void Forget(int request, TaskCompletionSource<TunnelSocket> answer)
    {
        _sockets.TryRemove(request, out _);
        answer.TrySetCanceled();
    }

    private void Send(ControlMessage message)
    {
        // A process that does not read is cut off: its tunnels are of no use.
        lock (_sending)
            if (!HasEnded && _control.Send(message) == ControlSend.Full) _stopping.Cancel();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await _control.ReceiveAsync(_stopping.Token) is (ControlReceive.Message, { } message)) Take(message);
        }
        catch (OperationCanceledException)
        {
            // Disposed of, or cut off.
        }

        // What was sent is still in the process's queue; nothing more is answered.
        _control.Handle.Dispose();
        LoseAll();
    }

    private void Take(ControlMessage message)
    {
        switch (message)
        {
            case TunnelOpened opened when _tunnels.TryGetValue(opened.Tunnel, out var tunnel):
                tunnel.Open(opened);
                break;
            case TunnelLost lost when _tunnels.TryRemove(lost.Tunnel, out var tunnel):
                tunnel.Lose(lost.Failure);
                break;
            case TunnelClosed closed when _tunnels.TryGetValue(closed.Tunnel, out var tunnel):
                tunnel.Close();
                break;
            case TunnelSocket made when _sockets.TryRemove(made.Request, out var waiting) && waiting.TrySetResult(made):
                break;
            default:
                message.Dispose();
                break;
        }
    }

    private void LoseAll()
    {
        foreach (int number in _tunnels.Keys)
            if (_tunnels.TryRemove(number, out var tunnel))
                tunnel.Lose(new Failure(FailureStage.Run, FailureCause.HopDown, "the process that keeps the tunnels has ended"));
        foreach (int request in _sockets.Keys)
            if (_sockets.TryRemove(request, out var waiting)) waiting.TrySetResult(new(request, NoDevice, null));
    }

    private static SocketError ErrorOf(int error) => error switch
    {
        NoFamily => SocketError.AddressFamilyNotSupported,
        NoProtocol => SocketError.ProtocolNotSupported,
        NotPermitted or NoAccess => SocketError.AccessDenied,
        NoDevice => SocketError.NetworkDown,
        _ => SocketError.SocketError,
    };
}
