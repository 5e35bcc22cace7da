using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>autodetect.h: network characteristics detection (MS-RDPBCGR 2.2.14).</summary>
[NativeStruct("rdpAutoDetect", "freerdp/autodetect.h")]
[StructLayout(LayoutKind.Explicit, Size = 8 * 32)]
internal unsafe struct rdp_autodetect
{
    [FieldOffset(8 * 0)] public rdp_context* context;
    [FieldOffset(8 * 1)] public ulong rttMeasureStartTime;
    [FieldOffset(8 * 5)] public uint netCharBandwidth;
    [FieldOffset(8 * 6)] public uint netCharBaseRTT;
    [FieldOffset(8 * 7)] public uint netCharAverageRTT;
    [FieldOffset(8 * 9)] public int state;
    [FieldOffset(8 * 16)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, BOOL> RTTMeasureRequest;
    [FieldOffset(8 * 17)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, BOOL> RTTMeasureResponse;
    [FieldOffset(8 * 18)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, BOOL> BandwidthMeasureStart;
    [FieldOffset(8 * 20)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, ushort, BOOL> BandwidthMeasureStop;
    [FieldOffset(8 * 21)]
    public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, ushort, uint, uint, BOOL> BandwidthMeasureResults;
    [FieldOffset(8 * 22)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, void*, BOOL> NetworkCharacteristicsResult;
    [FieldOffset(8 * 25)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, ushort, BOOL> RequestReceived;
    [FieldOffset(8 * 26)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int, ushort, ushort, BOOL> ResponseReceived;
    [FieldOffset(8 * 27)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int> OnConnectTimeAutoDetectBegin;
    [FieldOffset(8 * 28)] public delegate* unmanaged[Cdecl]<rdp_autodetect*, int> OnConnectTimeAutoDetectProgress;
}
