namespace RemoteChain.Tunnels.Tests;

/// <summary>A test that makes networks and tunnels; skipped, with the reason, where that is impossible.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.IsPrivilegedProcess
        ? s_programs.FirstOrDefault(program => !s_folders.Any(folder => File.Exists($"{folder}/{program}"))) is { } missing ? $"{missing} is not installed" : null
        : "making networks needs root";

    static readonly string[] s_programs = ["ip", "wg", "wireguard-go", "openvpn", "openssl"];
    static readonly string[] s_folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
}
