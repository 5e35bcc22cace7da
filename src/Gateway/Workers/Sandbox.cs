using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// How a worker process is confined: bubblewrap with own user, network, process, IPC, mount and UTS namespaces, no capability, no new
/// privileges, and a file system that holds the shared libraries, the .NET runtime, the worker itself and its control socket, all
/// read-only. What the worker limits about itself (memory, core dumps, descriptors) is in the worker.
/// </summary>
public sealed class Sandbox
{
    /// <summary>Where the worker finds its control socket.</summary>
    public const string ControlPath = "/run/control";

    private const string WorkerPath = "/worker";
    private static readonly TimeSpan s_probeTimeout = TimeSpan.FromSeconds(5);

    // Bubblewrap takes the filter from an open descriptor, which only a shell can give it without native code in the node.
    private const string OpenFilterAndRun = "exec bwrap --seccomp 9 \"$@\" 9<\"$0\"";
    private const string FilterFile = "worker.seccomp";
    private const string PasswdFile = "worker.passwd";
    private const string Passwd = "worker:x:65534:65534::/tmp:/bin/sh\n";

    private readonly string _workerExecutable;
    private readonly bool _confined;
    private readonly string? _filterPath;
    private readonly string _passwdPath;

    private Sandbox(string workerExecutable, bool confined, string? filterPath, string passwdPath)
    {
        _passwdPath = passwdPath;
        _workerExecutable = workerExecutable;
        _confined = confined;
        _filterPath = filterPath;
    }

    /// <summary>The worker's program.</summary>
    public string WorkerExecutable => _workerExecutable;

    /// <summary>False when the operator chose to run workers without a sandbox.</summary>
    public bool IsConfined => _confined;

    /// <summary>The sandbox for this worker executable, or a sentence that says why it cannot be had.</summary>
    /// <param name="workerExecutable">Path of the worker's program.</param>
    /// <param name="runtimeDirectory">The node's own directory for sockets, mode 0700; the system call filter is written there.</param>
    /// <param name="allowUnsafe">Run workers without a sandbox: the operator has said so.</param>
    public static (Sandbox? Sandbox, string? Problem) TryCreate(string workerExecutable, string runtimeDirectory, bool allowUnsafe)
    {
        if (!File.Exists(workerExecutable))
        {
            return (null, $"the worker {workerExecutable} is missing: build it with ./remotechain up");
        }

        string passwdPath = Path.Combine(runtimeDirectory, PasswdFile);
        if (allowUnsafe)
        {
            return (new Sandbox(workerExecutable, confined: false, null, passwdPath), null);
        }

        File.WriteAllText(passwdPath, Passwd);

        string? filterPath = null;
        if (SystemCallFilter.Program() is { } filter)
        {
            filterPath = Path.Combine(runtimeDirectory, FilterFile);
            File.WriteAllBytes(filterPath, filter);
        }

        string? problem = Probe(filterPath);
        return problem is null ? (new Sandbox(workerExecutable, confined: true, filterPath, passwdPath), null) : (null, problem);
    }

    /// <summary>The command that starts a program of ours, whose control socket is listening at <paramref name="controlSocketPath"/>.</summary>
    public ProcessStartInfo Command(string controlSocketPath, ConfinedProgram program)
    {
        if (!_confined)
        {
            var plain = new ProcessStartInfo(program.Executable, ["--control", controlSocketPath, .. program.Arguments]);
            SetRuntime(plain.Environment);
            return plain;
        }

        string workerDirectory = Path.GetDirectoryName(program.Executable)!;
        var start = Bubblewrap(_filterPath);
        var arguments = start.ArgumentList;
        AddConfinement(arguments);
        Add(arguments, "--ro-bind", workerDirectory, WorkerPath);
        Add(arguments, "--ro-bind", DotnetRoot(), DotnetRoot());
        Add(arguments, "--bind", controlSocketPath, ControlPath);
        var environment = new Dictionary<string, string?>();
        SetRuntime(environment);
        foreach (var (name, value) in environment)
        {
            Add(arguments, "--setenv", name, value!);
        }

        Add(arguments, "--", $"{WorkerPath}/{Path.GetFileName(program.Executable)}", "--control", ControlPath);
        Add(arguments, [.. program.Arguments]);
        return start;
    }

