using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Workers;

/// <summary>Takes the descriptor out of a managed socket, to hand it to a worker.</summary>
public static class SocketHandOver
{
    /// <summary>
    /// A descriptor of the same connection, which the caller owns; the socket object is closed and must not be used. Closing one of two
    /// descriptors sends nothing: the connection goes on in the worker.
    /// </summary>
    public static DescriptorHandle Take(Socket socket)
    {
        // Not SetHandleAsInvalid: disposing of the socket would then wait forever for a release that never comes.
        using (socket)
        {
            return DescriptorHandle.DuplicateOf(socket.SafeHandle);
        }
    }
}
