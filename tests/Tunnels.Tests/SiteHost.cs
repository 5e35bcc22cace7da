using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RemoteChain.Tunnels.Tests;

/// <summary>What there is at a site: a host that says the site's name to whoever connects, and a DNS server that knows <c>host.site</c>.</summary>
sealed class SiteHost : IDisposable
{
    internal const string Name = "host.site";
    internal const int Port = 7000;

    /// <summary>Names that were asked for.</summary>
    internal List<string> Asked { get; } = [];

    readonly List<IDisposable> _sockets = [];

    internal SiteHost(Place place, string name, string address)
    {
        var host = place.Make(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, Port));
            socket.Listen();
            return socket;
        });
        var names = place.Make(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, 53));
            return socket;
        });
        _sockets.AddRange([host, names]);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var guest = await host.AcceptAsync();
                await guest.SendAsync(Encoding.UTF8.GetBytes(name));
            }
        });
        _ = Task.Run(() => AnswerNamesAsync(names, address));
    }

    async Task AnswerNamesAsync(Socket names, string address)
    {
        var packet = new byte[512];
        while (true)
        {
            var asked = await names.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0));
            var question = packet.AsSpan(0, asked.ReceivedBytes);
            var name = new StringBuilder();
            for (var at = 12; question[at] != 0; at += question[at] + 1) name.Append(Encoding.ASCII.GetString(question.Slice(at + 1, question[at]))).Append('.');
            lock (Asked) Asked.Add(name.ToString().TrimEnd('.'));
            var isHost = name.ToString() == Name + "." && question[^3] == 1;
            byte[] answer = [.. question];
            (answer[2], answer[3], answer[7]) = (0x81, (byte)(isHost || question[^3] == 28 ? 0x80 : 0x83), (byte)(isHost ? 1 : 0));
            if (isHost) answer = [.. answer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse(address).GetAddressBytes()];
            await names.SendToAsync(answer, asked.RemoteEndPoint);
        }
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
