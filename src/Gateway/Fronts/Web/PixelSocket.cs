using System.Net;
using System.Net.WebSockets;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// The WebSocket that brings pixels to a browser and its input back. Whoever comes is a stranger until the ticket in the first message has
/// been redeemed. Pages of other sites do not come this far: the node refuses their sockets of every kind.
/// </summary>
public static class PixelSocket
{
    /// <summary>Where it is.</summary>
    public const string Path = "/api/v1/pixels";

    /// <summary>Close status of a browser whose ticket does not let it in: it may ask for another.</summary>
    public const int TicketRefused = 4401;

    /// <summary>Close status of a browser that broke the rules.</summary>
    public const int Malformed = 4400;

    /// <summary>Close status when the session has gone or is full.</summary>
    public const int NoRoom = 4409;

    /// <summary>Close status after the last sentence.</summary>
    public const int Left = 4410;

    private static readonly TimeSpan s_helloTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Adds it to a node.</summary>
    public static void Map(WebApplication app)
    {
        var lobby = new Lobby(app.Services.GetRequiredService<TimeProvider>());
        app.UseWebSockets();
        app.MapGet(Path, context => ServeAsync(context, lobby)).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task ServeAsync(HttpContext http, Lobby lobby)
    {
        var address = AddressOf(http);
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(http, StatusCodes.Status426UpgradeRequired, "This address speaks WebSocket only.");
            return;
        }

        using var seat = lobby.TryEnter(address);
        if (seat is null)
        {
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "Too many browsers are waiting to be let in. Try again in a moment.");
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = s_keepAlive, KeepAliveTimeout = s_keepAlive });
        var (status, sentence) = await ServeAsync(http, socket, address, seat);
        await CloseAsync(socket, status, sentence);
    }

    private static async Task<(int Status, string Sentence)> ServeAsync(HttpContext http, WebSocket socket, IPAddress address, Lobby.Seat seat)
    {
        var hello = await ReadHelloAsync(socket, http.RequestAborted);
        if (hello is null)
        {
            Audit(http, AuditAction.FrontRefused, "", "", address, "a first message that is none");
            return (Malformed, "The first message was not understood.");
        }

        if (hello.Version != WebMessage.Version)
        {
            return (Malformed, $"This node speaks version {WebMessage.Version} of the protocol. Reload the page.");
        }

        var ticket = http.RequestServices.GetRequiredService<PixelTickets>().Redeem(hello.Ticket);
        // Whoever is signed in on this connection can use only a ticket of his own.
        bool isForeign = ticket is not null && http.Features.Get<Account>() is { } account && account.Id != ticket.Account.Id;
        if (ticket is null || isForeign)
        {
            Audit(http, AuditAction.FrontRefused, ticket?.Account.Name ?? "", ticket?.SessionId ?? "", address,
                isForeign ? "a ticket of somebody else" : "an unknown, used or expired ticket");
            return (TicketRefused, "The ticket is unknown, used or expired.");
        }

        var session = http.RequestServices.GetRequiredService<SessionRegistry>().Running(ticket.SessionId);
        if (session is null)
        {
            return (NoRoom, "The session has ended.");
        }

        var pictures = http.RequestServices.GetRequiredService<SessionPictures>();
        using var front = new WebFront(socket, surface => pictures.TryTake(session.Id, surface))
        {
            Account = ticket.Account, Address = address.ToString(), Client = hello.Client, ViewOnly = ticket.ViewOnly || session.IsViewOnly,
            Clipboard = session.Clipboard,
        };
        front.Copying = message => session.HearClipboard(front, message);
        front.Measured = measured => session.Latency.UserEchoes.Add(front.Number, measured);
        // Not to be cancelled: a front that has been let in must be taken out again, and that it has gone is found out right after.
        if (!await session.JoinAsync(front, CancellationToken.None))
        {
            return (NoRoom, "The session has no room for another viewer.");
        }

        seat.SignedIn();
        string? broken = null;
        try
        {
            broken = await front.ReadAsync(http.RequestAborted);
        }
        finally
        {
            await session.LeftAsync(front);
        }

        if (broken is null)
        {
            return (Left, "");
        }

        Audit(http, AuditAction.FrontRefused, ticket.Account.Name, ticket.SessionId, address, broken);
        return (Malformed, $"The browser sent {broken}.");
    }

    private static async Task<WebHello?> ReadHelloAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[2 + (2 * (1 + WebMessage.TextBytesMax)) + 1];
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        impatience.CancelAfter(s_helloTimeout);
        try
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), impatience.Token);
            return received is { EndOfMessage: true, MessageType: WebSocketMessageType.Binary } ? WebHello.TryRead(buffer.AsSpan(0, received.Count)) : null;
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException or IOException)
        {
            return null;
        }
    }

    private static async Task CloseAsync(WebSocket socket, int status, string sentence)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var impatience = new CancellationTokenSource(s_closeTimeout);
        try
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)status, sentence, impatience.Token);
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // Whoever does not take the last word does not get it.
        }
    }

    private static async Task RefuseAsync(HttpContext http, int status, string sentence) =>
        await TypedResults.Problem(statusCode: status, title: sentence).ExecuteAsync(http);

    private static void Audit(HttpContext http, AuditAction action, string actor, string subject, IPAddress address, string detail) =>
        http.RequestServices.GetRequiredService<AuditLog>().Append(new AuditEvent(action, actor, subject, address.ToString(), detail));

    private static IPAddress AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
