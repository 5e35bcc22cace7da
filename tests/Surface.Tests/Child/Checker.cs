using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Tests.Child;

/// <summary>A reader that copies the whole picture whenever its bell rings and looks for a picture of two colours.</summary>
sealed class Checker(SurfaceReader reader)
{
    readonly DamageRegion _region = new();
    byte[] _picture = [];

    internal long Accepted { get; private set; }
    internal long Torn { get; private set; }
    internal long FellBehind { get; private set; }
    internal long Busy { get; private set; }
    internal long Corrupt { get; private set; }

    internal static int Run(ControlSocket control)
    {
        using var join = ChildProgram.Await<Join>(control);
        if (!SurfaceReader.TryOpen(join.Surface, out var reader)) return 1;
        using var bell = new Bell(join.DamageBell.Duplicate());
        var checker = new Checker(reader);
        while (control.Receive(out _, 0) == ControlReceive.None)
        {
            bell.Wait(20);
            checker.Look();
        }
        ChildProgram.Report(control, checker.ToString());
        return 0;
    }

    /// <summary>One turn of a front's loop.</summary>
    internal SurfaceRead Look()
    {
        _region.Clear();
        switch (reader.Drain(_region))
        {
            case DamageRead.FellBehind: FellBehind++; break;
            case DamageRead.Corrupt: Corrupt++; break;
        }
        var read = reader.ReadGeometry(out var geometry);
        if (read != SurfaceRead.Copied) return read;
        var bytes = geometry.Width * 4 * geometry.Height;
        if (_picture.Length < bytes) _picture = new byte[bytes];
        read = reader.CopyRectangle(geometry, geometry.Bounds, _picture, geometry.Width * 4);
        switch (read)
        {
            case SurfaceRead.Copied:
                Accepted++;
                if (_picture.AsSpan(0, bytes).ContainsAnyExcept(_picture[0])) Torn++;
                break;
            case SurfaceRead.Corrupt: Corrupt++; break;
            default: Busy++; break;
        }
        return read;
    }

    public override string ToString() => $"accepted={Accepted} torn={Torn} behind={FellBehind} busy={Busy} corrupt={Corrupt}";
}
