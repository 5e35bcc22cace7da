using RemoteChain.Emulator;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Machines;

/// <summary>What a machine stands in: one thread that runs it in short stretches paced by the wall clock, and between two of them listens to
/// the node, brings input in and pictures out. A halted guest costs nothing until its next event.</summary>
sealed class Cabinet : IDisposable
{
    /// <summary>Who may look at once.</summary>
    const int ScreensMax = 16;

    /// <summary>Where screens begin in what is polled: behind the node and the network.</summary>
    const int FirstScreen = 2;

    /// <summary>Longest stretch without looking at the outside: less than half a millisecond of guest time.</summary>
    const long StretchInstructions = 100_000;

    /// <summary>A guest that never rests has its picture taken this often.</summary>
    const long FrameNanos = 16_000_000;

    const long ReportNanos = 5_000_000_000, SecondNanos = 1_000_000_000;

    /// <summary>A guest that restarts itself more often within a minute is ended.</summary>
    const int RestartsMax = 5;

    readonly ControlSocket _control;
    readonly MachineParts _parts;
    readonly InputNames _names = new();
    readonly List<Screen> _screens = new(ScreensMax);
    readonly PolledDescriptor[] _polled = new PolledDescriptor[FirstScreen + 2 * ScreensMax];
    readonly Queue<long> _restarts = new();
    readonly SerialLine _serial;
    NetworkCable? _cable;
    volatile InputGate _gate = new();
    Machine? _machine;
    Pace _pace;
    bool _isPaused;
    long _frameNanos, _reportNanos, _frames;
    int _restarted;

    internal Cabinet(ControlSocket control, StartMachine start)
    {
        _control = control;
        _parts = new(start);
        _serial = new(control);
        _pace = new(start.MipsMax, MonotonicClock.NowNanos());
    }

    /// <summary>Runs the machine until it cannot go on or is not wanted any more.</summary>
    /// <returns>The exit code.</returns>
    internal int Run()
    {
        if ((PlugIn() ?? Boot()) is { } broken) return End(broken);
        while (true)
        {
            DescriptorPoll.WaitUntil(Poll(), WakeNanos());
            if (_polled[0].IsReady && Listen() is { } code) return code;
            Attend();
            if (_isPaused) continue;
            if (Advance() is { } stopped) return End(stopped);
            var nowNanos = MonotonicClock.NowNanos();
            Show(nowNanos);
            _serial.Flush(nowNanos, _machine!.IsIdle);
            if (nowNanos - _reportNanos > ReportNanos) Report(nowNanos);
        }
    }

    public void Dispose()
    {
        foreach (var screen in _screens) screen.Dispose();
        _cable?.Dispose();
        _machine?.Dispose();
    }

    long Executed => _machine!.Count - _machine.IdleCount;

    /// <summary>Connects the network, if there is one.</summary>
    Failure? PlugIn()
    {
        if (_parts.Network() is not { } node) return null;
        try
        {
            _cable = new(node, () => _gate);
            return null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or IOException)
        {
            node.Dispose();
            return new(FailureStage.Activate, FailureCause.TemplateBroken, $"Its network needs libslirp (Debian's libslirp0): {missing.Message}");
        }
    }

    /// <summary>Makes the machine and puts it at its first instruction.</summary>
    Failure? Boot()
    {
        _machine?.Dispose();
        _machine = null;
        _gate = new();
        try
        {
            _machine = _parts.Make(_gate, _serial.Add, _cable is null ? null : _cable.Send);
        }
        catch (Exception broken) when (broken is InvalidDataException or ArgumentOutOfRangeException or IOException)
        {
            return new(FailureStage.Activate, FailureCause.TemplateBroken, broken.Message);
        }
        _pace = new(_pace.MipsMax, MonotonicClock.NowNanos());
        return null;
    }

    Span<PolledDescriptor> Poll()
    {
        _polled[0] = new(_control.Handle.Descriptor);
        // A negative descriptor is skipped.
        _polled[1] = new(_cable?.Arrived.Handle.Descriptor ?? -1);
        for (var i = 0; i < _screens.Count; i++)
        {
            _polled[FirstScreen + 2 * i] = new(_screens[i].Control.Handle.Descriptor);
            _polled[FirstScreen + 1 + 2 * i] = new(_screens[i].InputBell.Handle.Descriptor);
        }
        return _polled.AsSpan(0, FirstScreen + 2 * _screens.Count);
    }

    /// <summary>Until when there is nothing to do; a moment of the past when the guest has work.</summary>
    long WakeNanos()
    {
        if (_isPaused) return long.MaxValue;
        var machine = _machine!;
        if (machine.IsIdle && !_gate.IsWaiting) return machine.NextEvent == long.MaxValue ? long.MaxValue : _pace.NanosAt(machine.NextEvent);
        var nowNanos = MonotonicClock.NowNanos();
        if (_pace.Allowance(machine.Count, Executed, nowNanos) == 0) return _pace.TickEndNanos;
        return _gate.IsWaiting ? 0 : _pace.NanosAt(machine.Count);
    }

    /// <summary>Handles what the node said; a value ends the process.</summary>
    int? Listen()
    {
        while (true)
        {
            switch (_control.Receive(out var message, timeoutMillis: 0))
            {
                case ControlReceive.None: return null;
                case ControlReceive.Closed: return ExitCode.NodeGone;
                case ControlReceive.Malformed: return ExitCode.Protocol;
            }
            using (message)
            {
                switch (message)
                {
                    case OpenScreen open:
                        Open(open);
                        break;
                    case SetMachine set:
                        Set(set);
                        break;
                    case MachineSerial serial:
                        foreach (var value in serial.Bytes) Gate().TryPost(Emulator.InputKind.Serial, value);
                        break;
                    case Stop:
                        return End(new(FailureStage.Run, FailureCause.Stopped, ""));
                    default:
                        return ExitCode.Protocol;
                }
            }
        }
    }

