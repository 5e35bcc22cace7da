using System.Diagnostics;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Hops;

namespace RemoteChain.Gateway.Tests.Hops;

/// <summary>A test that starts an SSH server of its own.</summary>
public sealed class SshFactAttribute : FactAttribute
{
    public SshFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "an SSH server with a user of its own needs root";
        else if (!File.Exists(JumpHost.Sshd)) Skip = "openssh-server is not installed";
    }
}

/// <summary>
/// A real sshd on loopback, in a mount namespace of its own where the machine has one user more: <c>jumper</c>, with a password and keys.
/// </summary>
internal sealed class JumpHost : IDisposable
{
    public const string Sshd = "/usr/sbin/sshd";
    public const string User = "jumper";
    public const string Password = "pass word 1";
    public const string Passphrase = "open 'sesame'";

    // Of the password above, by openssl passwd -6.
    private const string PasswordHash =
        "$6$rcsalt$dfygGK60Miu1MUqBdp7a1QGkPM3UcH.h9ELsx6ArqijbETT0AR3c9ZzTgC7TkgoazORyx6eZn22hkb5rbxEww1";

    private static readonly Lazy<KeyPair> s_key = new(() => KeyPair.Make("ed25519", ""));
    private static readonly Lazy<KeyPair> s_lockedKey = new(() => KeyPair.Make("ed25519", Passphrase));
    private static readonly Lazy<KeyPair> s_strangersKey = new(() => KeyPair.Make("ed25519", ""));
    private static readonly Lazy<KeyPair> s_hostKey = new(() => KeyPair.Make("ed25519", ""));
    private static readonly Lazy<KeyPair> s_otherHostKey = new(() => KeyPair.Make("ecdsa", ""));

    private readonly ServerProcess _server;

    private JumpHost(ServerProcess server, KeyPair hostKey) => (_server, HostKey) = (server, hostKey.Fingerprint);

    public static HopSignIn Login { get; } = new("jump-login", User, Password);

    public static HopSignIn Key => new("jump-key", User, "", s_key.Value.Private);

    public static HopSignIn LockedKey => new("jump-key", User, Passphrase, s_lockedKey.Value.Private);

    public static HopSignIn StrangersKey => new("jump-key", User, "", s_strangersKey.Value.Private);

    public int Port => _server.Port;

    public KeyFingerprint HostKey { get; }

    /// <summary>Starts one.</summary>
    /// <param name="options">More lines of sshd_config.</param>
    /// <param name="port">The port of one that was there before; 0 for a free one.</param>
    /// <param name="otherKey">Whether it has another host key than all others.</param>
    public static JumpHost Start(string options = "", int port = 0, bool otherKey = false)
    {
        var hostKey = otherKey ? s_otherHostKey.Value : s_hostKey.Value;
        var server = ServerProcess.Start((folder, free) =>
        {
            string Write(string name, string text)
            {
                string path = Path.Combine(folder, name);
                File.WriteAllText(path, text);
                return path;
            }

            string passwd = Write("passwd", File.ReadAllText("/etc/passwd") + $"{User}:x:64321:64321::/tmp:/bin/sh\n");
            string shadow = Write("shadow", File.ReadAllText("/etc/shadow") + $"{User}:{PasswordHash}:19000:0:99999:7:::\n");
            string hostKeyFile = Write("hostkey", hostKey.Private);
            File.SetUnixFileMode(hostKeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
            string keys = Write("keys", $"{s_key.Value.Public}{s_lockedKey.Value.Public}");
            string config = Write("config", $"""
                Port {(port == 0 ? free : port)}
                ListenAddress 127.0.0.1
                HostKey {hostKeyFile}
                PidFile none
                UsePAM no
                UseDNS no
                StrictModes no
                AuthorizedKeysFile {keys}
                PasswordAuthentication yes
                KbdInteractiveAuthentication no
                {options}

                """);
            string script = Write("start", $"""
                mkdir -p /run/sshd
                mount --bind {passwd} /etc/passwd
                mount --bind {shadow} /etc/shadow
                exec {Sshd} -D -e -f {config}

                """);
            return ["unshare", "--mount", "sh", "-e", script];
        }, port);
        return new JumpHost(server, hostKey);
    }

    /// <summary>Stops every process of it in the middle of what it does: nothing answers any more, and no connection is closed.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Ends the processes that serve connections; the server itself goes on.</summary>
    public void EndConnections() => Signal("KILL", withServer: false);

    /// <summary>How many processes serve connections.</summary>
    public int Serving => Descendants(_server.ProcessId).Count();

    public void Dispose() => _server.Dispose();

    private void Signal(string name, bool withServer = true)
    {
        int[] processes = [.. Descendants(_server.ProcessId), .. withServer ? [_server.ProcessId] : Array.Empty<int>()];
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {string.Join(' ', processes)}"]);
        kill.WaitForExit();
    }

    private static IEnumerable<int> Descendants(int processId)
    {
        string path = $"/proc/{processId}/task/{processId}/children";
        if (!File.Exists(path))
        {
            return [];
        }

        return File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).SelectMany(child => Descendants(child).Append(child));
    }

    private sealed record KeyPair(string Private, string Public, KeyFingerprint Fingerprint)
    {
        public static KeyPair Make(string type, string passphrase)
        {
            var folder = Directory.CreateTempSubdirectory("rc-key-");
            try
            {
                string file = Path.Combine(folder.FullName, "key");
                Run("-q", "-t", type, "-N", passphrase, "-C", "test", "-f", file);
                Assert.True(KeyFingerprint.TryParse(Run("-lf", file).Split(' ')[1], out var fingerprint));
                return new KeyPair(File.ReadAllText(file), File.ReadAllText($"{file}.pub"), fingerprint);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        private static string Run(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo("ssh-keygen", arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
    }
}
