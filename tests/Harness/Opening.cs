using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace RemoteChain.Harness;

/// <summary>How far a mutated opening goes before it turns wrong.</summary>
public enum OpeningDepth
{
    /// <summary>The first packet is mutated.</summary>
    FirstPacket,

    /// <summary>A good first packet, then noise instead of a TLS hello.</summary>
    Tls,

    /// <summary>A good TLS session, then a mutated MCS Connect Initial.</summary>
    ConnectInitial,
}

/// <summary>What the door made of an opening. All of them are fine but the last.</summary>
public enum OpeningOutcome
{
    /// <summary>It answered: a worker was spent on it.</summary>
    Answered,

    /// <summary>It closed the connection without a word.</summary>
    Closed,

    /// <summary>Neither in time.</summary>
    Hung,
}

/// <summary>Opens connections that are almost right.</summary>
public sealed class Opening(RecordedOpening recorded, IPEndPoint door)
{
    /// <summary>Loopback addresses that openings come from.</summary>
    public const int AddressesMax = 8;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    /// <summary>One opening from one of the loopback addresses, of that depth. Whatever the door does with it is fine, except to hang.</summary>
    public async Task<OpeningOutcome> TryAsync(int seed, OpeningDepth depth)
    {
        var random = new Random(seed);
        using var timeout = new CancellationTokenSource(s_timeout);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)random.Next(1, AddressesMax + 1)]), 0));
            await socket.ConnectAsync(door, timeout.Token);
            using var stream = new NetworkStream(socket);
            await SendAsync(stream, random, depth, timeout.Token);
            socket.Shutdown(SocketShutdown.Send);
            return await DrainAsync(stream, timeout.Token) || depth != OpeningDepth.FirstPacket ? OpeningOutcome.Answered : OpeningOutcome.Closed;
        }
        catch (Exception ex) when (ex is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return OpeningOutcome.Closed;
        }
        catch (OperationCanceledException)
        {
            return OpeningOutcome.Hung;
        }
    }

    private async Task SendAsync(NetworkStream stream, Random random, OpeningDepth depth, CancellationToken cancellationToken)
    {
        if (depth == OpeningDepth.FirstPacket)
        {
            await stream.WriteAsync(Mutate(recorded.ConnectionRequest, random), cancellationToken);
            return;
        }

        await stream.WriteAsync(recorded.ConnectionRequest, cancellationToken);
        byte[] confirm = new byte[64];
        int read = await stream.ReadAsync(confirm, cancellationToken);
        if (read == 0)
        {
            throw new IOException("closed at the first packet");
        }

        if (depth == OpeningDepth.Tls)
        {
            byte[] noise = new byte[random.Next(1, 2000)];
            random.NextBytes(noise);
            noise[0] = (byte)(random.Next(2) == 0 ? 0x16 : noise[0]);
            await stream.WriteAsync(noise, cancellationToken);
            return;
        }

        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "door" }, cancellationToken);
        await tls.WriteAsync(Mutate(recorded.ConnectInitial, random), cancellationToken);
    }

    /// <summary>Reads to the end; whether there was anything to read.</summary>
    private static async Task<bool> DrainAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        bool any = false;
        while (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
            any = true;
        }

        return any;
    }

    /// <summary>Flips, overwrites, cuts, repeats: a few small wounds, so that most of the packet still makes sense.</summary>
    private static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = new List<byte>(good);
        for (int wounds = random.Next(1, 6); wounds > 0 && bytes.Count > 0; wounds--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = (byte)(random.Next(2) == 0 ? 0xFF : 0x00);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 16), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
