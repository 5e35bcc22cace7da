using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Tests.Child;

/// <summary>A front that types numbered keys into its input ring until told to stop, waiting whenever the ring is full.</summary>
static class Typist
{
    internal static int Run(ControlSocket control)
    {
        using var join = ChildProgram.Await<Join>(control);
        using var ring = new InputRingWriter(join.Input!, new Bell(join.InputBell!.Duplicate()), join.FrontNumber);
        var written = 0;
        var retries = 0;
        while (control.Receive(out _, 0) == ControlReceive.None)
        {
            if (ring.Write(new(InputKind.Scancode, 0, written & 0xFFFF, ReceivedNanos: MonotonicClock.NowNanos()), out _) == InputWrite.Written) written++;
            else
            {
                retries++;
                Thread.Yield();
                ring.Flush();
            }
        }
        ChildProgram.Report(control, $"{written} {retries}");
        return 0;
    }
}
