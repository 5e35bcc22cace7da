using System.Net;
using System.Net.Sockets;
using System.Text;
using RemoteChain.Gateway.Hops;

namespace RemoteChain.Gateway.Tests.Hops;

/// <summary>What a chain leads to: speaks first, then sends back what it gets, and closes when it is told to.</summary>
internal sealed class Host : IDisposable
{
    public const string Banner = "at your service\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Host()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public HostEndpoint Endpoint => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>A port where nobody is.</summary>
    public static HostEndpoint Nobody => new("127.0.0.1", ServerProcess.FreePort());

    /// <summary>Reads the banner, sends a word and reads it back: the way is open in both directions, and no byte of it is lost.</summary>
    public static async Task SpeakAsync(Socket socket)
    {
        socket.Blocking = true;
        socket.ReceiveTimeout = 10_000;
        await Task.Run(() =>
        {
            Assert.Equal(Banner, Read(socket, Banner.Length));
            socket.Send("word"u8);
            Assert.Equal("word", Read(socket, 4));
        });
    }

    /// <summary>Reads until the other side closes.</summary>
    public static Task<int> ReadToEndAsync(Socket socket) => Task.Run(() => socket.Receive(new byte[1]));

    public void Dispose() => _listener.Stop();

    private static string Read(Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        for (int have = 0; have < count;)
        {
            int got = socket.Receive(buffer.AsSpan(have));
            Assert.True(got > 0, "the host closed the connection");
            have += got;
        }

        return Encoding.ASCII.GetString(buffer);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(TcpClient client)
    {
        using var held = client;
        held.NoDelay = true;
        try
        {
            var stream = held.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Banner));
            byte[] buffer = new byte[16 * 1024];
            for (int got; (got = await stream.ReadAsync(buffer)) > 0;)
            {
                if (buffer.AsSpan(0, got).StartsWith("bye"u8))
                {
                    return;
                }

                await stream.WriteAsync(buffer.AsMemory(0, got));
            }
        }
        catch (IOException)
        {
            // The other side is gone.
        }
    }
}
