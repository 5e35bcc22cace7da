using FreeRdp;
using RemoteChain.Surface.Control;
using RemoteChain.Worker.Desktop;
using RemoteChain.Worker.RdpFront;

namespace RemoteChain.Worker;

/// <summary>One process for one connection: tells the node that it is ready, waits for its role, plays it, ends.</summary>
static class Program
{
    static int Main(string[] args) => ConfinedProcess.Run(args, PlayRole);

    static int PlayRole(ControlSocket control)
    {
        NativeHeap.KeepSmall();
        string version;
        try
        {
            // Loads the library now, while nobody waits: a warm worker has it in memory.
            version = FreeRdpLibrary.Version.ToString();
            DesktopRole.WarmUp();
        }
        catch (RdpException e)
        {
            control.Send(new Failed(new(FailureStage.Sandbox, FailureCause.Unsupported, e.Message)));
            return ExitCode.NativeLibrary;
        }
        control.Send(new Ready(version));
        var received = control.Receive(out var message, timeoutMillis: -1);
        if (received == ControlReceive.Closed) return ExitCode.NodeGone;
        if (received == ControlReceive.Malformed) return ExitCode.Protocol;
        using (message)
        {
            return message switch
            {
                StartDesktop start => DesktopRole.Run(control, start),
                StartFront start => FrontRole.Run(control, start),
                Stop => ExitCode.Ended,
                _ => ExitCode.Protocol,
            };
        }
    }
}
