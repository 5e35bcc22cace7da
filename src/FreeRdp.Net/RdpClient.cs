using System.Diagnostics;
using FreeRdp.Channels;
using FreeRdp.Handles;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// One connection to an RDP host. The thread that calls <see cref="Connect"/> owns it and is the only one that may call it, except for
/// <see cref="Post"/>. After connecting, the owner loops: <see cref="Watch"/>, <see cref="RdpWaiter.Wait"/>, <see cref="Process"/>.
/// </summary>
public sealed unsafe partial class RdpClient : RdpConnection, IDisposable
{
    private const int HandlesMax = 64;

    private readonly RdpClientOptions _options;
    private readonly ClientInstanceHandle _instance;
    private readonly RdpPostbox _postbox = new();
    private int _socket;
    private bool _disposed;
    private bool _connected;
    private bool _insideNative;
    private int _ownerThread;

    /// <summary>Prepares a connection and takes the socket of the options over.</summary>
    /// <exception cref="RdpException">The native library cannot be used, or refuses a setting.</exception>
    public RdpClient(RdpClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _socket = options.Socket;
        try
        {
            _instance = ClientInstanceHandle.Create(ContextSize);
            if (options.Clipboard)
                Clipboard = new RdpClipboard(isServer: false, SendClipboard);
            LinkContext(Context);
            InstallCallbacks();
            ApplySettings();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Receives every change of the picture.</summary>
    public RdpPaintHandler? Painted { get; set; }

    /// <summary>Called when an update is decoded and not yet stamped so: what it takes counts as decoding. For faults that are injected on
    /// purpose.</summary>
    public Action? Decoded { get; set; }

    /// <summary>Receives every change of the pointer.</summary>
    public RdpPointerHandler? PointerChanged { get; set; }

    /// <summary>Called after the desktop got another size, with width and height; the picture is black until the host repaints it.</summary>
    public Action<int, int>? Resized { get; set; }

    /// <summary>This side of the host's clipboard; null unless the options offer it. A host without one never calls back.</summary>
    public RdpClipboard? Clipboard { get; }

    /// <summary>Width of the desktop in pixels: asked for before, granted after connecting.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the desktop in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>The certificate that the host showed, or null when it did not come to that.</summary>
    public RdpCertificate? Certificate { get; private set; }

    /// <summary>The security protocol in use, once connected: <c>nla</c>, <c>tls</c> or <c>rdp</c>.</summary>
    public string Protocol { get; private set; } = "";

    /// <summary>Whether the host uses the graphics pipeline.</summary>
    public bool GraphicsPipelineActive { get; private set; }

    private rdp_context* Context => _instance.Context;

    private RdpSettings NativeSettings => new(Context->settings);

    /// <summary>Goes through the whole connection sequence. Blocks; <paramref name="cancellation"/> and the time limit end it.</summary>
    /// <returns>Null when the desktop is active, else why not.</returns>
    public RdpFailure? Connect(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_connected || _stage != RdpStage.Handshake)
            throw new InvalidOperationException("A client connects once.");

        _ownerThread = Environment.CurrentManagedThreadId;
        var started = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.ConnectTimeout);
        // libfreerdp's abort only sets an event, which is what makes it callable from the canceller's thread.
        using (limit.Token.UnsafeRegister(static self => ((RdpClient)self!).Abort(), this))
        {
            _insideNative = true;
            // SAFETY: the instance is alive as long as this object is; callbacks run on this thread.
            _connected = Freerdp.freerdp_connect(_instance.Instance);
            _insideNative = false;
        }

        ThrowFault();
        if (_connected)
        {
            _stage = RdpStage.Run;
            Protocol = NativeSettings[UInt32Setting.SelectedProtocol] switch { 0 => "rdp", 1 => "tls", _ => "nla" };
            return null;
        }

        if (cancellation.IsCancellationRequested)
            return Failure(RdpCause.Stopped, "The connection attempt was cancelled.");
        return Stopwatch.GetElapsedTime(started) >= _options.ConnectTimeout
            ? Failure(RdpCause.TimedOut, $"The host took longer than {_options.ConnectTimeout.TotalSeconds:0.#} s to connect.")
            : WhyNotConnected();
    }

    /// <summary>Adds what this connection waits for. Call it before every wait, because the set changes.</summary>
    public void Watch(RdpWaiter waiter)
    {
        ArgumentNullException.ThrowIfNull(waiter);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var handles = stackalloc nint[HandlesMax];
        // SAFETY: at most HandlesMax handles are written into this frame's array.
        var count = Freerdp.freerdp_get_event_handles(Context, handles, HandlesMax);
        waiter.AddHandles(new ReadOnlySpan<nint>(handles, (int)count));
        waiter.Add(_postbox.Descriptor);
    }

    /// <summary>Handles whatever is ready: reads, decodes, answers, and calls back. Cheap when nothing is.</summary>
    /// <returns>Null while the connection lives, else why it ended.</returns>
    public RdpFailure? Process()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_connected || _insideNative || _ownerThread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("Process is for connected clients, on the thread that connected, outside of callbacks.");

        _arrivals?.Look();
        _insideNative = true;
        // SAFETY: as in Connect.
        bool alive = Freerdp.freerdp_check_event_handles(Context);
        _insideNative = false;
        ThrowFault();
        _postbox.Deliver();
        return alive && !Freerdp.freerdp_shall_disconnect_context(Context) ? null : WhyEnded();
    }

    /// <summary>Runs an action on the owning thread, at its next <see cref="Process"/>, which it wakes. Safe from any thread.</summary>
    /// <returns>False when too many are waiting already.</returns>
    public bool Post(Action action) => _postbox.Post(action);

    /// <summary>The picture as it is now. Empty before the connection is active. Valid until the next <see cref="Process"/>.</summary>
    public ReadOnlySpan<byte> GetPicture(out int stride)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var gdi = Context->gdi;
        stride = gdi is null ? 0 : (int)gdi->stride;
        // SAFETY: the drawing buffer has height rows of stride bytes and lives until it is resized or freed, both by this thread.
        return gdi is null ? default : new ReadOnlySpan<byte>(gdi->primary_buffer, stride * gdi->height);
    }

    /// <summary>Ends the connection and frees everything. Call it on the owning thread.</summary>
    /// <exception cref="InvalidOperationException">Called from a callback, below which native code still runs: post it instead.</exception>
    public void Dispose()
    {
        if (_disposed)
            return;
        if (_insideNative)
            throw new InvalidOperationException("A client cannot be disposed of from within its callbacks.");
        _disposed = true;
        if (_instance is not null)
        {
            // SAFETY: disconnecting runs callbacks of channels that still need their owner; only then is the owner unlinked, and the
            // handle frees drawing buffer, context and instance in this order.
            if (_connected)
                Freerdp.freerdp_disconnect(_instance.Instance);
            UnsubscribeChannels();
            UnlinkContext(Context);
            _instance.Dispose();
        }

        if (_socket >= 0)
            _ = Posix.close(_socket);
        _socket = -1;
        _postbox.Dispose();
    }

    private void Abort()
    {
        // SAFETY: the registration is disposed before the instance can be.
        Freerdp.freerdp_abort_connect_context(Context);
    }
}
