using System.Diagnostics.CodeAnalysis;

namespace RemoteChain.Tunnels;

/// <summary>The command line: <c>--control PATH</c> of the node that started this process, or <c>--listen PATH --peer USER</c> as a system
/// service for nodes of that user.</summary>
/// <param name="ControlPath">The node's listening control socket; null as a service.</param>
/// <param name="ListenPath">Where nodes connect; null as a node's child.</param>
/// <param name="Peer">The user, by name or number, whose nodes may connect beside root's.</param>
sealed record TunnelsOptions(string? ControlPath, string? ListenPath, string? Peer)
{
    internal static bool TryParse(string[] args, [NotNullWhen(true)] out TunnelsOptions? options)
    {
        options = args switch
        {
            ["--control", var path] => new(path, null, null),
            ["--listen", var path, "--peer", var user] => new(null, path, user),
            _ => null,
        };
        return options is not null;
    }
}
