using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

// The one static channel that is read here and not in libfreerdp: clipboard redirection, see RdpClipboard.
public sealed unsafe partial class RdpClient
{
    private const int NothingAnswered = 0;

    // libfreerdp's own function, which passes chunks on to its channels; the same for every connection.
    private static delegate* unmanaged[Cdecl]<rdp_freerdp*, ushort, byte*, nuint, uint, nuint, BOOL> s_receiveChannelData;

    private ushort _clipboardChannel;

    /// <summary>Adds the channel to those that are asked for, and looks at what arrives before libfreerdp does.</summary>
    private void JoinClipboard()
    {
        var settings = NativeSettings;
        var count = settings[UInt32Setting.ChannelCount];
        // SAFETY: the settings own the array, which has room for all channels of a connection; null is returned beyond its end.
        var channel = (CHANNEL_DEF*)Settings.freerdp_settings_get_pointer_array_writable(Context->settings, PointerSetting.ChannelDefArray, count);
        if (channel is null)
            throw new RdpException("A static channel could not be added.");
        *channel = new CHANNEL_DEF { options = ChannelOption.INITIALIZED | ChannelOption.ENCRYPT_RDP | ChannelOption.SHOW_PROTOCOL };
        ClipboardName.CopyTo(new Span<byte>(channel->name, 8));
        settings[UInt32Setting.ChannelCount] = count + 1;

        s_receiveChannelData = _instance.Instance->ReceiveChannelData;
        _instance.Instance->ReceiveChannelData = &OnChannelData;
    }

    private static ReadOnlySpan<byte> ClipboardName => "cliprdr\0"u8;

    private bool SendClipboard(ReadOnlySpan<byte> message)
    {
        if (_disposed || ClipboardChannel == NothingAnswered)
            return false;
        fixed (byte* data = message)
        {
            // SAFETY: pinned; the library copies the message. Called on the owning thread, in callbacks too.
            return _instance.Instance->SendChannelData(_instance.Instance, _clipboardChannel, data, (nuint)message.Length);
        }
    }

    /// <summary>The number that the host gave the channel; 0 while it has given none.</summary>
    private ushort ClipboardChannel
    {
        get
        {
            if (_clipboardChannel != NothingAnswered)
                return _clipboardChannel;
            fixed (byte* name = ClipboardName)
            {
                // SAFETY: a pinned constant.
                return _clipboardChannel = Native.Channels.freerdp_channels_get_id_by_name(_instance.Instance, name);
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnChannelData(rdp_freerdp* instance, ushort channel, byte* data, nuint size, uint flags, nuint total)
    {
        if (OwnerOf<RdpClient>(instance->context) is not { Clipboard: { } clipboard } self || channel != self.ClipboardChannel)
            return s_receiveChannelData(instance, channel, data, size, flags, total);
        try
        {
            // SAFETY: the library hands out size readable bytes for the time of the call.
            return size <= int.MaxValue && total <= int.MaxValue && clipboard.TryReceive(new ReadOnlySpan<byte>(data, (int)size), flags, (long)total);
        }
        catch (Exception e)
        {
            self.KeepFault(e);
            return false;
        }
    }
}
