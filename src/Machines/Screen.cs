using RemoteChain.Emulator;
using RemoteChain.Emulator.Devices.Video;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Surface.Desktops;

namespace RemoteChain.Machines;

/// <summary>One who looks at the machine: a surface to write and fronts' rings to read, with a control socket on which the machine is a desktop
/// worker like any other.</summary>
sealed class Screen : IDisposable
{
    readonly SurfaceWriter _writer;
    readonly FrontInputs _inputs;
    readonly StageDelays _delays = new();
    readonly long _openedNanos = MonotonicClock.NowNanos();
    bool _hasPicture;

    /// <summary>Takes over what it needs of the message, which stays the caller's.</summary>
    /// <param name="open">Where to write.</param>
    /// <param name="gate">The way into the guest, as it is now.</param>
    /// <param name="size">Size of the guest's display.</param>
    /// <param name="names">Names inputs for the guest's stamps.</param>
    /// <exception cref="IOException">It is no surface.</exception>
    internal Screen(OpenScreen open, Func<InputGate> gate, Func<(int Width, int Height)> size, InputNames names)
    {
        _writer = new(open.Surface);
        InputBell = new(open.InputBell.Duplicate());
        Control = new(open.Control.Duplicate());
        FrontInputs? inputs = null;
        inputs = new(new GuestInput(gate, size, () => names.Name(this, inputs!.CurrentId)), (_, _) => false, _delays.Forward);
        _inputs = inputs;
    }

    /// <summary>Readable when the node has said something, or is gone.</summary>
    internal ControlSocket Control { get; }

    /// <summary>Rung when somebody typed.</summary>
    internal Bell InputBell { get; }

    /// <summary>Takes what was typed into the guest.</summary>
    internal void Deliver()
    {
        if (InputBell.Clear()) _inputs.Deliver();
    }

    /// <summary>Handles what the node said.</summary>
    /// <returns>False when the screen is over.</returns>
    internal bool Listen()
    {
        while (true)
        {
            switch (Control.Receive(out var message, timeoutMillis: 0))
            {
                case ControlReceive.None: return true;
                case ControlReceive.Closed or ControlReceive.Malformed: return false;
            }
            using (message)
            {
                switch (message)
                {
                    case AttachFront attach:
                        _writer.AttachBell(attach.FrontNumber, new(attach.DamageBell.Duplicate()));
                        if (attach is { MayControl: true, Input: { } ring }) _inputs.Attach(attach.FrontNumber, ring);
                        // The ring may have been written, and the bell cleared, before this front was known.
                        _inputs.Deliver();
                        break;
                    case DetachFront detach:
                        _inputs.Detach(detach.FrontNumber);
                        _writer.DetachBell(detach.FrontNumber);
                        break;
                    case HoldInput hold:
                        _inputs.Hold(hold.ExceptFront);
                        break;
                    case Inject inject:
                        Control.Send(_delays.Set(inject));
                        break;
                    default:
                        return false;
                }
            }
        }
    }

    /// <summary>Publishes what changed with the last frame; all of it to one that has no picture yet.</summary>
    /// <param name="display">The guest's display, whose frame was just taken.</param>
    /// <param name="takenNanos">When.</param>
    /// <param name="answered">This screen's input that the frame answers; 0 = none.</param>
    internal void Publish(Display display, long takenNanos, ulong answered)
    {
        if (display.Width == 0 || !_writer.Fits(display.Width, display.Height)) return;
        var stamps = display.Stamps;
        if (answered != 0) _inputs.StampGuest(answered, stamps.InterruptNanos, stamps.ReadNanos);
        _delays.Publish.Wait();
        var resized = _writer.Geometry.Width != display.Width || _writer.Geometry.Height != display.Height;
        if (resized) _writer.Resize(display.Width, display.Height);
        ReadOnlySpan<SurfaceRectangle> damage = resized || !_hasPicture ? [new(0, 0, display.Width, display.Height)] : display.Damage;
        // The picture's way begins where the guest wrote its first pixel; what nobody saw begin is stamped as taken.
        var writtenNanos = stamps.WrittenNanos > 0 && stamps.WrittenNanos <= takenNanos ? stamps.WrittenNanos : takenNanos;
        _writer.PublishFrame(display.Picture, display.StrideBytes, damage, new(writtenNanos, takenNanos), answered);
        Tell(display, resized);
    }

    /// <summary>Says why there will be no more pictures.</summary>
    internal void End(Failure failure) => Control.Send(new Failed(failure));

    public void Dispose()
    {
        _inputs.Dispose();
        _writer.Dispose();
        InputBell.Dispose();
        Control.Dispose();
    }

    void Tell(Display display, bool resized)
    {
        if (_hasPicture)
        {
            if (resized) Control.Send(new DesktopResized(display.Width, display.Height));
            return;
        }
        _hasPicture = true;
        Control.Send(new DesktopConnected(display.Width, display.Height, "", "", "machine", ""));
        Control.Send(new FirstPicture(MonotonicClock.NowNanos() - _openedNanos));
    }
}
