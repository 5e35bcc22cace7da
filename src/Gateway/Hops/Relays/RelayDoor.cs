using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// The port where other nodes come in. Until a connection has shown an enrolled key it is a stranger's: few of them, fewer from one address,
/// and not for long.
/// </summary>
public sealed class RelayDoor : IDisposable
{
    /// <summary>Connections at once that have not shown who they are.</summary>
    public const int StrangersMax = 64;

    /// <summary>Of those, from one address.</summary>
    public const int StrangersPerAddressMax = 16;

    private const int Backlog = 256;

    /// <summary>For TLS, the upgrade and the first word together.</summary>
    private static readonly TimeSpan s_strangerTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _listener;
    private readonly RelayNode _node;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _strangers = [];
    private readonly Task _accepting;
    private volatile bool _over;

    private RelayDoor(Socket listener, RelayNode node)
    {
        (_listener, _node) = (listener, node);
        Endpoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Opens the port.</summary>
    /// <exception cref="SocketException">It cannot be had.</exception>
    internal static RelayDoor Open(IPEndPoint endpoint, RelayNode node)
    {
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endpoint);
            listener.Listen(Backlog);
            return new RelayDoor(listener, node);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over = true;
        _listener.Dispose();
        _accepting.Wait();
    }

    private async Task AcceptAsync()
    {
        while (!_over)
        {
            try
            {
                Admit(await _listener.AcceptAsync());
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception ex) when (ex is SocketException or IOException)
            {
                // Out of descriptors, or the other side was gone before it was accepted: neither may end the door.
                await Task.Delay(s_acceptPause);
            }
        }
    }

    private void Admit(Socket socket)
    {
        IPAddress address;
        SocketStream stream;
        try
        {
            address = DestinationRule.Plain(((IPEndPoint)socket.RemoteEndPoint!).Address);
            RelaySocket.Prepare(socket, RelaySocket.SilenceMillis);
            stream = SocketStream.Take(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (!TryEnter(address))
        {
            stream.Dispose();
            return;
        }

        RelayThread.Start("relay in", () => Serve(stream, address));
    }

    private void Serve(SocketStream socket, IPAddress address)
    {
        bool isStranger = true, isTaken = false;
        RelayLink? link = null;
        var deadline = new Timer(_ => socket.Abort(), null, s_strangerTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            (link, byte[] publicKey) = RelayHandshake.Accept(socket, _node.Key);
            var word = link.NextWord();
            if (_node.Store.Find(publicKey) is { } peer)
            {
                deadline.Dispose();
                Leave(address);
                isStranger = false;
                isTaken = _node.Serve(link, socket, word, peer, address.ToString());
            }
            else
            {
                _node.Meet(link, word, publicKey, address.ToString());
            }
        }
        catch (Exception ex) when (RelayThread.IsBreak(ex))
        {
            // A stranger that does not speak as nodes do, or one that has gone.
        }
        finally
        {
            deadline.Dispose();
            if (isStranger)
            {
                Leave(address);
            }

            if (!isTaken)
            {
                link?.Dispose();
                socket.Dispose();
            }
        }
    }

    private bool TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            int here = _strangers.GetValueOrDefault(address);
            if (here >= StrangersPerAddressMax || _strangers.Values.Sum() >= StrangersMax)
            {
                return false;
            }

            _strangers[address] = here + 1;
            return true;
        }
    }

    private void Leave(IPAddress address)
    {
        lock (_gate)
        {
            if (--_strangers[address] == 0)
            {
                _strangers.Remove(address);
            }
        }
    }
}
