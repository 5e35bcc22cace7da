using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>
/// Asks the DNS servers of one place in the network, over that place's own sockets. The system's resolver would also look into the machine's
/// hosts file, its caches and its other servers, which know nothing of the place and must not hear of its names.
/// </summary>
/// <param name="network">The place.</param>
/// <param name="servers">Asked in this order.</param>
/// <param name="searchDomains">What short names are completed with.</param>
public sealed class NameResolver(Network network, IReadOnlyList<IPAddress> servers, IReadOnlyList<string> searchDomains)
{
    private const int Port = 53, Attempts = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Addresses of a name, IPv4 first.</summary>
    /// <exception cref="SocketException">No server knows the name, or there is no server.</exception>
    public async ValueTask<IPAddress[]> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (servers.Count == 0) throw new SocketException((int)SocketError.HostNotFound, "the tunnel has no DNS server; write an address");
        bool answered = false;
        foreach (string candidate in Candidates(name))
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                foreach (var server in servers)
                {
                    if (await AskAsync(server, candidate, cancellationToken) is not { } addresses) continue;
                    if (addresses.Length > 0) return addresses;
                    (answered, attempt) = (true, Attempts);
                    break;
                }
            }
        }

        throw new SocketException((int)(answered ? SocketError.HostNotFound : SocketError.TryAgain),
            answered ? "the tunnel's DNS knows no address of this name" : $"no DNS server of the tunnel answers ({string.Join(", ", servers)})");
    }

    /// <summary>A name with a dot is tried as it is first, a short one last.</summary>
    private IEnumerable<string> Candidates(string name)
    {
        if (name.EndsWith('.')) return [name];
        var completed = searchDomains.Select(domain => $"{name}.{domain}");
        return name.Contains('.', StringComparison.Ordinal) ? completed.Prepend(name) : completed.Append(name);
    }

    /// <summary>Null when the server does not answer, or not to the point.</summary>
    private async Task<IPAddress[]?> AskAsync(IPAddress server, string name, CancellationToken cancellationToken)
    {
        var v4 = AskAsync(server, name, isV6: false, cancellationToken);
        var v6 = AskAsync(server, name, isV6: true, cancellationToken);
        var (first, second) = (await v4, await v6);
        return first is null && second is null ? null : [.. first ?? [], .. second ?? []];
    }

    private async Task<IReadOnlyList<IPAddress>?> AskAsync(IPAddress server, string name, bool isV6, CancellationToken cancellationToken)
    {
        var packet = new byte[DnsMessage.DatagramBytesMax];
        ushort id = BinaryPrimitives.ReadUInt16LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ushort)));
        int length = DnsMessage.WriteQuestion(packet, id, name, isV6);
        // A name that cannot be asked for has no address.
        if (length == 0) return [];
        var question = packet.AsMemory(0, length);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        try
        {
            var answer = await AskByDatagramAsync(server, question, deadline.Token);
            if (answer.IsCut) answer = await AskByStreamAsync(server, question, deadline.Token);
            return answer.IsFinal || answer.Addresses.Count > 0 ? answer.Addresses : null;
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidDataException
            || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<DnsAnswer> AskByDatagramAsync(IPAddress server, ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        // Connected, so that only the server's packets come in, from a port of this question's own.
        using var socket = await network.MakeSocketAsync(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp, cancellationToken);
        await socket.ConnectAsync(new IPEndPoint(server, Port), cancellationToken);
        await socket.SendAsync(question, SocketFlags.None, cancellationToken);
        var packet = new byte[DnsMessage.DatagramBytesMax];
        while (true)
        {
            int count = await socket.ReceiveAsync(packet, SocketFlags.None, cancellationToken);
            // Something else at that port: go on waiting for the answer.
            if (DnsMessage.TryReadAnswer(packet.AsSpan(0, count), question.Span, out var answer)) return answer;
        }
    }

    /// <summary>RFC 1035, section 4.2.2: the same messages, each behind its length.</summary>
    private async Task<DnsAnswer> AskByStreamAsync(IPAddress server, ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        using var socket = await network.MakeSocketAsync(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp, cancellationToken);
        await socket.ConnectAsync(new IPEndPoint(server, Port), cancellationToken);
        var sent = new byte[sizeof(ushort) + question.Length];
        BinaryPrimitives.WriteUInt16BigEndian(sent, (ushort)question.Length);
        question.CopyTo(sent.AsMemory(sizeof(ushort)));
        await socket.SendAsync(sent, SocketFlags.None, cancellationToken);
        await using var stream = new NetworkStream(socket);
        var length = new byte[sizeof(ushort)];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(packet, cancellationToken);
        return DnsMessage.TryReadAnswer(packet, question.Span, out var answer) ? answer : throw new InvalidDataException("no answer to the question");
    }
}
