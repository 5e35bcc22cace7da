using FreeRdp.Native;

namespace FreeRdp;

public sealed unsafe partial class RdpClient
{
    private const uint ConnectionTypeAutodetect = 7;
    private const uint ThreadingFlagsDisableThreads = 1;

    private void ApplySettings()
    {
        var settings = NativeSettings;
        Width = Math.Clamp(_options.Width, (int)DisplayControlLimits.MIN_MONITOR_WIDTH, (int)DisplayControlLimits.MAX_MONITOR_WIDTH);
        Height = Math.Clamp(_options.Height, (int)DisplayControlLimits.MIN_MONITOR_HEIGHT, (int)DisplayControlLimits.MAX_MONITOR_HEIGHT);
        settings[StringSetting.ServerHostname] = _options.ServerName;
        settings[StringSetting.Username] = _options.User;
        settings[StringSetting.Domain] = _options.Domain;
        settings[StringSetting.Password] = _options.Password;
        settings[StringSetting.AlternateShell] = _options.AlternateShell;
        settings[StringSetting.ClientHostname] = "RemoteChain";
        settings[UInt32Setting.DesktopWidth] = (uint)Width;
        settings[UInt32Setting.DesktopHeight] = (uint)Height;
        settings[UInt32Setting.ColorDepth] = 32;
        settings[UInt32Setting.DesktopScaleFactor] = (uint)Math.Clamp(_options.ScalePercent, 100, 500);
        settings[UInt32Setting.DeviceScaleFactor] = 100;
        settings[UInt32Setting.KeyboardLayout] = _options.KeyboardLayout;
        settings[UInt32Setting.TcpAckTimeout] = (uint)_options.ConnectTimeout.TotalMilliseconds;

        // The certificate is decided in one callback, never by stored files or questions.
        settings[BoolSetting.ExternalCertificateManagement] = true;
        // Reconnecting is the caller's business: it owns the way to the host.
        settings[BoolSetting.AutoReconnectionEnabled] = false;
        ApplySecurity(settings);
        ApplyGraphics(settings);
        ApplyChannels(settings);
    }

    private void ApplySecurity(RdpSettings settings)
    {
        settings[BoolSetting.NlaSecurity] = _options.Security is RdpSecurity.Any or RdpSecurity.Nla;
        settings[BoolSetting.TlsSecurity] = _options.Security is RdpSecurity.Any or RdpSecurity.Tls;
        settings[BoolSetting.RdpSecurity] = _options.Security is RdpSecurity.Rdp;
        settings[BoolSetting.UseRdpSecurityLayer] = _options.Security is RdpSecurity.Rdp;
        settings[BoolSetting.ExtSecurity] = false;
        settings[BoolSetting.NegotiateSecurityLayer] = true;
        // A host without this answer paces its frames for a connection that it does not know (MS-RDPBCGR 2.2.14).
        settings[BoolSetting.NetworkAutoDetect] = true;
        settings[UInt32Setting.ConnectionType] = ConnectionTypeAutodetect;
        settings[BoolSetting.SupportErrorInfoPdu] = true;
        settings[BoolSetting.LogonErrors] = true;
    }

    private void ApplyGraphics(RdpSettings settings)
    {
        settings[BoolSetting.SoftwareGdi] = true;
        settings[BoolSetting.AllowFontSmoothing] = true;
        // The legacy path: surface bits with RemoteFX, and planar bitmaps.
        settings[BoolSetting.RemoteFxCodec] = true;
        // Left out: NSCodec, which whoever has it has RemoteFX beside.
        settings[BoolSetting.NSCodec] = false;
        settings[BoolSetting.SurfaceFrameMarkerEnabled] = true;
        settings[BoolSetting.FrameMarkerCommandEnabled] = true;
        // Reduced colours look worse, and need the scratch buffers that PlanarScratch keeps small.
        settings[BoolSetting.DrawAllowDynamicColorFidelity] = false;
        settings[BoolSetting.DrawAllowColorSubsampling] = false;
        settings[BoolSetting.FastPathOutput] = true;
        settings[BoolSetting.FastPathInput] = true;
        settings[UInt32Setting.ThreadingFlags] = _options.DecoderThreads ? 0 : ThreadingFlagsDisableThreads;
        // Until OnTcpConnect: so that libfreerdp makes no decoders of its own.
        settings[BoolSetting.DeactivateClientDecoding] = true;

        var avc444 = _options.Codecs.HasFlag(RdpCodecs.Avc444);
        settings[BoolSetting.SupportGraphicsPipeline] = _options.GraphicsPipeline;
        settings[BoolSetting.GfxProgressive] = true;
        settings[BoolSetting.GfxProgressiveV2] = true;
        settings[BoolSetting.GfxPlanar] = true;
        settings[BoolSetting.GfxH264] = avc444 || _options.Codecs.HasFlag(RdpCodecs.Avc420);
        settings[BoolSetting.GfxAVC444] = avc444;
        settings[BoolSetting.GfxAVC444v2] = avc444;
        settings[BoolSetting.GfxSendQoeAck] = true;
        // The small cache asks hosts for at most 16 MB of cached tiles instead of 100.
        settings[BoolSetting.GfxSmallCache] = true;
        settings[UInt32Setting.LargePointerFlag] = 3; // 96x96 and 384x384 (MS-RDPBCGR 2.2.7.2.7)
        settings[BoolSetting.HasExtendedMouseEvent] = true;
        settings[BoolSetting.HasHorizontalWheel] = true;
        settings[BoolSetting.UnicodeInput] = true;
    }

    private void ApplyChannels(RdpSettings settings)
    {
        settings[BoolSetting.SupportDynamicChannels] = true;
        settings[BoolSetting.SupportDisplayControl] = true;
        settings[BoolSetting.DynamicResolutionUpdate] = true;
        // Decode where the bytes were read: a thread of its own would cost a wake-up for every frame.
        settings[BoolSetting.SynchronousDynamicChannels] = true;
        settings[BoolSetting.SynchronousStaticChannels] = true;
        settings[BoolSetting.DeviceRedirection] = false;
        settings[BoolSetting.AudioPlayback] = false;
        settings[BoolSetting.AudioCapture] = false;
        settings[BoolSetting.RedirectClipboard] = false;
        settings[BoolSetting.SupportMultitransport] = false;
    }
}
