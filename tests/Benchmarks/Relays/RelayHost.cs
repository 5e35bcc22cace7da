using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks.Relays;

/// <summary>The host at the end of the row: this program again. The first byte of a connection says what it shall do.</summary>
internal static class RelayHost
{
    /// <summary>Send everything back; send without end; swallow without end.</summary>
    public const byte Echo = (byte)'e', Download = (byte)'d', Upload = (byte)'u';

    /// <summary>Where it listens.</summary>
    public const int Port = 9000;

    private const string Variable = "REMOTECHAIN_BENCHMARK_RELAY_HOST";
    private const int BufferBytes = 64 * 1024;

    /// <summary>Whether this process is the host.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) is not null;

    /// <summary>The name of the variable that makes a process the host.</summary>
    public static string Mark => Variable;

    /// <summary>Serves until it is killed.</summary>
    public static object Run()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, Port));
        listener.Listen();
        while (true)
        {
            var socket = listener.Accept();
            socket.NoDelay = true;
            new Thread(() => Serve(SocketStream.Take(socket))) { IsBackground = true }.Start();
        }
    }

    private static void Serve(SocketStream stream)
    {
        using (stream)
        {
            byte[] buffer = new byte[BufferBytes];
            try
            {
                stream.ReadExactly(buffer, 0, 1);
                if (buffer[0] == Download)
                {
                    while (true)
                    {
                        stream.Write(buffer);
                    }
                }

                bool echo = buffer[0] == Echo;
                for (int read; (read = stream.Read(buffer)) > 0;)
                {
                    if (echo)
                    {
                        stream.Write(buffer.AsSpan(0, read));
                    }
                }
            }
            catch (IOException)
            {
                // The benchmark has enough.
            }
        }
    }
}
