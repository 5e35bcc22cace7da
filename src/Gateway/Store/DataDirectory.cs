namespace RemoteChain.Gateway.Store;

/// <summary>
/// The one directory in which a node keeps everything: database, keys, operator token. Private to the user that runs the node (0700),
/// and held by one node at a time.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // A control socket's path (sun_path, 107 characters) must hold the directory and the socket's own name.
    const int PathCharsMax = 72;

    readonly FileStream _lock;

    DataDirectory(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The SQLite database.</summary>
    public string DatabaseFile => File("remotechain.db");

    /// <summary>ASP.NET Core Data Protection keys. Without them the secrets in the database cannot be read.</summary>
    public string KeysDirectory => File("keys");

    /// <summary>What emulated machines have changed of their disks.</summary>
    public string MachinesDirectory => File("machines");

    /// <summary>Sockets of the running node; emptied at every start.</summary>
    public string RuntimeDirectory => File("run");

    /// <summary>Where the data lies unless told otherwise: <c>$XDG_DATA_HOME/remotechain</c> or
    /// <c>~/.local/share/remotechain</c>.</summary>
    public static string DefaultPath
    {
        get
        {
            // The XDG base directory specification: a relative value is to be ignored.
            var xdg = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            var home = System.IO.Path.IsPathFullyQualified(xdg ?? "")
                ? xdg!
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
            return System.IO.Path.Combine(home, "remotechain");
        }
    }

    /// <summary>The file that proves to a local node that whoever calls is the user that runs it.</summary>
    public static string OperatorTokenFile(string? path) => System.IO.Path.Combine(path ?? DefaultPath, "operator.token");

    /// <summary>The file that tells local commands where the running node listens.</summary>
    public static string NodeAddressFile(string? path) => System.IO.Path.Combine(path ?? DefaultPath, "node.address");

    /// <summary>Opens the directory for a node, making it if needed.</summary>
    /// <exception cref="StoreException">It cannot be made private, or another node holds it.</exception>
    public static DataDirectory Open(string? path = null)
    {
        var full = System.IO.Path.GetFullPath(path ?? DefaultPath);
        if (full.Length > PathCharsMax)
            throw new StoreException($"The path of the data directory {full} is too long; at most {PathCharsMax} characters fit.");
        try
        {
            Directory.CreateDirectory(full, Private);
            // An existing directory keeps its mode when it is "created"; one that others may enter is closed here, before use.
            System.IO.File.SetUnixFileMode(full, Private);
            Directory.CreateDirectory(System.IO.Path.Combine(full, "keys"), Private);
            Directory.CreateDirectory(System.IO.Path.Combine(full, "machines"), Private);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data directory {full} cannot be used: {refused.Message}", refused);
        }

        try
        {
            var held = new FileStream(System.IO.Path.Combine(full, "node.lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = PrivateFile,
            });
            var directory = new DataDirectory(full, held);
            if (Directory.Exists(directory.RuntimeDirectory)) Directory.Delete(directory.RuntimeDirectory, recursive: true);
            Directory.CreateDirectory(directory.RuntimeDirectory, Private);
            return directory;
        }
        catch (IOException taken)
        {
            throw new StoreException($"Another node already uses the data directory {full}. Stop it, or choose another with --data.",
                taken);
        }
    }

    /// <summary>Writes a small file that only this user can read, replacing it as a whole.</summary>
    public static void WritePrivate(string file, string text)
    {
        var fresh = file + ".new";
        System.IO.File.Delete(fresh);
        using (var stream = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = PrivateFile,
        }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
        }
        System.IO.File.Move(fresh, file, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    string File(string name) => System.IO.Path.Combine(Path, name);
}
