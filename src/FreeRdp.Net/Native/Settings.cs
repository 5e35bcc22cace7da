using System.Runtime.InteropServices;
using System.Text;

namespace FreeRdp.Native;

/// <summary>settings.h: typed access by key. Slots are never touched directly.</summary>
[NativeHeader("freerdp/settings.h")]
internal static unsafe partial class Settings
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial rdp_settings* freerdp_settings_new(uint flags);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_settings_free(rdp_settings* settings);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_settings_get_bool(rdp_settings* settings, BoolSetting id);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_settings_set_bool(rdp_settings* settings, BoolSetting id, BOOL param);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial ushort freerdp_settings_get_uint16(rdp_settings* settings, UInt16Setting id);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_settings_set_uint16(rdp_settings* settings, UInt16Setting id, ushort param);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial uint freerdp_settings_get_uint32(rdp_settings* settings, UInt32Setting id);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_settings_set_uint32(rdp_settings* settings, UInt32Setting id, uint param);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_settings_get_string(rdp_settings* settings, StringSetting id);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_settings_set_string_len(rdp_settings* settings, StringSetting id, byte* param, nuint len);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void* freerdp_settings_get_pointer_writable(rdp_settings* settings, PointerSetting id);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_settings_set_pointer_len(rdp_settings* settings, PointerSetting id, void* data, nuint len);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void* freerdp_settings_get_pointer_array_writable(rdp_settings* settings, PointerSetting id, nuint offset);
}

/// <summary>A borrowed settings object, as properties. The strings that are set are copied by the library.</summary>
internal readonly unsafe ref struct RdpSettings(rdp_settings* native)
{
    private readonly rdp_settings* _native = native;

    public bool this[BoolSetting key]
    {
        // SAFETY: _native is a live settings object for as long as this ref struct's owner holds its context.
        get => Settings.freerdp_settings_get_bool(_native, key);
        set => Ensure(Settings.freerdp_settings_set_bool(_native, key, value), key);
    }

    public uint this[UInt32Setting key]
    {
        // SAFETY: as above.
        get => Settings.freerdp_settings_get_uint32(_native, key);
        set => Ensure(Settings.freerdp_settings_set_uint32(_native, key, value), key);
    }

    public ushort this[UInt16Setting key]
    {
        // SAFETY: as above.
        get => Settings.freerdp_settings_get_uint16(_native, key);
        set => Ensure(Settings.freerdp_settings_set_uint16(_native, key, value), key);
    }

    /// <summary>A string; null unsets it.</summary>
    public string? this[StringSetting key]
    {
        // SAFETY: as above; the string is copied before the settings can change.
        get => Utf8.Read(Settings.freerdp_settings_get_string(_native, key));
        set
        {
            if (value is null)
            {
                Ensure(Settings.freerdp_settings_set_string_len(_native, key, null, 0), key);
                return;
            }

            var bytes = Encoding.UTF8.GetBytes(value);
            // The empty array would be passed as null, which unsets the string instead of emptying it.
            fixed (byte* text = bytes.Length == 0 ? new byte[1] : bytes)
            {
                Ensure(Settings.freerdp_settings_set_string_len(_native, key, text, (nuint)bytes.Length), key);
            }

            bytes.AsSpan().Clear(); // it may have been a password
        }
    }

    /// <summary>Hands an object over to the settings, which own and free it from then on.</summary>
    public void Give(PointerSetting key, void* data, int count) =>
        // SAFETY: as above; the caller gives up the object.
        Ensure(Settings.freerdp_settings_set_pointer_len(_native, key, data, (nuint)count), key);

    private static void Ensure<TKey>(bool accepted, TKey key)
        where TKey : struct, Enum
    {
        if (!accepted)
            throw new RdpException($"libfreerdp refused the setting {key}.");
    }
}

/// <summary>Strings that the native side owns.</summary>
internal static unsafe class Utf8
{
    public static string? Read(byte* text) => text is null ? null : Marshal.PtrToStringUTF8((nint)text);
}
