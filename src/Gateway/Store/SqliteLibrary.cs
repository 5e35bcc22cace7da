using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace RemoteChain.Gateway.Store;

/// <summary>
/// Binds the managed SQLite packages to the system's library, which gets security updates with the distribution, instead of a copy
/// inside a package, which does not. The only place that knows its file name.
/// </summary>
static class SqliteLibrary
{
    const string SystemFile = "libsqlite3.so.0";

    // STRICT tables came with 3.37.
    static readonly Version s_versionMin = new(3, 37);

    static readonly Lazy<string> s_version = new(Load);

    /// <summary>Loads the library once and returns its version.</summary>
    /// <exception cref="StoreException">The library is missing or too old.</exception>
    public static string Version => s_version.Value;

    static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
        }
        catch (DllNotFoundException missing)
        {
            throw new StoreException(
                $"SQLite is not installed: {SystemFile} was not found. On Debian and Ubuntu it is the package libsqlite3-0.", missing);
        }
        var version = raw.sqlite3_libversion().utf8_to_string();
        if (!System.Version.TryParse(version, out var parsed) || parsed < s_versionMin)
            throw new StoreException($"SQLite {version} is too old; {s_versionMin} or newer is needed.");
        return version;
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == "e_sqlite3" ? NativeLibrary.Load(SystemFile) : 0;
}
