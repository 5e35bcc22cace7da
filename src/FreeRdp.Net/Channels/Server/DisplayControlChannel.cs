using System.Buffers.Binary;

namespace FreeRdp.Channels.Server;

/// <summary>The server's end of display control (MS-RDPEDISP): the client says which size its window has.</summary>
internal sealed class DisplayControlChannel(Action<int, int, int> resize)
{
    public const string Name = "Microsoft::Windows::RDS::DisplayControl";

    /// <summary>Bounds of one monitor, MS-RDPEDISP 2.2.2.2.1.</summary>
    public const int SideMin = 200, SideMax = 8192;

    private const uint TypeMonitorLayout = 2, TypeCapabilities = 5;
    private const int MonitorsMax = 16, MonitorBytes = 40;
    private const uint MonitorPrimary = 1;

    private DynamicChannel? _channel;

    public bool IsOpen => _channel is { IsOpen: true };

    public bool Open(DynamicChannels channels)
    {
        _channel = channels.Open(Name, TryReceive, SendCapabilities);
        return _channel is not null;
    }

    /// <summary>One monitor of up to 8192 × 8192: the factors are multiplied (2.2.2.1).</summary>
    private static void SendCapabilities(DynamicChannel channel)
    {
        Span<byte> message = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(message, TypeCapabilities);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message[8..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(message[12..], SideMax);
        BinaryPrimitives.WriteInt32LittleEndian(message[16..], SideMax);
        channel.Send(message);
    }

    internal bool TryReceive(ReadOnlySpan<byte> message)
    {
        if (message.Length < 16) return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
        if (length < 16 || length > message.Length) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(message) != TypeMonitorLayout) return false;
        var monitorBytes = BinaryPrimitives.ReadUInt32LittleEndian(message[8..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(message[12..]);
        if (monitorBytes != MonitorBytes || count is 0 or > MonitorsMax || length < 16 + (count * MonitorBytes)) return false;
        var monitors = message[16..];
        var primary = monitors;
        for (var i = 0; i < count; i++)
        {
            var monitor = monitors.Slice(i * MonitorBytes, MonitorBytes);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(monitor) & MonitorPrimary) != 0) primary = monitor;
        }

        var width = BinaryPrimitives.ReadUInt32LittleEndian(primary[12..]);
        var height = BinaryPrimitives.ReadUInt32LittleEndian(primary[16..]);
        var scale = BinaryPrimitives.ReadUInt32LittleEndian(primary[32..]);
        if (width is < SideMin or > SideMax || height is < SideMin or > SideMax) return false;
        // Width must be even; a scale outside 100 to 500 is to be ignored (2.2.2.2.1).
        resize((int)width & ~1, (int)height, scale is >= 100 and <= 500 ? (int)scale : 100);
        return true;
    }
}
