using FreeRdp.Channels.Server;
using FreeRdp.Codec;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// The picture's way to a client, in the best way that the client can take it: graphics pipeline, RemoteFX surface bits, or bitmap updates.
/// Never has more frames under way than the client acknowledges; the caller collects damage while <see cref="CanSend"/> is false.
/// </summary>
public sealed unsafe class RdpPeerDisplay : GraphicsChannel.IEvents, IDisposable
{
    /// <summary>Frames under way when the client says nothing about its queue.</summary>
    public const int FramesInFlightDefault = 3;

    /// <summary>With more bytes than this under way, one frame at a time: on a slow line the next key's echo would wait behind all of them.</summary>
    public const int BytesInFlightMax = 256 * 1024;

    /// <summary>A client that never acknowledges old-style frames is not waited for longer than this.</summary>
    private const long AcknowledgePatienceNanos = 1_000_000_000;

    private readonly RdpPeer _peer;
    private readonly GraphicsChannel _graphics;
    private GraphicsOutput? _graphicsOutput;
    private IPictureOutput? _output;
    private uint _frame;
    private uint _acknowledged;
    private long _lastSentNanos;
    private readonly int[] _frameBytes = new int[8];
    private long _bytesInFlight;
    private bool _everAcknowledged;
    private bool _acknowledgesSuspended;
    private int _framesInFlightMax = FramesInFlightDefault;
    private bool _resizing;

    // Tiles of one refining frame: as many as the line takes without making the next key wait.
    private int _refineTiles = 4;
    private bool _refining;

    internal RdpPeerDisplay(RdpPeer peer)
    {
        _peer = peer;
        _graphics = new GraphicsChannel(this);
    }

    /// <summary>Width of the client's desktop, pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the client's desktop, pixels.</summary>
    public int Height { get; private set; }

    /// <summary>How pictures travel: <c>gfx-progressive</c>, <c>surface-bits</c>, <c>bitmap</c>; empty before it is known.</summary>
    public string Encoding => _output?.Name ?? "";

    /// <summary>Pictures can be sent at all (they may still have to wait, see <see cref="CanSend"/>).</summary>
    public bool IsReady => _output is not null && !_resizing && _peer.IsActive;

    /// <summary>A frame may be sent now.</summary>
    public bool CanSend => IsReady && !_peer.IsWriteBlocked && (!IsWindowFull || GivesUpWaiting());

    /// <summary>When nothing else wakes the owner although damage waits: how long to wait before asking <see cref="CanSend"/> again; -1 = no need.</summary>
    public int RetryMillis => IsReady && IsWindowFull && !_everAcknowledged && _output!.AcknowledgesAreOptional
        ? (int)(AcknowledgePatienceNanos / 1_000_000) : -1;

    /// <summary>Frames that were sent and not acknowledged; 0 when the client does not acknowledge.</summary>
    public int FramesInFlight => _acknowledgesSuspended ? 0 : (int)(_frame - _acknowledged);

    /// <summary>Number of the frame that was sent last.</summary>
    public uint LastFrame => _frame;

    /// <summary>The frame that was sent last will be acknowledged: <see cref="IRdpPeerHandler.FrameAcknowledged"/>.</summary>
    public bool AwaitsAcknowledgement => _acknowledged != _frame;

    /// <summary>Frames sent so far.</summary>
    public long FramesSent { get; private set; }

    /// <summary>Frames that the client has acknowledged.</summary>
    public long FramesAcknowledged { get; private set; }

    /// <summary>Bytes of pictures sent so far, before TLS.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Last quality of experience report (MS-RDPEGFX 2.2.2.21): milliseconds that the client needed to decode and show a frame; -1 = none.</summary>
    public int ClientMillis { get; private set; } = -1;

    /// <summary>Some of the picture that the client has is lossy and can be refined when there is nothing better to do.</summary>
    public bool CanRefine => CanSend && FramesInFlight == 0 && _graphicsOutput is { HasLossyTiles: true } && ReferenceEquals(_output, _graphicsOutput);

