using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Tunnels.Native;

namespace RemoteChain.Tunnels;

/// <summary>The one privileged process: makes network namespaces, runs tunnels into them, hands sockets out (docs/adr/0020).</summary>
static class Program
{
    static int Main(string[] args)
    {
        if (!TunnelsOptions.TryParse(args, out var options))
        {
            Console.Error.WriteLine("usage: RemoteChain.Tunnels --control PATH | --listen PATH --peer USER");
            return ExitCode.Usage;
        }

        // Ctrl+C at the node's terminal is the node's: it closes its sessions first, and then its socket.
        if (options.ControlPath is not null) Linux.signal(Linux.SIGINT, Linux.SIG_IGN);
        return options.ControlPath is { } path ? ServeNode(path) : Listen(options.ListenPath!, options.Peer!);
    }

    /// <summary>A node's child: it lives as long as the node's socket.</summary>
    static int ServeNode(string path)
    {
        ControlSocket control;
        try
        {
            control = ControlSocket.Connect(path);
        }
        catch (IOException)
        {
            return ExitCode.NodeGone;
        }

        using (control)
        {
            if (Prepare() is { } problem)
            {
                control.Send(new Failed(new(FailureStage.Sandbox, FailureCause.AccessDenied, problem)));
                return ExitCode.NotAllowed;
            }

            var loop = new EventLoop();
            using var node = new NodeConnection(loop, control, _ => loop.End());
            loop.Run();
        }

        return ExitCode.Ended;
    }

    /// <summary>A system service: it serves every node of one user, each with tunnels of its own.</summary>
    static int Listen(string path, string user)
    {
        // The path is bound before the file system becomes read-only.
        using var listener = new ControlListener(path, shareWithGroup: true);
        if (Prepare() is { } problem)
        {
            Console.Error.WriteLine(problem);
            return ExitCode.NotAllowed;
        }

        if (PeerUser.Find(user) is not { } allowed)
        {
            Console.Error.WriteLine($"there is no user {user}");
            return ExitCode.Usage;
        }

        var loop = new EventLoop();
        loop.WhenReadable(listener.Handle, () =>
        {
            if (listener.TryAccept() is not { } control) return;
            if (control.Peer.UserId != 0 && control.Peer.UserId != allowed) control.Dispose();
            else _ = new NodeConnection(loop, control, node => node.Dispose());
        });
        loop.Run();
        return ExitCode.Ended;
    }

    /// <summary>Limits the process and leaves the machine's mounts. Says why when it may not.</summary>
    static string? Prepare()
    {
        try
        {
            ProcessLimits.ForbidDumpsAndPrivileges();
            PrivateMounts.Enter();
            NetworkNamespace.Create().Dispose();
            DeviceName.RemoveOrphans();
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"tunnels need the capabilities CAP_NET_ADMIN and CAP_SYS_ADMIN: {refused.Message}";
        }
    }
}