    void Open(OpenScreen open)
    {
        if (_screens.Count == ScreensMax) return;
        try
        {
            Screen screen = new(open, Gate, () => (_machine!.Display.Width, _machine.Display.Height), _names);
            // Fronts that wait for the picture are attached before it is there: what they type when they see it shall not come too early.
            if (!screen.Listen())
            {
                Close(screen);
                return;
            }
            _screens.Add(screen);
            // Somebody who comes sees at once what is there; while nobody looked, no picture was kept.
            _machine!.Display.TakeFrame();
            screen.Publish(_machine.Display, MonotonicClock.NowNanos(), 0);
        }
        catch (IOException)
        {
            // No surface: whoever sent it finds its control socket closed.
        }
    }

    void Set(SetMachine set)
    {
        var nowNanos = MonotonicClock.NowNanos();
        _pace.MipsMax = set.MipsMax;
        if (_isPaused && !set.IsPaused) _pace.Resume(_machine!.Count, nowNanos);
        _isPaused = set.IsPaused;
        Report(nowNanos);
    }

    /// <summary>Serves the network and the screens that have news.</summary>
    void Attend()
    {
        // Its frames wait in the gate already.
        if (_polled[1].IsReady) _cable!.Arrived.Clear();
        for (var i = Math.Min(_screens.Count, (_polled.Length - FirstScreen) / 2) - 1; i >= 0; i--)
        {
            var screen = _screens[i];
            var (control, bell) = (_polled[FirstScreen + 2 * i], _polled[FirstScreen + 1 + 2 * i]);
            if (bell.IsReady && bell.Descriptor == screen.InputBell.Handle.Descriptor) screen.Deliver();
            if (!control.IsReady || control.Descriptor != screen.Control.Handle.Descriptor || screen.Listen()) continue;
            _screens.RemoveAt(i);
            Close(screen);
        }
    }

    void Close(Screen screen)
    {
        _names.Forget(screen);
        screen.Dispose();
    }

    /// <summary>The way into the guest for something that comes in at this moment, however long it was held up before: what comes in now belongs
    /// to now, so a halted guest's clock is brought up to it first.</summary>
    InputGate Gate()
    {
        // The guest would get what waits there already before its clock moves on.
        if (!_gate.IsWaiting && !_isPaused && _machine!.IsIdle) _machine.Run(Math.Min(_pace.CountAt(MonotonicClock.NowNanos()), _machine.NextEvent));
        return _gate;
    }

    /// <summary>Runs one stretch.</summary>
    /// <returns>Why the guest cannot go on; null when it can.</returns>
    Failure? Advance()
    {
        var machine = _machine!;
        var nowNanos = MonotonicClock.NowNanos();
        var target = _pace.CountAt(nowNanos);
        var allowed = Math.Min(StretchInstructions, _pace.Allowance(machine.Count, Executed, nowNanos));
        // A guest that is interrupted may run even where its clock is a little ahead; the wait comes after it.
        var until = _gate.IsWaiting ? machine.Count + allowed
            : Math.Min(target, machine.IsIdle ? machine.NextEvent : machine.Count + allowed);
        if (until <= machine.Count && !machine.IsIdle) return null;
        return machine.Run(Math.Max(until, machine.Count)) switch
        {
            MachineStop.Count => null,
            MachineStop.Reset => Restart(nowNanos),
            MachineStop.Shutdown => Stopped("its processor met a fault while it handled a fault (a triple fault)"),
            MachineStop.Halted => Stopped("its processor halted with interrupts off: nothing can wake it"),
            var other => Stopped(other.ToString()),
        };
    }

    static Failure Stopped(string detail) => new(FailureStage.Run, FailureCause.GuestStopped, detail);

    Failure? Restart(long nowNanos)
    {
        while (_restarts.TryPeek(out var first) && nowNanos - first > 60 * SecondNanos) _restarts.Dequeue();
        _restarts.Enqueue(nowNanos);
        if (_restarts.Count > RestartsMax) return Stopped($"it restarted itself {RestartsMax} times within a minute");
        _restarted++;
        return Boot();
    }

    /// <summary>Takes a frame when the guest rests, which it does when it has drawn, or when it is time.</summary>
    void Show(long nowNanos)
    {
        var machine = _machine!;
        if (_screens.Count == 0 || (!machine.IsIdle && nowNanos - _frameNanos < FrameNanos)) return;
        _frameNanos = nowNanos;
        if (!machine.Display.TakeFrame()) return;
        _frames++;
        var answered = _names.Find(machine.Display.Stamps.InputId);
        var takenNanos = MonotonicClock.NowNanos();
        foreach (var screen in _screens) screen.Publish(machine.Display, takenNanos, answered?.Screen == screen ? answered.Value.Id : 0);
    }

    void Report(long nowNanos)
    {
        _reportNanos = nowNanos;
        var machine = _machine!;
        _control.Send(new MachineReport(_isPaused ? MachineActivity.Paused : MachineActivity.Running, Executed, machine.IdleCount, _restarted, _frames,
            machine.Display.Width, machine.Display.Height));
    }

    int End(Failure failure)
    {
        if (_machine is not null) Report(MonotonicClock.NowNanos());
        foreach (var screen in _screens) screen.End(failure);
        _control.Send(new Failed(failure));
        return ExitCode.Ended;
    }
}
