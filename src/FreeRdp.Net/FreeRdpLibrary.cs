using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>The native libraries of FreeRDP 3: found once, and refused at load when their version is not one that the layouts here describe.</summary>
public static class FreeRdpLibrary
{
    /// <summary>The oldest 3.x whose layouts and functions are used (AttachLayer and the NLA functions came with 3.9, 3.10 is tested).</summary>
    public static Version OldestSupported { get; } = new(3, 10, 0);

    internal const string Freerdp = "freerdp3";
    internal const string FreerdpClient = "freerdp-client3";
    internal const string FreerdpServer = "freerdp-server3";
    internal const string Winpr = "winpr3";

    private static readonly Lazy<Version> s_version = new(ReadVersion);

    /// <summary>The version of the libfreerdp that is loaded.</summary>
    /// <exception cref="RdpException">It is missing, or of another major version, or too old.</exception>
    public static Version Version => s_version.Value;

    /// <summary>Why the library cannot be used here, or null when it can. For skipping tests and for diagnosis.</summary>
    public static string? WhyUnavailable()
    {
        try
        {
            _ = Version;
            return null;
        }
        catch (RdpException e)
        {
            return e.Message;
        }
    }

    /// <summary>Whether a version can be used; the sentence says why not.</summary>
    internal static string? WhyRefused(Version version) => version switch
    {
        { Major: not 3 } => $"FreeRdp.Net speaks to FreeRDP 3, but the libfreerdp that was found is version {version}.",
        _ when version < OldestSupported =>
            $"FreeRdp.Net needs FreeRDP {OldestSupported} or newer (3.x), but the libfreerdp that was found is version {version}.",
        _ => null,
    };

#pragma warning disable CA2255 // the resolver must be in place before the first import runs, whichever type is touched first
    [ModuleInitializer]
    internal static void InstallResolver() => NativeLibrary.SetDllImportResolver(typeof(FreeRdpLibrary).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        Freerdp or FreerdpClient or FreerdpServer or Winpr =>
            NativeLibrary.TryLoad($"lib{name}.so.3", assembly, path, out var library) ? library : 0,
        _ => 0,
    };

    private static unsafe Version ReadVersion()
    {
        try
        {
            int major, minor, revision;
            // SAFETY: writes three ints on this stack frame.
            Native.Freerdp.freerdp_get_version(&major, &minor, &revision);
            var version = new Version(major, minor, revision);
            if (WhyRefused(version) is { } why)
                throw new RdpException(why);
            Prepare();
            return version;
        }
        catch (DllNotFoundException)
        {
            throw new RdpException("FreeRdp.Net needs libfreerdp3.so.3, libfreerdp-client3.so.3, libfreerdp-server3.so.3 and "
                + "libwinpr3.so.3, which are not installed (Debian: libfreerdp3-3, libfreerdp-client3-3, libfreerdp-server3-3).");
        }
    }

    /// <summary>Once for the process, before the first context.</summary>
    private static unsafe void Prepare()
    {
        // NTLM needs MD4, which OpenSSL 3 keeps in its legacy provider; this call loads it, and must come before anything hashes.
        Ssl.winpr_InitializeSSL(0);
        // Else the first picture waits a third of a second for a benchmark that chooses between the same two sets of routines.
        Primitives.primitives_set_hints(PrimitiveHints.PRIMITIVES_ONLY_CPU);
        // libfreerdp writes its log to the standard streams, which belong to the program; whoever wants it says so by WLOG_LEVEL.
        // SAFETY: the root logger is a global of the library.
        if (Environment.GetEnvironmentVariable("WLOG_LEVEL") is null)
            WLog.WLog_SetLogLevel(WLog.WLog_GetRoot(), WLog.WLOG_OFF);
    }
}
