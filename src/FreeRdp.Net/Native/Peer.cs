using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>peer.h: one connected client. Every field sits in slots of eight bytes.</summary>
[NativeStruct("freerdp_peer", "freerdp/peer.h")]
[StructLayout(LayoutKind.Explicit, Size = 488)]
internal unsafe struct rdp_freerdp_peer
{
    [FieldOffset(0)] public rdp_context* context;
    [FieldOffset(8)] public int sockfd;
    [FieldOffset(104)] public nuint ContextSize;
    [FieldOffset(112)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, rdp_context*, BOOL> ContextNew;
    [FieldOffset(120)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, rdp_context*, void> ContextFree;
    [FieldOffset(128)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> Initialize;
    [FieldOffset(160)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> CheckFileDescriptor;
    [FieldOffset(168)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> Close;
    [FieldOffset(176)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, void> Disconnect;
    [FieldOffset(184)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> Capabilities;
    [FieldOffset(192)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> PostConnect;
    [FieldOffset(200)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> Activate;
    [FieldOffset(208)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, SEC_WINNT_AUTH_IDENTITY*, BOOL, BOOL> Logon;
    [FieldOffset(224)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, ushort, byte*, nuint, BOOL> SendChannelData;

    /// <summary>channel, chunk, its size, flags, size of the whole message as the client claims it.</summary>
    [FieldOffset(232)]
    public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, ushort, byte*, nuint, uint, nuint, BOOL> ReceiveChannelData;

    [FieldOffset(304)] public BOOL local;
    [FieldOffset(312)] public BOOL connected;
    [FieldOffset(320)] public BOOL activated;
    [FieldOffset(328)] public BOOL authenticated;
    [FieldOffset(336)] public SEC_WINNT_AUTH_IDENTITY identity;
    [FieldOffset(384)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> IsWriteBlocked;

    /// <summary>1 while bytes remain, 0 when the buffer is empty, -1 when the connection is gone.</summary>
    [FieldOffset(392)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, int> DrainOutputBuffer;

    [FieldOffset(400)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> HasMoreToRead;
    [FieldOffset(416)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, BOOL> AdjustMonitorsLayout;
    [FieldOffset(464)] public delegate* unmanaged[Cdecl]<rdp_freerdp_peer*, int, BOOL> ReachedState;

    /// <summary>peer, who, proof, session key, MIC, its value, place for the 16 bytes of NTOWFv2 → not 0 when it was filled in.</summary>
    [FieldOffset(472)]
    public delegate* unmanaged[Cdecl]<void*, SEC_WINNT_AUTH_IDENTITY*, void*, byte*, byte*, void*, byte*, int> SspiNtlmHashCallback;
}

/// <summary>winpr/sspi.h. Strings are UTF-16 when Flags has <see cref="Unicode"/>, lengths are in characters.</summary>
[NativeStruct("SEC_WINNT_AUTH_IDENTITY", "winpr/sspi.h")]
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal unsafe struct SEC_WINNT_AUTH_IDENTITY
{
    public const uint Unicode = 2;

    [FieldOffset(0)] public ushort* User;
    [FieldOffset(8)] public uint UserLength;
    [FieldOffset(16)] public ushort* Domain;
    [FieldOffset(24)] public uint DomainLength;
    [FieldOffset(32)] public ushort* Password;
    [FieldOffset(40)] public uint PasswordLength;
    [FieldOffset(44)] public uint Flags;
}

[NativeHeader("freerdp/peer.h")]
internal static unsafe partial class Peer
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial rdp_freerdp_peer* freerdp_peer_new(int sockfd);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_peer_free(rdp_freerdp_peer* client);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_peer_context_new(rdp_freerdp_peer* client);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_peer_context_free(rdp_freerdp_peer* client);
}

/// <summary>wtsvc.h: which static channels the client joined. The rest of that header (dynamic channels) is not used, see DynamicChannels.</summary>
[NativeHeader("freerdp/channels/wtsvc.h")]
internal static unsafe partial class Wtsvc
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial ushort WTSChannelGetId(rdp_freerdp_peer* client, byte* channel_name);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL WTSIsChannelJoinedByName(rdp_freerdp_peer* client, byte* channel_name);
}

/// <summary>crypto/certificate.h.</summary>
[NativeHeader("freerdp/crypto/certificate.h")]
internal static unsafe partial class Certificate
{
    [LibraryImport(FreeRdpLibrary.Freerdp, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void* freerdp_certificate_new_from_pem(string pem);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_certificate_free(void* certificate);
}

/// <summary>crypto/privatekey.h.</summary>
[NativeHeader("freerdp/crypto/privatekey.h")]
internal static unsafe partial class PrivateKey
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void* freerdp_key_new_from_pem(byte* pem);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_key_free(void* key);
}
