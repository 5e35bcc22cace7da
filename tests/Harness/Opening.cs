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

/// <summary>Opens connections that are almost right.</summary>
public sealed class Opening(RecordedOpening recorded, IPEndPoint door)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    /// <summary>One opening from one of the loopback addresses, of that depth. Whatever the door does with it is fine, except to hang.</summary>
    /// <returns>False when the door neither answered nor closed in time.</returns>
    public async Task<bool> TryAsync(int seed, OpeningDepth depth)
    {
        var random = new Random(seed);
        using var timeout = new CancellationTokenSource(s_timeout);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)random.Next(1, 250)]), 0));
            await socket.ConnectAsync(door, timeout.Token);
            using var stream = new NetworkStream(socket);
            await SendAsync(stream, random, depth, timeout.Token);
            socket.Shutdown(SocketShutdown.Send);
            await DrainAsync(stream, timeout.Token);
            return true;
        }
        catch (Exception ex) when (ex is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
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
        if (read == 0 || depth == OpeningDepth.Tls)
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

    private static async Task DrainAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
        }
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
