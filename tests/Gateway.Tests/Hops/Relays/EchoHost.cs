using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Hops;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

/// <summary>A host on loopback that sends back what it gets, and finishes when the other side does.</summary>
public sealed class EchoHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public EchoHost()
    {
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public HostEndpoint Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public int Accepted { get; private set; }

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                Accepted++;
                _ = Task.Run(() => EchoAsync(client));
            }
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task EchoAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await client.GetStream().CopyToAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The other side broke off; some tests do.
            }
        }
    }
}
