using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Hops;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

/// <summary>A way to a place that can stop carrying anything without closing anything, as a pulled cable does.</summary>
public sealed class SilentCable : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HostEndpoint _to;
    private readonly List<TcpClient> _clients = [];
    private readonly TaskCompletionSource _cut = new();

    public SilentCable(HostEndpoint to)
    {
        _to = to;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public HostEndpoint Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public void Cut() => _cut.TrySetResult();

    public void Dispose()
    {
        _listener.Stop();
        _clients.ForEach(client => client.Dispose());
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync();
                var far = new TcpClient();
                await far.ConnectAsync(_to.Host, _to.Port);
                _clients.AddRange([near, far]);
                _ = CarryAsync(near.GetStream(), far.GetStream());
                _ = CarryAsync(far.GetStream(), near.GetStream());
            }
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[16384];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer)) > 0;)
            {
                if (!_cut.Task.IsCompleted)
                {
                    await to.WriteAsync(buffer.AsMemory(0, read));
                }
            }

            if (!_cut.Task.IsCompleted)
            {
                to.Socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception ex) when (ex is IOException or ObjectDisposedException or SocketException)
        {
            // One of the two has gone.
        }
    }
}
