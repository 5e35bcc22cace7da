using FreeRdp.Native;

namespace FreeRdp;

// Dynamic channels: the graphics pipeline and display control, and nothing else.
public sealed unsafe partial class RdpClient
{
    private DispClientContext* _display;
    private bool _displayControlReady;

    /// <summary>Whether the host takes <see cref="RequestResize"/>.</summary>
    public bool CanResize => _display is not null && _displayControlReady;

    /// <summary>
    /// Asks the host for another desktop size (MS-RDPEDISP 2.2.2.2). <see cref="Resized"/> tells when and whether it complied.
    /// </summary>
    /// <param name="width">Pixels, 200 to 8192; made even, as the protocol asks.</param>
    /// <param name="height">Pixels, 200 to 8192.</param>
    /// <param name="scalePercent">100 to 500.</param>
    /// <returns>False when the host has no display control, or not yet.</returns>
    public bool RequestResize(int width, int height, int scalePercent)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!CanResize)
            return false;

        var layout = new DISPLAY_CONTROL_MONITOR_LAYOUT
        {
            Flags = DisplayControlLimits.MONITOR_PRIMARY,
            Width = Math.Clamp((uint)width, DisplayControlLimits.MIN_MONITOR_WIDTH, DisplayControlLimits.MAX_MONITOR_WIDTH) & ~1u,
            Height = Math.Clamp((uint)height, DisplayControlLimits.MIN_MONITOR_HEIGHT, DisplayControlLimits.MAX_MONITOR_HEIGHT),
            DesktopScaleFactor = (uint)Math.Clamp(scalePercent, 100, 500),
            DeviceScaleFactor = 100,
        };
        // SAFETY: the channel is connected: DetachChannel clears _display before its context goes away.
        return _display->SendMonitorLayout(_display, 1, &layout) == 0 && FlushChannels();
    }

    // What a channel writes waits in a queue that only the event loop empties.
    private bool FlushChannels()
    {
        // SAFETY: both belong to this live context.
        return Native.Channels.freerdp_channels_check_fds(Context->channels, _instance.Instance);
    }

    private void LoadChannels()
    {
        // SAFETY: all strings are static and zero-terminated; the settings own an added channel.
        fixed (byte* drdynvc = "drdynvc\0"u8, graphics = "rdpgfx\0"u8, display = "disp\0"u8)
        {
            _ = Addin.freerdp_register_addin_provider(&FindBuiltInChannel, 0);
            if (_options.GraphicsPipeline)
                AddDynamicChannel(graphics);
            AddDynamicChannel(display);
            var entry = ClientChannels.freerdp_channels_load_static_addin_entry(
                drdynvc, null, null, AddinChannel.STATIC | AddinChannel.ENTRYEX);
            if (entry is null
                || Native.Channels.freerdp_channels_client_load_ex(Context->channels, Context->settings, entry, Context->settings) != 0)
                throw new RdpException("libfreerdp-client has no dynamic channels built in.");
        }

        if (_options.Clipboard)
            JoinClipboard();
    }

    private void AddDynamicChannel(byte* name)
    {
        var arguments = ChannelCollection.freerdp_addin_argv_new(1, &name);
        if (arguments is not null && ChannelCollection.freerdp_dynamic_channel_collection_add(Context->settings, arguments))
            return;
        ChannelCollection.freerdp_addin_argv_free(arguments);
        throw new RdpException("A dynamic channel could not be added.");
    }

    [System.Runtime.InteropServices.UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void* FindBuiltInChannel(byte* name, byte* subsystem, byte* type, uint flags) =>
        ClientChannels.freerdp_channels_load_static_addin_entry(name, subsystem, type, flags);

    private void AttachChannel(ChannelConnectedEventArgs* channel)
    {
        switch (Utf8.Read(channel->name))
        {
            case "Microsoft::Windows::RDS::Graphics":
                // SAFETY: the interface of this channel is an RdpgfxClientContext; the drawing exists since PostConnect.
                var graphics = (RdpgfxClientContext*)channel->pInterface;
                AttachPipeline(graphics);
                GraphicsPipelineActive = true;
                break;

            case "Microsoft::Windows::RDS::DisplayControl":
                // SAFETY: the interface of this channel is a DispClientContext; its custom slot is for its user.
                _display = (DispClientContext*)channel->pInterface;
                _display->custom = Context;
                _display->DisplayControlCaps = &OnDisplayControlReady;
                break;
        }
    }

    private void DetachChannel(ChannelConnectedEventArgs* channel)
    {
        switch (Utf8.Read(channel->name))
        {
            case "Microsoft::Windows::RDS::Graphics":
                // SAFETY: as in AttachChannel; the drawing may be gone already, which libfreerdp allows.
                if (GraphicsPipelineActive)
                    GdiGfx.gdi_graphics_pipeline_uninit(Context->gdi, (RdpgfxClientContext*)channel->pInterface);
                GraphicsPipelineActive = false;
                _pipelineDecoders = null;
                break;

            case "Microsoft::Windows::RDS::DisplayControl":
                _display = null;
                _displayControlReady = false;
                break;
        }
    }
}
