using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Machines.Tests;

/// <summary>The echo desktop in a cabinet: real guest code, on a thread of this process.</summary>
public sealed class CabinetTests
{
    const byte A = 0x1E;

    [Fact]
    public void Press_AKey_IsDrawnAndStampedByTheGuest()
    {
        using MachineProcess machine = new(MachineProcess.Echo());
        using Viewer viewer = new(machine);
        viewer.AwaitPicture();
        var before = viewer.Pixels(out var geometry);
        Assert.Equal((1024, 768), (geometry.Width, geometry.Height));

        var id = viewer.Press(A);
        var answer = viewer.AwaitAnswer(id);
        Assert.Equal(StampRead.Entry, viewer.Stamps.TryRead(MonotonicClock.NowNanos(), out var input));
        var guest = viewer.Stamps.GuestOf(id)!.Value;

        Assert.Equal(id, input.Input.Id);
        var (interrupted, read) = (input.SentNanos + guest.InterruptNanos, input.SentNanos + guest.ReadNanos);
        Assert.True(input.TakenNanos <= input.SentNanos && input.SentNanos < interrupted && interrupted < read, "into the guest");
        Assert.True(read < answer.ReceivedNanos && answer.ReceivedNanos < answer.DecodedNanos && answer.DecodedNanos <= answer.PublishedNanos, "out of it");
        Assert.NotEqual(before, viewer.Pixels(out _));
    }

    /// <summary>A key that was held up on its way comes in when it comes in: were the guest's clock still where it was before, the guest would make up
    /// for the time by waiting less.</summary>
    [Fact]
    public void Press_AKeyThatWasHeldUp_TheGuestWaitsItsWholeTime()
    {
        const int held = 40, waits = 30;
        using MachineProcess machine = new(MachineProcess.Echo());
        using Viewer viewer = new(machine);
        viewer.AwaitPicture();
        machine.Send(new MachineSerial([waits]));
        viewer.Line.Send(new Inject(FaultStage.Forward, held * 1_000_000, DelayShape.Constant, Inject.PermilleMax, 0));
        MachineProcess.Await<Injected>(viewer.Line);

        var id = viewer.Press(A);
        var answer = viewer.AwaitAnswer(id);
        Assert.Equal(StampRead.Entry, viewer.Stamps.TryRead(MonotonicClock.NowNanos(), out var input));
        Assert.True(input.SentNanos - input.TakenNanos >= held * 1_000_000, "held up");
        var read = input.SentNanos + viewer.Stamps.GuestOf(id)!.Value.ReadNanos;
        Assert.InRange((answer.ReceivedNanos - read) / 1e6, waits * 0.95, double.MaxValue);
    }

    [Fact]
    public void OpenScreen_TwoOfThem_EachHasTheirOwnAnswer()
    {
        using MachineProcess machine = new(MachineProcess.Echo());
        using Viewer first = new(machine), second = new(machine);
        first.AwaitPicture();
        second.AwaitPicture();
        var id = second.Press(A);
        second.AwaitAnswer(id);
        var last = first.Press(A);
        first.AwaitAnswer(last);
        Assert.Equal(first.Pixels(out _), second.Pixels(out _));
    }

    [Fact]
    public void Set_Paused_StandsStillUntilItGoesOn()
    {
        using MachineProcess machine = new(MachineProcess.Echo());
        using Viewer viewer = new(machine);
        viewer.AwaitPicture();
        machine.Send(new SetMachine(250, true));
        while (machine.Await<MachineReport>().Activity != MachineActivity.Paused) { }
        var before = viewer.Pixels(out _);
        var id = viewer.Press(A);
        // Answered behind the key: by then a machine that ran would have taken it.
        machine.Send(new SetMachine(200, true));
        machine.Await<MachineReport>();
        Assert.Equal(before, viewer.Pixels(out _));
        machine.Send(new SetMachine(250, false));
        viewer.AwaitAnswer(id);
    }

    [Fact]
    public void Start_NoKernel_SaysSo()
    {
        using MachineProcess machine = new(new(MachineBoot.Linux, "", 16, 250, 1024, 768, []));
        var failure = machine.Await<Failed>().Failure;
        Assert.Equal((FailureStage.Activate, FailureCause.TemplateBroken), (failure.Stage, failure.Cause));
        Assert.Equal("There is no kernel.", failure.Detail);
    }

    [Fact]
    public void Stop_ARunningMachine_EndsItsScreens()
    {
        using MachineProcess machine = new(MachineProcess.Echo());
        using Viewer viewer = new(machine);
        viewer.AwaitPicture();
        Assert.Equal(0, machine.Stop());
        Assert.Equal(FailureCause.Stopped, MachineProcess.Await<Failed>(viewer.Line).Failure.Cause);
    }
}
