using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Tests.Child;

/// <summary>A writer or a reader in a process of its own: <c>mode path</c>. It gets its descriptors by the real control messages and
/// reports
/// numbers in the detail of a <see cref="Failed"/>.</summary>
static class ChildProgram
{
    static int Main(string[] args)
    {
        using var control = ControlSocket.Connect(args[1]);
        control.Send(new Ready(args[0]));
        return args[0] switch
        {
            "paint" => Painter.Run(control),
            "die-inside" => Painter.StopInside(control),
            "check" => Checker.Run(control),
            "type" => Typist.Run(control),
            "reopen" => Reopener.Run(control),
            _ => 64,
        };
    }

    internal static T Await<T>(ControlSocket control) where T : ControlMessage =>
        control.Receive(out var message, -1) == ControlReceive.Message && message is T wanted
            ? wanted
            : throw new InvalidOperationException($"Expected {typeof(T).Name}, got {message}.");

    internal static void Report(ControlSocket control, string numbers) =>
        control.Send(new Failed(new(FailureStage.Run, FailureCause.Stopped, numbers)));
}
