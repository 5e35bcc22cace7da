namespace RemoteChain.Machines.Tests;

public sealed class PaceTests
{
    const long Second = 1_000_000_000, Million = 1_000_000;

    [Fact]
    public void CountAt_TimePasses_IsTheGuestsClock()
    {
        var pace = new Pace(250, 5 * Second);
        Assert.Equal(0, pace.CountAt(5 * Second));
        Assert.Equal(250 * Million, pace.CountAt(6 * Second));
        Assert.Equal(6 * Second, pace.NanosAt(250 * Million));
    }

    [Fact]
    public void Allowance_ATick_IsTheShareAndNoMore()
    {
        var pace = new Pace(50, 0);
        Assert.Equal(Million / 2, pace.Allowance(0, 0, 0));
        Assert.Equal(Million / 4, pace.Allowance(Million / 4, Million / 4, Pace.TickNanos / 2));
        Assert.Equal(0, pace.Allowance(Million / 2, Million / 2, Pace.TickNanos - 1));
        Assert.Equal(Pace.TickNanos, pace.TickEndNanos);
        Assert.Equal(Million / 2, pace.Allowance(Million / 2, Million / 2, Pace.TickNanos));
    }

    [Fact]
    public void Allowance_SpeedChanges_HoldsAtOnce()
    {
        var pace = new Pace(250, 0) { MipsMax = 100 };
        Assert.Equal(Million, pace.Allowance(0, 0, 0));
    }

    [Fact]
    public void Allowance_GuestFarBehind_ForgetsWhatIsTooLongAgo()
    {
        var pace = new Pace(250, 0);
        pace.Allowance(0, 0, 10 * Second);
        Assert.Equal(Pace.LagNanosMax / Pace.NanosPerInstruction, pace.CountAt(10 * Second));
    }

    [Fact]
    public void Resume_AfterAPause_GoesOnWhereItWas()
    {
        var pace = new Pace(250, 0);
        pace.Resume(7 * Million, 60 * Second);
        Assert.Equal(7 * Million, pace.CountAt(60 * Second));
    }
}
