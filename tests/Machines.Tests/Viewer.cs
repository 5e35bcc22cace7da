using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Machines.Tests;

/// <summary>Somebody who looks at a machine and types: a screen with one front.</summary>
sealed class Viewer : IDisposable
{
    const int Front = 1;

    readonly DescriptorHandle _surface = SurfaceFile.Create(), _ring = InputFile.Create();
    readonly Bell _inputBell = Bell.Create(), _damageBell = Bell.Create();
    readonly ControlSocket _line;
    readonly InputRingWriter _input;
    readonly SurfaceReader _reader;

    internal Viewer(MachineProcess machine)
    {
        var (here, there) = ControlSocket.CreatePair();
        _line = here;
        using (there) machine.Send(new OpenScreen(there.Handle, _surface, _inputBell.Handle));
        _line.Send(new AttachFront(Front, true, _damageBell.Handle, _ring));
        _input = new(_ring, new(_inputBell.Handle.Duplicate()), Front);
        Stamps = InputStampReader.TryOpen(_ring, Front, out var stamps) ? stamps : throw new InvalidOperationException();
        Assert.True(SurfaceReader.TryOpen(_surface, out var reader));
        _reader = reader;
    }

    internal ControlSocket Line => _line;

    /// <summary>Waits for the first picture, and until the ring is read.</summary>
    internal void AwaitPicture()
    {
        MachineProcess.Await<FirstPicture>(_line);
        _line.Send(new Inject(FaultStage.Forward, 0, DelayShape.Constant, Inject.PermilleMax, 0));
        MachineProcess.Await<Injected>(_line);
    }

    internal InputStampReader Stamps { get; }

    internal ulong Press(byte code, bool release = true)
    {
        _input.Write(new(InputKind.Scancode, 0, code), out var id);
        if (release) _input.Write(new(InputKind.Scancode, 0x8000, code), out _);
        return id;
    }

    /// <summary>The damage entry that answers an input.</summary>
    internal DamageEntry AwaitAnswer(ulong id)
    {
        var until = DateTime.UtcNow + MachineProcess.Patience;
        while (DateTime.UtcNow < until)
        {
            while (_reader.TryReadDamage(out var entry) is DamageRead.Entry)
                if (entry.LastInputId == id) return entry;
            _damageBell.Wait(100);
        }
        throw new TimeoutException($"no picture answers input {id:x}");
    }

    /// <summary>All pixels as they are.</summary>
    internal uint[] Pixels(out SurfaceGeometry geometry)
    {
        Assert.Equal(SurfaceRead.Copied, _reader.ReadGeometry(out geometry));
        var pixels = new uint[geometry.Width * geometry.Height];
        Assert.Equal(SurfaceRead.Copied, _reader.CopyRectangle(geometry, geometry.Bounds,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(pixels.AsSpan()), geometry.Width * 4));
        return pixels;
    }

    public void Dispose()
    {
        Stamps.Dispose();
        _input.Dispose();
        _reader.Dispose();
        _line.Dispose();
        _inputBell.Dispose();
        _damageBell.Dispose();
        _surface.Dispose();
        _ring.Dispose();
    }
}