    /// <summary>Gives the client's desktop another size. Pictures have to wait until <see cref="IRdpPeerHandler.Active"/> comes again,
    /// unless <see cref="IsReady"/> stays true. A full picture has to follow.</summary>
    public void Resize(int width, int height)
    {
        if (width == Width && height == Height) return;
        SetWanted(width, height);
        if (!_peer.IsActive || _output is null) return;
        if (ReferenceEquals(_output, _graphicsOutput))
        {
            ResetFrames();
            _graphicsOutput!.SetSize(width, height);
            return;
        }

        Reactivate();
    }

    /// <summary>Sends what changed.</summary>
    /// <param name="pixels">The whole picture, BGRX32, of exactly the client's desktop size.</param>
    /// <param name="strideBytes">Bytes from one row to the next.</param>
    /// <param name="damage">What changed; clipped to the picture.</param>
    /// <exception cref="InvalidOperationException"><see cref="CanSend"/> is false.</exception>
    public void Send(ReadOnlySpan<byte> pixels, int strideBytes, ReadOnlySpan<RdpRectangle> damage)
    {
        if (!CanSend) throw new InvalidOperationException("The client cannot take a frame now.");
        CheckSize(pixels, strideBytes);
        fixed (byte* at = pixels)
            Count(_output!.Send(new PictureView(at, Width, Height, strideBytes), damage, _frame + 1));
        _refining = false;
    }

    /// <summary>Sends a part of what is lossy at the client again, exactly. The picture must be the one that was sent last.</summary>
    /// <returns>False when there was nothing to send.</returns>
    public bool Refine(ReadOnlySpan<byte> pixels, int strideBytes)
    {
        if (!CanRefine) return false;
        CheckSize(pixels, strideBytes);
        fixed (byte* at = pixels)
            Count(_graphicsOutput!.Refine(new PictureView(at, Width, Height, strideBytes), _refineTiles, _frame + 1));
        _refining = true;
        return true;
    }

    /// <summary>Gives memory back that big frames have left behind. Takes milliseconds: call it when nothing is going on.</summary>
    public void TrimMemory()
    {
        _graphicsOutput?.ReleaseBuffers();
        try
        {
            _ = Posix.malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, which has no such function and no such habit.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!ReferenceEquals(_output, _graphicsOutput)) _output?.Dispose();
        _graphicsOutput?.Dispose();
        (_output, _graphicsOutput) = (null, null);
    }

    internal void SetWanted(int width, int height) => (Width, Height) = (width, height);

    internal void OpenGraphics()
    {
        if (_peer.Settings[BoolSetting.SupportGraphicsPipeline]) _graphics.Open(_peer.DynamicChannels);
    }

    /// <summary>The client is active, for the first time or after a reactivation.</summary>
    internal void Activated()
    {
        _resizing = false;
        var settings = _peer.Settings;
        if (settings[UInt32Setting.DesktopWidth] != (uint)Width || settings[UInt32Setting.DesktopHeight] != (uint)Height)
        {
            // The size was changed while the client was still answering the one before.
            Reactivate();
            return;
        }

        if (_graphics.IsReady)
        {
            // A reactivation during the graphics pipeline: the client's surface is gone.
            ((GraphicsChannel.IEvents)this).GraphicsReady();
            return;
        }

        // With the graphics pipeline to come, the first picture waits for it instead of going out twice.
        if (settings[BoolSetting.SupportGraphicsPipeline] && _peer.IsDrdynvcJoined()) return;
        ResetFrames();
        _output?.Dispose();
        _output = SurfaceBitsOutput.IsSupported(_peer) ? new SurfaceBitsOutput(_peer) : new BitmapOutput(_peer);
        _peer.Handler.Active();
    }

