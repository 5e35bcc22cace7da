using RemoteChain.Surface.Control;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface.Tests.Child;

/// <summary>A hijacked front: tries to get a writable open file out of the read-only one that it was given.</summary>
static class Reopener
{
    const int O_RDWR = 2;

    internal static int Run(ControlSocket control)
    {
        using var join = ChildProgram.Await<Join>(control);
        var descriptor = Fcntl.open($"/proc/self/fd/{join.Surface.Descriptor}", O_RDWR, 0);
        ChildProgram.Report(control, descriptor >= 0 ? "writable" : $"errno {Errno.Number}");
        return 0;
    }
}
