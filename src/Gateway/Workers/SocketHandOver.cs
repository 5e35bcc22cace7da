using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Workers;

/// <summary>Takes the descriptor out of a managed socket, to hand it to a worker.</summary>
public static class SocketHandOver
{
    /// <summary>
    /// The descriptor, which the caller owns from now on; the socket object is dead and must not be used. No shutdown is sent, as
    /// disposing of the socket object might: the connection goes on in the worker.
    /// </summary>
    public static DescriptorHandle Take(Socket socket)
    {
        var handle = socket.SafeHandle;
        var descriptor = new DescriptorHandle((int)handle.DangerousGetHandle());
        handle.SetHandleAsInvalid();
        return descriptor;
    }
}