    /// <summary>
    /// The arguments of bubblewrap that confine a program of the distribution like a worker: it sees itself, a shell, what is listed and one
    /// folder that it may write to. The system call filter, if there is one, must be its descriptor <paramref name="filterDescriptor"/>.
    /// </summary>
    /// <param name="command">The program's path and arguments.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="readOnly">Files and folders that it sees, at their own places.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="filterDescriptor">Number of the descriptor.</param>
    internal IReadOnlyList<string> Confine(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> readOnly, string folder,
        int filterDescriptor)
    {
        var arguments = new List<string>();
        if (_filterPath is not null)
        {
            Add(arguments, "--seccomp", $"{filterDescriptor}");
        }

        AddConfinement(arguments);
        Add(arguments, "--symlink", "usr/bin", "/bin", "--ro-bind", "/bin/sh", "/usr/bin/sh");
        foreach (string path in readOnly)
        {
            Add(arguments, "--ro-bind", path, path);
        }

        // Programs ask for the name of their user.
        Add(arguments, "--ro-bind", _passwdPath, "/etc/passwd", "--bind", folder, folder);
        foreach (var (name, value) in environment)
        {
            Add(arguments, "--setenv", name, value);
        }

        Add(arguments, "--");
        arguments.AddRange(command);
        return arguments;
    }

    /// <summary>Where the system call filter lies; null when there is none.</summary>
    internal string? FilterPath => _filterPath;

    private static void AddConfinement(ICollection<string> arguments)
    {
        Add(arguments, "--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv");
        Add(arguments, "--cap-drop", "ALL", "--hostname", "worker", "--uid", "65534", "--gid", "65534", "--chdir", "/");
        Add(arguments, "--ro-bind", "/usr/lib", "/usr/lib", "--symlink", "usr/lib", "/lib");
        if (Directory.Exists("/usr/lib64"))
        {
            Add(arguments, "--ro-bind", "/usr/lib64", "/usr/lib64", "--symlink", "usr/lib64", "/lib64");
        }

        // OpenSSL reads its configuration at start; without it the legacy provider (MD4 for NTLM) may be missing.
        Add(arguments, "--ro-bind-try", "/etc/ssl/openssl.cnf", "/etc/ssl/openssl.cnf");
        Add(arguments, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp");
    }

    private static void Add(ICollection<string> arguments, params ReadOnlySpan<string> more)
    {
        foreach (string argument in more)
        {
            arguments.Add(argument);
        }
    }

    private static void SetRuntime(IDictionary<string, string?> environment)
    {
        environment["DOTNET_ROOT"] = DotnetRoot();
        environment["DOTNET_EnableDiagnostics"] = "0"; // no debugger or profiler socket, no thread for it
        environment["HOME"] = "/tmp";
    }

    private static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static ProcessStartInfo Bubblewrap(string? filterPath) =>
        filterPath is null ? new ProcessStartInfo("bwrap") : new ProcessStartInfo("/bin/sh", ["-c", OpenFilterAndRun, filterPath]);

    private static string? Probe(string? filterPath)
    {
        var start = Bubblewrap(filterPath);
        start.RedirectStandardError = true;
        AddConfinement(start.ArgumentList);
        Add(start.ArgumentList, "--ro-bind", "/usr/bin/true", "/true", "--", "/true");
        try
        {
            using var process = Process.Start(start)!;
            string error = process.StandardError.ReadToEnd().Trim();
            bool ended = process.WaitForExit(s_probeTimeout);
            return ended && process.ExitCode == 0 ? null : $"bubblewrap cannot make a sandbox here: {error}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "bubblewrap (bwrap) is not installed";
        }
    }
}
