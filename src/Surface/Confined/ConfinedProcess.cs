using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Confined;

/// <summary>How every process that meets foreign bytes begins: it limits itself, connects to its node, does its work, and tells the node what
/// nobody expected.</summary>
public static class ConfinedProcess
{
    /// <summary>Three for the standard streams, a handful for the runtime, the rest for its work.</summary>
    const int DescriptorsMax = 256;

    /// <summary>Runs a process.</summary>
    /// <param name="args">Its command line.</param>
    /// <param name="work">What it does with the connection to its node; gives the exit code.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Func<ControlSocket, int> work)
    {
        if (!ConfinedOptions.TryParse(args, out var options)) return ExitCode.Usage;
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
            return Serve(control, work);
        }
        catch (IOException)
        {
            return ExitCode.NodeGone;
        }
    }

    static int Serve(ControlSocket control, Func<ControlSocket, int> work)
    {
        // Native libraries call back on threads of their own: an exception there must still be told before the process ends.
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            ReportBug(control, e.ExceptionObject);
            Environment.Exit(ExitCode.Bug);
        };
        try
        {
            return work(control);
        }
        catch (Exception e)
        {
            ReportBug(control, e);
            return ExitCode.Bug;
        }
    }

    /// <summary>Tells the node what nobody expected. The text is cut to what a message holds; it names methods, never values of a
    /// connection.</summary>
    static void ReportBug(ControlSocket control, object exception) =>
        control.Send(new Failed(new(FailureStage.Run, FailureCause.WorkerDied, exception.ToString() ?? "")));
}
