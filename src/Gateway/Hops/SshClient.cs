using RemoteChain.Gateway.Chains;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops;

/// <summary>Starts a program in the sandbox.</summary>
/// <param name="command">Path and arguments.</param>
/// <param name="environment">Its whole environment.</param>
/// <param name="readOnly">Files and folders that it needs to see.</param>
/// <param name="folder">The folder that it may write to.</param>
/// <param name="stream">Its standard input and output; stays the caller's.</param>
/// <param name="dialogue">Its standard error; stays the caller's.</param>
public delegate Task<ChildProcess> StartProgram(
    IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> readOnly, string folder,
    DescriptorHandle stream, DescriptorHandle dialogue);

/// <summary>
/// The system's OpenSSH client and how it is started: one process for one connection through one jump host. It gets the connection to the jump
/// host as its standard input and output, listens for one connection of the node on a socket in a folder of its own, and asks the node over
/// its standard error, which is a socket, for everything that it would ask a person.
/// </summary>
public sealed class SshClient
{
    /// <summary>Name of the socket in the folder of one connection.</summary>
    public const string SocketName = "way";

    private const string Ssh = "/usr/bin/ssh", Agent = "/usr/bin/ssh-agent", Add = "/usr/bin/ssh-add";

    /// <summary>What ssh calls the jump host: it neither resolves nor dials it.</summary>
    private const string Alias = "jump";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // KnownHostsCommand of ssh_config(5), called with %I %t %K %f. The answer holds the fingerprint, so that it fits this question only.
    private const string HostKeyScript = """
        #!/bin/sh
        [ "$1" = HOSTNAME ] || exit 0
        echo "ask host-key $2 $4" >&2
        read -r answer <&2
        [ "$answer" != "$4" ] || echo "jump $2 $3"

        """;

    // SSH_ASKPASS of ssh(1) and ssh-add(1).
    private const string PasswordScript = """
        #!/bin/sh
        echo "ask password" >&2
        IFS= read -r answer <&2 && printf '%s\n' "$answer"

        """;

    // Runs inside ssh-agent(1): gives it the key, which is in no file and is forgotten soon, and becomes ssh.
    private const string KeyScript = """
        #!/bin/sh
        echo "ask key" >&2
        while IFS= read -r line <&2 && [ "$line" != . ]; do printf '%s\n' "$line"; done | ssh-add -q -t 30 - >&2 || exit 1
        exec "$@"

        """;

