using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>Dials by plain TCP from one place in the network: the innermost dialer of every chain, and the one beyond every tunnel.</summary>
/// <remarks>
/// All addresses of a host share the time that a dial may take. Connects with a non-blocking socket and poll, not with the runtime's asynchronous sockets: those register the socket with the
/// process's epoll for as long as its open file lives, and the file lives on in the worker. The node would wake for every packet of
/// every session.
/// </remarks>
public sealed class TcpDialer(Network network) : Dialer
{
    /// <summary>A connection that is silent for so long asks its peer for an acknowledgement.</summary>
    public const int KeepAliveSeconds = 15;

    /// <summary>And again after each of these,</summary>
    public const int KeepAliveIntervalSeconds = 5;

    /// <summary>so many times, before it gives up.</summary>
    public const int KeepAliveRetries = 3;

    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;
    private const int PollMicros = 50_000;

    /// <inheritdoc/>
    public override Network Network => network;

    /// <inheritdoc/>
    public override async ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            var addresses = await network.ResolveAsync(target.Host, deadline.Token);
            return await Task.Run(() => ConnectFirstAsync(addresses, target, deadline.Token), CancellationToken.None);
        }
        catch (SocketException ex)
        {
            return Failed(target, CauseOf(ex.SocketErrorCode), ex.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(target, FailureCause.TimedOut, $"no answer within {patience.TotalSeconds:0} s");
        }
    }

    private async Task<DialResult> ConnectFirstAsync(IPAddress[] addresses, HostEndpoint target, CancellationToken cancellationToken)
    {
        SocketError last = SocketError.NoData;
        foreach (var address in addresses)
        {
            var socket = await network.MakeSocketAsync(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp, cancellationToken);
            (socket.NoDelay, socket.Blocking) = (true, false);
            try
            {
                last = Connect(socket, new IPEndPoint(address, target.Port), cancellationToken);
                if (last == SocketError.Success)
                {
                    KeepAlive(socket);
                    return socket;
                }
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            socket.Dispose();
        }

        return Failed(target, CauseOf(last), new SocketException((int)last).Message);
    }

    private static SocketError Connect(Socket socket, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            socket.Connect(endpoint);
            return SocketError.Success;
        }
        catch (SocketException ex) when (ex.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            while (!socket.Poll(PollMicros, SelectMode.SelectWrite))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        }
        catch (SocketException ex)
        {
            return ex.SocketErrorCode;
        }
    }

    /// <summary>A host that vanished without a word is noticed in half a minute.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
        // Keepalives are not sent while data waits for its acknowledgement, which the kernel would send again for a quarter of an hour.
        int giveUpMillis = (KeepAliveSeconds + (KeepAliveRetries * KeepAliveIntervalSeconds)) * 1000;
        socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes(giveUpMillis));
    }

    private static FailureCause CauseOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => FailureCause.Refused,
        SocketError.TimedOut => FailureCause.TimedOut,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => FailureCause.NameUnknown,
        _ => FailureCause.Unreachable,
    };

    private static Failure Failed(HostEndpoint target, FailureCause cause, string detail) =>
        new(FailureStage.Dial, cause, $"{target}: {detail}");
}