    internal void Acknowledged(uint frame, uint queueDepth)
    {
        const uint suspend = 0xFFFFFFFF, unavailable = 0;
        _everAcknowledged = true;
        _acknowledgesSuspended = queueDepth == suspend;
        // Believe only what was sent, and never go back: acknowledgements of old frames may come late, foreign numbers from anybody.
        if (frame - _acknowledged - 1 < _frame - _acknowledged)
        {
            FramesAcknowledged += frame - _acknowledged;
            while (_acknowledged != frame) _bytesInFlight -= BytesOf(++_acknowledged);
            _peer.Handler.FrameAcknowledged(frame, _peer.ReadNanos);
            if (_refining && frame == _frame) PaceRefining(Posix.MonotonicNanos() - _lastSentNanos);
        }

        if (queueDepth is not (suspend or unavailable))
        {
            // Bytes that wait undecoded in the client: let it catch up with one frame at a time, widen again when it is on top of things.
            const uint deepQueueBytes = 1 << 20;
            _framesInFlightMax = queueDepth > deepQueueBytes ? 1 : FramesInFlightDefault;
        }
    }

    void GraphicsChannel.IEvents.GraphicsAcknowledged(uint frame, uint queueDepth) => Acknowledged(frame, queueDepth);

    void GraphicsChannel.IEvents.GraphicsQuality(uint frame, int startToEndMillis, int decodeMillis) => ClientMillis = decodeMillis;

    void GraphicsChannel.IEvents.GraphicsReady()
    {
        ResetFrames();
        if (!ReferenceEquals(_output, _graphicsOutput)) _output?.Dispose();
        _output = _graphicsOutput ??= new GraphicsOutput(_graphics);
        _graphicsOutput.SetSize(Width, Height);
        _peer.Handler.Active();
    }

    private void Reactivate()
    {
        _resizing = true;
        var settings = _peer.Settings;
        settings[UInt32Setting.DesktopWidth] = (uint)Width;
        settings[UInt32Setting.DesktopHeight] = (uint)Height;
        var context = _peer.Context;
        // SAFETY: libfreerdp's own function; the connection goes through capabilities and finalization again, input goes on meanwhile.
        context->update->DesktopResize(context);
    }

    private bool IsWindowFull =>
        FramesInFlight >= _framesInFlightMax || (FramesInFlight > 0 && _bytesInFlight > BytesInFlightMax);

    private ref int BytesOf(uint frame) => ref _frameBytes[frame % (uint)_frameBytes.Length];

    private void PaceRefining(long nanos)
    {
        const long quick = 20_000_000, slow = 60_000_000;
        if (nanos > slow) _refineTiles = Math.Max(1, _refineTiles / 2);
        else if (nanos < quick) _refineTiles = Math.Min(GraphicsOutput.RefineTilesMax, _refineTiles * 2);
        _refining = false;
    }

    /// <summary>A client that could acknowledge, need not, and never did, is not waited for any more: the socket alone paces it from now on.</summary>
    private bool GivesUpWaiting()
    {
        if (_everAcknowledged || !_output!.AcknowledgesAreOptional) return false;
        if (Posix.MonotonicNanos() - _lastSentNanos < AcknowledgePatienceNanos) return false;
        ResetFrames();
        _acknowledgesSuspended = true;
        return true;
    }

    private void ResetFrames()
    {
        _acknowledged = _frame;
        _bytesInFlight = 0;
        _acknowledgesSuspended = false;
        _framesInFlightMax = FramesInFlightDefault;
    }

    private void CheckSize(ReadOnlySpan<byte> pixels, int strideBytes)
    {
        if (strideBytes < Width * 4 || pixels.Length < ((Height - 1) * (long)strideBytes) + (Width * 4))
            throw new ArgumentException("The picture is smaller than the client's desktop.", nameof(pixels));
    }

    private void Count(int bytes)
    {
        if (bytes == 0) return;
        _frame++;
        FramesSent++;
        BytesSent += bytes;
        _lastSentNanos = Posix.MonotonicNanos();
        if (_output!.Acknowledges && !_acknowledgesSuspended)
        {
            BytesOf(_frame) = bytes;
            _bytesInFlight += bytes;
        }
        else
        {
            // Paced by the socket alone.
            (_acknowledged, _bytesInFlight) = (_frame, 0);
        }
    }
}