    // The one host key is asked for first, so that a server which has several shows it.
    private static readonly string[] s_hostKeyTypes =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];

    // What is told besides errors, whatever the level: that it listens, that the far side was reached or not, that the way is closed, and that the
    // server is silent. Banners of the server are below the level, so that it has no line of its own in the dialogue.
    private static readonly string[] s_told =
        ["channel_setup_fwd_listener_streamlocal", "channel_input_open_confirmation", "channel_input_open_failure", "channel_free", "server_alive_check"];

    private readonly StartProgram _start;
    private readonly string _scripts;
    private readonly string _folder;
    private int _serial;

    /// <summary>Writes the three scripts that ask the node.</summary>
    /// <param name="runtimeDirectory">The node's own directory for sockets, mode 0700.</param>
    /// <param name="start">Starts a program in the sandbox.</param>
    public SshClient(string runtimeDirectory, StartProgram start)
    {
        _start = start;
        _folder = Path.Combine(runtimeDirectory, "ssh");
        _scripts = Path.Combine(_folder, "ask");
        Directory.CreateDirectory(_folder, Private);
        Directory.CreateDirectory(_scripts, Private);
        foreach (var (name, text) in new[] { ("host-key", HostKeyScript), ("password", PasswordScript), ("key", KeyScript) })
        {
            string path = Path.Combine(_scripts, name);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(path, Private);
        }
    }

    /// <summary>A new folder for one connection.</summary>
    internal string MakeFolder()
    {
        string folder = Path.Combine(_folder, $"{Interlocked.Increment(ref _serial)}");
        Directory.CreateDirectory(folder, Private);
        return folder;
    }

    /// <summary>Starts ssh.</summary>
    /// <param name="signIn">Who signs in.</param>
    /// <param name="hostKeyType">Type of the host key that is known; null when none is.</param>
    /// <param name="target">Where the jump host shall connect to.</param>
    /// <param name="folder">From <see cref="MakeFolder"/>.</param>
    /// <param name="jump">The connection to the jump host; stays the caller's.</param>
    /// <param name="dialogue">Where it asks; stays the caller's.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    internal Task<ChildProcess> StartAsync(
        HopSignIn signIn, string? hostKeyType, HostEndpoint target, string folder, DescriptorHandle jump, DescriptorHandle dialogue)
    {
        bool withKey = signIn.Key.Length > 0;
        List<string> command = withKey ? [Agent, "-a", Path.Combine(folder, "agent"), Path.Combine(_scripts, "key"), Ssh] : [Ssh];
        command.AddRange(["-F", "/dev/null", "-N", "-T", "-l", signIn.User, "-L", $"{Escaped(Path.Combine(folder, SocketName))}:{target}"]);
        foreach (string option in OptionsFor(withKey, hostKeyType))
        {
            command.AddRange(["-o", option]);
        }

        command.Add(Alias);
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = "/tmp",
            ["LANG"] = "C",
            ["SSH_ASKPASS"] = Path.Combine(_scripts, "password"),
            ["SSH_ASKPASS_REQUIRE"] = "force",
        };
        return _start(command, environment, withKey ? [Ssh, Agent, Add, _scripts] : [Ssh, _scripts], folder, jump, dialogue);
    }

    private IEnumerable<string> OptionsFor(bool withKey, string? hostKeyType) =>
    [
        // The connection is there already, as standard input and output.
        "ProxyCommand=-", "CanonicalizeHostname=no", "ConnectionAttempts=1", "TCPKeepAlive=yes", "IPQoS=none", "Compression=no",
        "ServerAliveInterval=1", "ServerAliveCountMax=1",
        "StrictHostKeyChecking=yes", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
        "VerifyHostKeyDNS=no", "CheckHostIP=no", $"HostKeyAlgorithms={string.Join(',', TypesFrom(hostKeyType))}",
        $"KnownHostsCommand=\"{Path.Combine(_scripts, "host-key").Replace("%", "%%", StringComparison.Ordinal)}\" %I %t %K %f",
        $"PubkeyAuthentication={YesNo(withKey)}", $"PasswordAuthentication={YesNo(!withKey)}", $"KbdInteractiveAuthentication={YesNo(!withKey)}",
        $"PreferredAuthentications={(withKey ? "publickey" : "password,keyboard-interactive")}", $"BatchMode={YesNo(withKey)}",
        "HostbasedAuthentication=no", "NumberOfPasswordPrompts=1", "IdentityFile=none", $"IdentityAgent={(withKey ? "SSH_AUTH_SOCK" : "none")}",
        "AddKeysToAgent=no", "PKCS11Provider=none",
        "ForwardAgent=no", "ForwardX11=no", "ForwardX11Trusted=no", "Tunnel=no", "GatewayPorts=no", "ExitOnForwardFailure=yes",
        "StreamLocalBindMask=0177", "StreamLocalBindUnlink=no", "ControlMaster=no", "ControlPath=none", "ControlPersist=no",
        "PermitLocalCommand=no", "EscapeChar=none", "RequestTTY=no",
        "LogLevel=ERROR", $"LogVerbose={string.Join(',', s_told.Select(function => $"*:{function}():*"))}",
    ];

    private static IEnumerable<string> TypesFrom(string? first)
    {
        // A key of type ssh-rsa is used with newer signatures (RFC 8332).
        string known = first == "ssh-rsa" ? "rsa-sha2-512" : first ?? "";
        return s_hostKeyTypes.OrderBy(type => type != known);
    }

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string Escaped(string path) =>
        path.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(":", @"\:", StringComparison.Ordinal);
}

/// <summary>Judges the key that a jump host shows. Null when it is the right one.</summary>
/// <param name="type">Its type: <c>ssh-ed25519</c>.</param>
/// <param name="seen">Its fingerprint.</param>
public delegate Surface.Control.Failure? JudgeHostKey(string type, KeyFingerprint seen);
