using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>Dials by plain TCP from the node's own network: the innermost dialer of every chain.</summary>
public sealed class TcpDialer : Dialer
{
    /// <summary>How long all addresses of a host together may take to answer.</summary>
    public static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async ValueTask<DialResult> DialAsync(HostEndpoint target, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(DialTimeout);
        try
        {
            IPAddress[] addresses = IPAddress.TryParse(target.Host, out var literal)
                ? [literal]
                : await Dns.GetHostAddressesAsync(target.Host, deadline.Token);
            return await ConnectFirstAsync(addresses, target, deadline.Token);
        }
        catch (SocketException ex)
        {
            return Failed(target, CauseOf(ex.SocketErrorCode), ex.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(target, FailureCause.TimedOut, $"no answer from {target} within {DialTimeout.TotalSeconds:0} s");
        }
    }

    private static async ValueTask<DialResult> ConnectFirstAsync(IPAddress[] addresses, HostEndpoint target, CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
                return socket;
            }
            catch (SocketException ex)
            {
                last = ex;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        return last is null
            ? Failed(target, FailureCause.NameUnknown, $"{target.Host} has no address")
            : Failed(target, CauseOf(last.SocketErrorCode), $"{target}: {last.Message}");
    }

    private static FailureCause CauseOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => FailureCause.Refused,
        SocketError.TimedOut => FailureCause.TimedOut,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => FailureCause.NameUnknown,
        _ => FailureCause.Unreachable,
    };

    private static Failure Failed(HostEndpoint target, FailureCause cause, string detail) =>
        new(FailureStage.Dial, cause, detail) { Layer = $"rdp {target}" };
}
