using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Tests.Child;

/// <summary>A writer that fills the whole picture with one colour per frame, as fast as it can.</summary>
static class Painter
{
    internal const int Width = 96, Height = 130;

    internal static int Run(ControlSocket control)
    {
        using var start = ChildProgram.Await<StartDesktop>(control);
        using var writer = new SurfaceWriter(start.Surface);
        // The test says the picture's size; 0 frames = until it is killed or told to stop.
        writer.Resize(start.Width, start.Height);
        var picture = new byte[start.Width * 4 * start.Height];
        var frames = 0L;
        while (true)
        {
            switch (control.Receive(out var message, 0))
            {
                case ControlReceive.Message when message is AttachFront front:
                    writer.AttachBell(front.FrontNumber, new Bell(front.DamageBell));
                    break;
                case ControlReceive.Message:
                case ControlReceive.Closed:
                    ChildProgram.Report(control, frames.ToString());
                    return 0;
            }
            for (var i = 0; i < 100; i++) Paint(writer, picture, ++frames);
        }
    }

    internal static int StopInside(ControlSocket control)
    {
        using var start = ChildProgram.Await<StartDesktop>(control);
        using var writer = new SurfaceWriter(start.Surface);
        writer.Resize(start.Width, start.Height);
        Paint(writer, new byte[start.Width * 4 * start.Height], 1);
        writer.EnterBands(0, 0);
        ChildProgram.Report(control, "inside");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    internal static void Paint(SurfaceWriter writer, byte[] picture, long frame)
    {
        picture.AsSpan().Fill((byte)(frame % 251 + 1));
        writer.PublishFrame(picture, writer.Geometry.Width * 4, [writer.Geometry.Bounds], new(frame, frame), (ulong)frame);
    }
}
