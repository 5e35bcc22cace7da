using System.Text;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Sessions;

public class SessionMachineTests
{
    private const long Second = 1_000_000_000;
    private static readonly Failure s_lost = Failed(FailureCause.ConnectionLost);

    [Fact]
    public void Open_DialsAtOnceAndKeepsOnlyForAWhile()
    {
        var (state, effects) = SessionMachine.Open();

        Assert.Equal(new Connecting(1, 0, 0), state);
        Assert.Equal([new ShowConnecting(), new StartBack(1), new StartKeep()], effects);
    }

    [Fact]
    public void Step_BackLostWhileLive_PausesAndTriesAgain()
    {
        var (paused, effects) = SessionMachine.Step(new Live(1, 2, 0, 0), new BackLost(1, s_lost, Second));
        Assert.Equal(new Pausing(1, 2, 1, s_lost), paused);
        Assert.Contains(new StartPause(1, TimeSpan.FromMilliseconds(200)), effects);

        var (connecting, again) = SessionMachine.Step(paused, new PauseOver(1));
        Assert.Equal(new Connecting(2, 2, 1), connecting);
        Assert.Equal([new StartBack(2)], again);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 400)]
    [InlineData(5, 6400)]
    [InlineData(8, 30_000)]
    [InlineData(500, 30_000)]
    public void PauseAfter_Losses_GrowsToALimit(int losses, int millis) =>
        Assert.Equal(TimeSpan.FromMilliseconds(millis), SessionMachine.PauseAfter(losses));

    [Fact]
    public void Step_LostAfterASteadyPicture_StartsWithTheShortPauseAgain()
    {
        var (state, _) = SessionMachine.Step(new Live(9, 1, Losses: 6, SinceNanos: 0), new BackLost(9, s_lost, 21 * Second));
        Assert.Equal(1, Assert.IsType<Pausing>(state).Losses);
    }

    [Fact]
    public void Step_LostSoonAfterThePicture_GrowsToLessThanTwoSeconds()
    {
        var (state, effects) = SessionMachine.Step(new Live(9, 1, Losses: 6, SinceNanos: 0), new BackLost(9, s_lost, Second));
        Assert.Equal(4, Assert.IsType<Pausing>(state).Losses);
        Assert.Contains(new StartPause(9, TimeSpan.FromMilliseconds(1600)), effects);
    }

    [Fact]
    public void Step_LostAgainAndAgainWithoutAPicture_KeepsGrowing()
    {
        var (state, effects) = SessionMachine.Step(new Connecting(9, 1, Losses: 6), new BackLost(9, s_lost, Second));
        Assert.Equal(7, Assert.IsType<Pausing>(state).Losses);
        Assert.Contains(new StartPause(9, TimeSpan.FromMilliseconds(12_800)), effects);
    }

    [Theory]
    [InlineData(FailureCause.WrongCredentials)]
    [InlineData(FailureCause.CertificateChanged)]
    [InlineData(FailureCause.AccountLocked)]
    [InlineData(FailureCause.Replaced)]
    public void Step_FailureThatNeedsAPerson_HaltsUntilSomebodyJoins(FailureCause cause)
    {
        var failure = Failed(cause);
        var (halted, effects) = SessionMachine.Step(new Connecting(3, 1, 2), new BackLost(3, failure, 0));
        Assert.Equal(new Halted(3, 1, failure), halted);
        Assert.DoesNotContain(effects, e => e is StartPause);
        Assert.Contains(new ShowFailure(failure, null), effects);

        var (connecting, again) = SessionMachine.Step(halted, new FrontJoined());
        Assert.Equal(new Connecting(4, 2, 0), connecting);
        Assert.Contains(new StartBack(4), again);
    }

    [Fact]
    public void Step_LoggedOffAtTheHost_EndsTheSession()
    {
        var (state, effects) = SessionMachine.Step(new Live(1, 1, 0, 0), new BackLost(1, Failed(FailureCause.LoggedOff), 2_000_000_000));
        Assert.IsType<Closed>(state);
        Assert.Contains(effects, e => e is TearDown);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Step_LoggedOffBeforeAnybodyCould_IsTriedAgainAFewTimes(int losses, bool isTriedAgain)
    {
        foreach (var begun in new SessionState[] { new Connecting(1, 1, losses), new Live(1, 1, losses, 0) })
        {
            var (state, _) = SessionMachine.Step(begun, new BackLost(1, Failed(FailureCause.LoggedOff), 1_999_999_999));
            Assert.Equal(isTriedAgain, state is Pausing);
            Assert.Equal(isTriedAgain, state is not Closed);
        }
    }

    [Fact]
    public void Step_NewsOfAnEarlierAttempt_ChangesNothing()
    {
        var now = new Live(4, 1, 0, 0);
        Assert.Equal((now, 0), Quiet(now, new BackLost(3, s_lost, 9)));
        Assert.Equal((now, 0), Quiet(now, new FirstPictureShown(3, 9)));
        Assert.Equal((now, 0), Quiet(now, new PauseOver(3)));
    }

    [Fact]
    public void Step_LastFrontLeaves_SessionLivesOnAndKeepStarts()
    {
        var (state, effects) = SessionMachine.Step(new Live(1, 1, 0, 0), new FrontLeft());
        Assert.Equal(new Live(1, 0, 0, 0), state);
        Assert.Equal([new StartKeep()], effects);

        var (ended, _) = SessionMachine.Step(state, new KeepOver());
        Assert.IsType<Closed>(ended);
    }

    [Fact]
    public void Step_KeepOverJustAsSomebodyCame_ChangesNothing() =>
        Assert.Equal((new Live(1, 1, 0, 0), 0), Quiet(new Live(1, 1, 0, 0), new KeepOver()));

    /// <summary>Every state against every event, as a table that a person can review. A change here is a change of behaviour.</summary>
    [Fact]
    public void Step_EveryStateAndEvent_MatchesTheApprovedTable()
    {
        SessionState[] states =
        [
            new Connecting(2, 1, 1), new Live(2, 1, 1, 0), new Pausing(2, 1, 1, s_lost), new Halted(2, 1, s_lost), new Closed(2, "over", null),
        ];
        SessionEvent[] events =
        [
            new FirstPictureShown(2, 1), new FirstPictureShown(1, 1), new BackLost(2, s_lost, 1), new BackLost(1, s_lost, 1),
            new BackLost(2, Failed(FailureCause.WrongCredentials), 1), new BackLost(2, Failed(FailureCause.LoggedOff), 2_000_000_000),
            new PauseOver(2), new PauseOver(1), new FrontJoined(), new FrontLeft(), new KeepOver(), new CloseRequested("asked"),
        ];
        var table = new StringBuilder();
        foreach (var state in states)
        {
            foreach (var @event in events)
            {
                var (next, effects) = SessionMachine.Step(state, @event);
                string does = effects.Length == 0 ? "-" : string.Join(", ", effects.Select(Short));
                table.Append($"{Short(state),-14} + {Short(@event),-34} = {Short(next),-40} {does}\n");
            }
        }

        string folder = Path.Combine(AppContext.BaseDirectory, "Sessions");
        File.WriteAllText(Path.Combine(folder, "session-steps.received.txt"), table.ToString());
        string approved = File.ReadAllText(Path.Combine(folder, "session-steps.approved.txt"));
        Assert.Equal(approved.ReplaceLineEndings("\n"), table.ToString());
    }

    private static Failure Failed(FailureCause cause) => new(FailureStage.Run, cause, "test") { Layer = "rdp desk-1" };

    private static (SessionState, int) Quiet(SessionState state, SessionEvent @event)
    {
        var (next, effects) = SessionMachine.Step(state, @event);
        return (next, effects.Length);
    }

    private static string Short(object value) => value switch
    {
        Connecting s => $"connecting #{s.Attempt} fronts {s.Fronts} losses {s.Losses}",
        Live s => $"live #{s.Attempt} fronts {s.Fronts} losses {s.Losses}",
        Pausing s => $"pausing #{s.Attempt} fronts {s.Fronts} losses {s.Losses}",
        Halted s => $"halted #{s.Attempt} fronts {s.Fronts}",
        Closed s => $"closed ({s.Reason})",
        FirstPictureShown e => $"first picture of #{e.Attempt}",
        BackLost e => $"back #{e.Attempt} lost ({e.Failure.Cause})",
        PauseOver e => $"pause after #{e.Attempt} over",
        FrontJoined => "front joined",
        FrontLeft => "front left",
        KeepOver => "keep over",
        CloseRequested => "close requested",
        StartBack e => $"start back #{e.Attempt}",
        StopBack => "stop back",
        StartPause e => $"pause {e.Pause.TotalMilliseconds:0} ms",
        StartKeep => "start keep",
        StopKeep => "stop keep",
        ShowConnecting => "show connecting",
        ShowFailure e => e.Pause is null ? "show failure, final" : "show failure",
        ShowPicture => "show picture",
        TearDown e => $"tear down ({e.Reason})",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "name it here"),
    };
}
