using RemoteChain.Surface.Control;

namespace RemoteChain.Machines;

/// <summary>One process for one emulated machine: tells the node that it is ready, waits for what the machine is made of, runs it.</summary>
static class Program
{
    static int Main(string[] args) => ConfinedProcess.Run(args, Serve);

    static int Serve(ControlSocket control)
    {
        control.Send(new Ready("machine"));
        var received = control.Receive(out var message, timeoutMillis: -1);
        if (received == ControlReceive.Closed) return ExitCode.NodeGone;
        if (message is Stop) return ExitCode.Ended;
        if (message is not StartMachine start) return ExitCode.Protocol;
        using (start)
        using (var cabinet = new Cabinet(control, start))
        {
            return cabinet.Run();
        }
    }
}
