using System.Net.Sockets;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>What both ends of a connection between two nodes are set to.</summary>
internal static class RelaySocket
{
    /// <summary>
    /// Bytes that may wait in the kernel of the first node without being sent (tcp(7), TCP_NOTSENT_LOWAT). What is on the way is not limited by
    /// it: a long fat path stays full as long as this thread is woken in time, but a ping does not stand behind megabytes. A relay has no such
    /// limit, because whatever it sends tells the first node that it is there.
    /// </summary>
    private const int UnsentBytesMax = 512 * 1024;

    private const int LevelTcp = 6, OptionUserTimeout = 18, OptionNotSentLowWater = 25;

    /// <summary>How long sent bytes may stay unanswered before the kernel gives the connection up, where nobody is in a hurry.</summary>
    public const int SilenceMillis = 15_000;

    /// <summary>The same where a session waits. Pings notice most losses; this one notices those where a ping cannot be sent.</summary>
    public const int SessionSilenceMillis = 2_500;

    /// <summary>Sets a connected socket up. Buffers stay as the kernel sizes them: a fixed size would cap the window.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="silenceMillis">tcp(7), TCP_USER_TIMEOUT.</param>
    /// <exception cref="SocketException">The other side has gone already.</exception>
    public static void Prepare(Socket socket, int silenceMillis)
    {
        socket.NoDelay = true;
        if (silenceMillis == SessionSilenceMillis)
        {
            socket.SetRawSocketOption(LevelTcp, OptionNotSentLowWater, BitConverter.GetBytes(UnsentBytesMax));
        }

        socket.SetRawSocketOption(LevelTcp, OptionUserTimeout, BitConverter.GetBytes(silenceMillis));
    }
}
