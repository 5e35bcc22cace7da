namespace RemoteChain.Gateway.Machines;

/// <summary>The folder with what machines start from: kernels, first file systems, firmware, disks. Its files come from the distribution's packages
/// (<c>remotechain template build</c>) and are never written by a machine.</summary>
/// <param name="folder">Where.</param>
public sealed class GuestFiles(string folder)
{
    /// <summary>The same folder that the script which fetches them uses.</summary>
    public static string FolderDefault
    {
        get
        {
            string? named = Environment.GetEnvironmentVariable("REMOTECHAIN_GUESTS");
            if (!string.IsNullOrEmpty(named))
            {
                return named;
            }

            string? xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string cache = Path.IsPathFullyQualified(xdg ?? "") ? xdg! : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "remotechain", "guests");
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Whether a template may name a file so: plain names, in folders below ours.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 200 && name.Split('/').All(part => part.Length > 0 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+'));

    /// <summary>Where such a file lies, or would lie.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Whether it is there.</summary>
    public bool Has(string name) => File.Exists(PathOf(name));
}
