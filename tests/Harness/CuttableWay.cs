using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Harness;

/// <summary>A way to a local port that can be cut: everything that goes through it ends at once, without a word, and new connections may come.</summary>
public sealed class CuttableWay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _open = [];
    private readonly int _target;
    private readonly Task _accepting;
    private readonly Dictionary<Socket, long> _carried = [];
    private readonly HashSet<Socket> _frozen = [];
    private bool _isClosed;

    /// <summary>Opens a way to that port of this machine.</summary>
    public CuttableWay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The port at which it begins.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends all connections. Until <see cref="Mend"/>, new ones end too.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _isClosed = true;
            foreach (var socket in _open)
            {
                socket.Close(timeout: 0);
            }

            _open.Clear();
        }
    }

    /// <summary>
    /// As after a sleep: the connection that carried most stays open, and nothing goes through it any more; those that rested are gone. New ones
    /// go through.
    /// </summary>
    public void Freeze()
    {
        lock (_open)
        {
            int busiest = Enumerable.Range(0, _open.Count / 2).MaxBy(pair => CarriedBy(pair));
            for (int i = 0; i < _open.Count; i++)
            {
                if (i / 2 == busiest)
                {
                    _frozen.Add(_open[i]);
                }
                else
                {
                    _open[i].Close(timeout: 0);
                }
            }

            _open.RemoveAll(socket => !_frozen.Contains(socket));
        }
    }

    // Both ends of a connection stand beside each other.
    private long CarriedBy(int pair) => _carried.GetValueOrDefault(_open[pair * 2]) + _carried.GetValueOrDefault(_open[(pair * 2) + 1]);

    /// <summary>Lets new connections through again.</summary>
    public void Mend()
    {
        lock (_open)
        {
            _isClosed = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_stopping.Token);
                var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                near.NoDelay = true;
                lock (_open)
                {
                    if (_isClosed)
                    {
                        near.Close(timeout: 0);
                        continue;
                    }

                    _open.AddRange([near, far]);
                }

                await far.ConnectAsync(IPAddress.Loopback, _target);
                _ = CopyAsync(near, far);
                _ = CopyAsync(far, near);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private bool Carries(Socket socket, int bytes)
    {
        lock (_open)
        {
            _carried[socket] = _carried.GetValueOrDefault(socket) + bytes;
            return !_frozen.Contains(socket);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (Carries(from, count))
                {
                    await to.SendAsync(buffer.AsMemory(0, count));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            to.Close(timeout: 0);
        }
    }
}
