using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RemoteChain.Harness;

/// <summary>Where the lab's users sit: a network of its own. A socket that is made there stays there, whoever uses it.</summary>
public static class Seat
{
    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET

    /// <summary>Connects from the lab's seat.</summary>
    /// <param name="process">A process of the seat, see <see cref="Lab.SeatProcess"/>.</param>
    /// <param name="address">The machine's address on the seat's cable.</param>
    /// <param name="port">Where a node listens.</param>
    public static Socket Dial(int process, string address, int port)
    {
        Socket? socket = null;
        Exception? failed = null;
        // The namespace is the thread's, and this thread is used for nothing else.
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle place = File.OpenHandle($"/proc/{process}/ns/net");
                if (setns((int)place.DangerousGetHandle(), NetworkNamespace) != 0)
                {
                    throw new IOException($"the seat's network cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Connect(new IPEndPoint(IPAddress.Parse(address), port));
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? socket! : throw new InvalidOperationException($"no connection from the seat to {address}:{port}: {failed.Message}", failed);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int setns(int descriptor, int kind);
}
