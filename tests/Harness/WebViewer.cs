using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Surface;

namespace RemoteChain.Harness;

/// <summary>A client of the pixel socket without a browser: decodes and acknowledges at once what it is sent.</summary>
public sealed class WebViewer : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly SemaphoreSlim _news = new(0);
    private Task _receiving = Task.CompletedTask;
    private byte[] _buffer = new byte[64 * 1024];
    private int _print;

    private WebViewer()
    {
    }

    /// <summary>The picture.</summary>
    public WebPicture Picture { get; } = new();

    /// <summary>Frames drawn.</summary>
    public long Paints { get; private set; }

    /// <summary>Number of the newest frame.</summary>
    public uint LastFrame { get; private set; }

    /// <summary>When the last frame was drawn, on the monotonic clock.</summary>
    public long PaintedNanos { get; private set; }

    /// <summary>Bytes of all messages.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether it may control; null before the welcome.</summary>
    public bool? MayControl { get; private set; }

    /// <summary>The kind of the notice that is shown; 0 = none, null before any.</summary>
    public int? Notice { get; private set; }

    /// <summary>The sentence of the notice.</summary>
    public string Sentence { get; private set; } = "";

    /// <summary>The text that was last copied at the host.</summary>
    public string? Clipboard { get; private set; }

    /// <summary>The last sentence of a node that lets go.</summary>
    public string? Farewell { get; private set; }

    /// <summary>The close status; null while the socket is open.</summary>
    public int? Status { get; private set; }

    /// <summary>A place in the picture whose changes are counted; empty for none.</summary>
    public SurfaceRectangle Watched { get; set; }

    /// <summary>How often what is to be seen at <see cref="Watched"/> has changed.</summary>
    public long Changes { get; private set; }

    /// <summary>Do not acknowledge frames: what a browser does that hangs.</summary>
    public bool IsStuck { get; set; }

    /// <summary>A live picture is there.</summary>
    public bool IsLive => Notice == 0 && Paints > 0;

    /// <summary>Asks for a ticket, as whoever the client of the API is.</summary>
    public static async Task<string> TicketAsync(HttpClient api, string session, bool viewOnly = false)
    {
        using var answer = await api.PostAsJsonAsync($"sessions/{session}/ticket", new { viewOnly });
        answer.EnsureSuccessStatusCode();
        using var ticket = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return ticket.RootElement.GetProperty("text").GetString()!;
    }

    /// <summary>Opens the socket with a ticket, and begins to read.</summary>
    public static async Task<WebViewer> OpenAsync(HttpClient api, string ticket, Action<ClientWebSocketOptions>? options = null)
    {
        var viewer = await ConnectAsync(api, options);
        await viewer.SendAsync(Hello(WebMessage.Version, ticket, "web viewer"));
        return viewer;
    }

    /// <summary>Opens the socket and says nothing.</summary>
    public static async Task<WebViewer> ConnectAsync(HttpClient api, Action<ClientWebSocketOptions>? options = null)
    {
        var viewer = new WebViewer();
        options?.Invoke(viewer._socket.Options);
        var uri = new UriBuilder(new Uri(api.BaseAddress!, PixelSocket.Path)) { Scheme = "ws" };
        await viewer._socket.ConnectAsync(uri.Uri, CancellationToken.None);
        viewer._receiving = Task.Run(viewer.ReceiveAsync);
        return viewer;
    }

    /// <summary>The first message.</summary>
    public static byte[] Hello(byte version, string ticket, string client)
    {
        byte[] first = Encoding.UTF8.GetBytes(ticket);
        byte[] second = Encoding.UTF8.GetBytes(client);
        return [(byte)WebInputKind.Hello, version, (byte)first.Length, .. first, (byte)second.Length, .. second];
    }

    /// <summary>A record of 16-bit fields.</summary>
    public static byte[] Record(WebInputKind kind, params ReadOnlySpan<int> fields)
    {
        byte[] bytes = new byte[1 + (fields.Length * 2)];
        bytes[0] = (byte)kind;
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(1 + (i * 2)), (ushort)fields[i]);
        }

        return bytes;
    }

    /// <summary>Sends a message.</summary>
    public async Task SendAsync(byte[] message)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The node has closed the socket; whoever waits for something finds out.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Presses a key; the stamp is taken before it is sent.</summary>
    public async Task<long> PressAsync(byte scancode)
    {
        long now = Stopwatch.GetTimestamp();
        await SendAsync(Record(WebInputKind.Scancode, 0x4000, scancode));
        return now;
    }

    /// <summary>Releases a key.</summary>
    public Task ReleaseAsync(byte scancode) => SendAsync(Record(WebInputKind.Scancode, 0x8000, scancode));

    /// <summary>Types text as characters.</summary>
    public async Task TypeAsync(string text)
    {
        foreach (char unit in text)
        {
            await SendAsync([.. Record(WebInputKind.Unicode, 0, unit), .. Record(WebInputKind.Unicode, 0x8000, unit)]);
        }
    }

    /// <summary>Clicks the left button.</summary>
    public Task ClickAsync(int x, int y) => SendAsync(
        [.. Record(WebInputKind.Mouse, 0x0800, x, y), .. Record(WebInputKind.Mouse, 0x9000, x, y), .. Record(WebInputKind.Mouse, 0x1000, x, y)]);

    /// <summary>Waits until something is so; false when it is not in time or the socket has closed before.</summary>
    public async Task<bool> WaitAsync(Func<bool> done, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        while (!done())
        {
            if (Status is not null)
            {
                return done();
            }

            try
            {
                await _news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                return done();
            }
        }

        return true;
    }

    /// <summary>Waits until nothing was painted for <paramref name="quiet"/>.</summary>
    public async Task SettleAsync(TimeSpan quiet, TimeSpan timeout)
    {
        long end = Stopwatch.GetTimestamp() + (long)timeout.TotalNanoseconds;
        for (long before = -1; before != Paints && Stopwatch.GetTimestamp() < end;)
        {
            before = Paints;
            await WaitAsync(() => Paints != before, quiet);
        }
    }

    /// <summary>Waits until the node has closed the socket.</summary>
    public Task<bool> WaitForEndAsync(TimeSpan timeout) => WaitAsync(() => Status is not null, timeout);

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => _socket.Abort();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _news.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await ReceiveMessageAsync() is var length and >= 0)
            {
                Bytes += length;
                if (Take(_buffer.AsSpan(0, length)) is { } answer)
                {
                    await SendAsync(answer);
                }

                _news.Release();
            }

            Status = (int?)_socket.CloseStatus ?? 1006;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            Status = (int?)_socket.CloseStatus ?? 1006;
        }
        finally
        {
            Status ??= 1006;
            _news.Release();
        }
    }

    /// <summary>Bytes of the next message; -1 when there is none any more.</summary>
    private async Task<int> ReceiveMessageAsync()
    {
        int length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return -1;
            }

            if (received.EndOfMessage)
            {
                return length;
            }
        }
    }

    private void Look()
    {
        if (!Watched.IsEmpty && Picture.Print(Watched) is var print && print != _print)
        {
            _print = print;
            Changes++;
        }
    }

    private byte[]? Take(ReadOnlySpan<byte> message)
    {
        switch ((WebOutputKind)message[0])
        {
            case WebOutputKind.Welcome:
                MayControl = (message[4] & 1) != 0;
                break;
            case WebOutputKind.Size:
                Picture.Resize(BinaryPrimitives.ReadUInt16LittleEndian(message[1..]), BinaryPrimitives.ReadUInt16LittleEndian(message[3..]));
                break;
            case WebOutputKind.Frame:
                Picture.Draw(message[5..]);
                Look();
                PaintedNanos = Stopwatch.GetTimestamp();
                LastFrame = BinaryPrimitives.ReadUInt32LittleEndian(message[1..]);
                Paints++;
                return IsStuck ? null : [(byte)WebInputKind.Drawn, .. message[1..5], 0, 0, 0, 0];
            case WebOutputKind.Notice:
                (Notice, Sentence) = (message[1], Encoding.UTF8.GetString(message[6..]));
                break;
            case WebOutputKind.Leave:
                Farewell = Encoding.UTF8.GetString(message[1..]);
                break;
            case WebOutputKind.Clipboard:
                Clipboard = Encoding.UTF8.GetString(message[1..]);
                break;
            case WebOutputKind.Ping:
                return [(byte)WebInputKind.Pong, .. message[1..5]];
        }

        return null;
    }
}
