using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway.Fronts;

/// <summary>
/// The RDP port. Accepts connections, reads the first packet without consuming it, and hands the socket to a front worker; bytes of
/// strangers are parsed in managed code here and in a sandbox there, never by native code in the node.
/// </summary>
public sealed partial class FrontDoor : IAsyncDisposable
{
    private const int Backlog = 256;

    /// <summary>How long a client may take to send its first packet.</summary>
    private static readonly TimeSpan s_firstPacketTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection waits for a worker while the lobby is busy.</summary>
    private static readonly TimeSpan s_workerTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_lookAgainMax = TimeSpan.FromMilliseconds(50);

    private readonly Socket _listener;
    private readonly FrontContext _context;
    private readonly Lobby _lobby = new(TimeProvider.System);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    private FrontDoor(Socket listener, FrontContext context)
    {
        _listener = listener;
        _context = context;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Opens the port, or the next free one among <paramref name="portsToTry"/>.</summary>
    /// <exception cref="SocketException">None of them can be had.</exception>
    public static FrontDoor Open(IPEndPoint endpoint, int portsToTry, FrontContext context)
    {
        for (int i = 0; ; i++)
        {
            var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(endpoint.Address, endpoint.Port == 0 ? 0 : endpoint.Port + i));
                listener.Listen(Backlog);
                return new FrontDoor(listener, context);
            }
            catch (SocketException ex) when (ex.SocketErrorCode == SocketError.AddressAlreadyInUse && i + 1 < portsToTry)
            {
                listener.Dispose();
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                Admit(socket);
            }
            catch (Exception ex) when (ex is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException ex)
            {
                // Out of descriptors, or the client was gone before it was accepted: neither may end the door.
                LogAcceptFailed(_context.Log, ex);
                await Task.Delay(s_lookAgainMax);
            }
        }
    }

    private void Admit(Socket socket)
    {
        IPAddress address;
        try
        {
            address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            socket.NoDelay = true;
            socket.Blocking = false;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return;
        }

        if (_lobby.TryEnter(address) is not { } seat)
        {
            socket.Dispose();
            return;
        }

        _ = Task.Run(() => ServeAsync(socket, address, seat));
    }

    private async Task ServeAsync(Socket socket, IPAddress address, Lobby.Seat seat)
    {
        try
        {
            using (seat)
            using (socket)
            {
                var request = await PeekRequestAsync(socket);
                if (request is null || await WaitForWorkerAsync(socket, seat) is not { } worker)
                {
                    return;
                }

                await using var front = new RdpFront(worker, address, request, seat, _context);
                await front.RunAsync(SocketHandOver.Take(socket), _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The node is stopping.
        }
        catch (Exception ex)
        {
            LogFrontFault(_context.Log, ex);
        }
    }

    /// <summary>
    /// The first packet, left in the socket for the worker. Null when none came in time or it is something else. Looks again and again
    /// instead of waiting asynchronously, for the reason that <see cref="Hops.TcpDialer"/> gives.
    /// </summary>
    private async Task<ConnectionRequest?> PeekRequestAsync(Socket socket)
    {
        byte[] bytes = new byte[ConnectionRequest.BytesMax];
        var pause = s_lookAgain;
        for (var waited = TimeSpan.Zero; waited < s_firstPacketTimeout; waited += pause)
        {
            int read = socket.Receive(bytes, 0, bytes.Length, SocketFlags.Peek, out var error);
            if (error == SocketError.Success && read == 0)
            {
                return null;
            }

            if (error == SocketError.Success)
            {
                switch (ConnectionRequest.TryRead(bytes.AsSpan(0, read), out var request))
                {
                    case ConnectionRequestOutcome.Complete:
                        return request;
                    case ConnectionRequestOutcome.Malformed:
                    case ConnectionRequestOutcome.NeedMore when HasSaidAll(socket):
                        return null;
                }
            }
            else if (error != SocketError.WouldBlock)
            {
                return null;
            }

            await Task.Delay(pause, _stopping.Token);
            pause = pause * 2 < s_lookAgainMax ? pause * 2 : s_lookAgainMax;
        }

        return null;
    }

    /// <summary>Whether the client has closed its side: a peek alone does not tell while there are bytes. Linux, tcp(7) TCP_INFO, tcpi_state.</summary>
    private static bool HasSaidAll(Socket socket)
    {
        const int levelTcp = 6, optionInfo = 11;
        const byte established = 1;
        Span<byte> state = stackalloc byte[1];
        return socket.GetRawSocketOption(levelTcp, optionInfo, state) == 1 && state[0] != established;
    }

    /// <summary>A worker for this connection; null when it has waited long enough, is not welcome, or has hung up meanwhile.</summary>
    private async Task<WorkerProcess?> WaitForWorkerAsync(Socket socket, Lobby.Seat seat)
    {
        var pause = s_lookAgain;
        for (var waited = TimeSpan.Zero; waited < s_workerTimeout && !HasSaidAll(socket); waited += pause)
        {
            if (!seat.HasWorker && !seat.IsWelcome)
            {
                return null;
            }

            if (seat.TryTakeWorker() && _context.Pool.TryTake() is { } worker)
            {
                return worker;
            }

            await Task.Delay(pause, _stopping.Token);
            pause = pause * 2 < s_lookAgainMax ? pause * 2 : s_lookAgainMax;
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The front door could not accept a connection")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A front ended by a fault of the gateway")]
    private static partial void LogFrontFault(ILogger logger, Exception exception);
}
