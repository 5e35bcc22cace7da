using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Worker.Desktop;
using RemoteChain.Worker.RdpFront;

namespace RemoteChain.Worker;

/// <summary>One process for one connection: limits itself, tells the node that it is ready, waits for its role, plays it, ends.</summary>
static class Program
{
    /// <summary>Three for the standard streams, a handful for the runtime, the rest for one connection and its fronts.</summary>
    const int DescriptorsMax = 256;

    static int Main(string[] args)
    {
        if (!WorkerOptions.TryParse(args, out var options)) return ExitCode.Usage;
        try
        {
            ProcessLimits.ForbidDumpsAndPrivileges();
            ProcessLimits.LimitData(options.DataBytesMax);
            ProcessLimits.LimitDescriptors(DescriptorsMax);
        }
        catch (IOException)
        {
            return ExitCode.Limits;
        }
        try
        {
            using var control = ControlSocket.Connect(options.ControlPath);
            return Serve(control);
        }
        catch (IOException)
        {
            return ExitCode.NodeGone;
        }
    }

    static int Serve(ControlSocket control)
    {
        // Native libraries call back on threads of their own: an exception there must still be told before the process ends.
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            ReportBug(control, e.ExceptionObject);
            Environment.Exit(ExitCode.Bug);
        };
        try
        {
            return PlayRole(control);
        }
        catch (Exception e)
        {
            ReportBug(control, e);
            return ExitCode.Bug;
        }
    }

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

    /// <summary>Tells the node what nobody expected. The text is cut to what a message holds; it names methods, never values of a
    /// connection.</summary>
    static void ReportBug(ControlSocket control, object exception) =>
        control.Send(new Failed(new(FailureStage.Run, FailureCause.WorkerDied, exception.ToString() ?? "")));
}
