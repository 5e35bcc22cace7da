using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Sessions.Nested;

public sealed class NestedMachineTests
{
    const int Levels = 2;
    static readonly NestedSight s_other = new(-1), s_dark = new(-1, IsDark: true);

    NestedState _state = NestedMachine.Open(0);
    long _nowNanos;

    static NestedSight Asks(int level, int code = 0) => new(level, MarkerState.Asking, code);

    static NestedSight Connects(int level) => new(level, MarkerState.Connecting);

    static Failure Meaning(int level, int code) => new(
        FailureStage.Run,
        code switch { 12 => FailureCause.LoggedOff, 132 => FailureCause.WrongCredentials, 143 => FailureCause.CertificateChanged, _ => FailureCause.ConnectionLost },
        $"code {code}") { Layer = $"nested {level}" };

    NestedAction After(double seconds, NestedSight sight)
    {
        _nowNanos += (long)(seconds * 1e9);
        (_state, var action) = NestedMachine.Step(_state, sight, Levels, Meaning, _nowNanos);
        return action;
    }

    void BringUp()
    {
        Assert.Equal(NestedAction.Type, After(0.5, Asks(0)));
        After(0.3, Connects(0));
        Assert.Equal(NestedAction.Type, After(0.5, Asks(1)));
        Assert.Equal(1, _state.Level);
        After(0.3, Connects(1));
        After(0.5, s_other);
        After(0.2, s_other);
        Assert.Equal((NestedPhase.Live, Levels, true), (_state.Phase, _state.Level, _state.IsConfirmed));
    }

    [Fact]
    public void Step_EachScriptAsksInTurn_AllAreBroughtUp() => BringUp();

    [Fact]
    public void Step_OuterClientEnds_AllInsideItAreOpenedAgain()
    {
        BringUp();

        Assert.Equal(NestedAction.None, After(30, Asks(0, 145)));
        Assert.Equal((NestedPhase.Pausing, 0, "nested 0"), (_state.Phase, _state.Level, _state.Failure!.Layer));
        Assert.Equal(NestedAction.None, After(0.1, Asks(0, 145)));
        Assert.Equal(NestedAction.Type, After(0.15, Asks(0, 145)));
        After(0.3, Connects(0));
        Assert.Equal(NestedAction.Type, After(0.3, Asks(1)));
    }

    [Fact]
    public void Step_ClientKeepsEnding_ThePauseGrows()
    {
        After(0.5, Asks(0));
        int typed = 0;
        for (int i = 0; i < 200; i++)
        {
            if (After(0.05, _state.Phase == NestedPhase.Typed ? Connects(0) : Asks(0, 141)) == NestedAction.Type) typed++;
        }

        // 0.2, 0.4, 0.8, 1.6, 3.2 s: five in ten seconds.
        Assert.InRange(typed, 3, 5);
    }

    [Fact]
    public void Step_WrongCredentials_AreNotTriedAgainUntilAPersonActs()
    {
        After(0.5, Asks(0));
        After(0.3, Connects(0));
        After(0.3, Asks(0, 132));
        Assert.Equal(NestedPhase.Halted, _state.Phase);
        for (int i = 0; i < 100; i++) Assert.Equal(NestedAction.None, After(60, Asks(0, 132)));

        _state = NestedMachine.Retry(_state, _nowNanos);

        Assert.Equal(NestedAction.Type, After(0.05, Asks(0, 132)));
    }

    [Fact]
    public void Step_UserLogsOffInside_TheSessionEnds()
    {
        BringUp();

        Assert.Equal(NestedAction.Close, After(5, Asks(1, 12)));
    }

    [Fact]
    public void Step_ClientHangs_IsEndedAndAskedWhetherTheCertificateHasChanged()
    {
        After(0.5, Asks(0));
        After(0.3, Connects(0));
        Assert.Equal(NestedAction.Interrupt, After(12.1, Connects(0)));
        Assert.Equal(NestedAction.Type, After(0.3, Asks(0, 145)));
        Assert.True(_state.OnlyKnown);
        After(0.3, Connects(0));
        After(0.3, Asks(0, 143));

        Assert.Equal((NestedPhase.Halted, FailureCause.CertificateChanged), (_state.Phase, _state.Failure!.Cause));
    }

    [Fact]
    public void Step_LineWasLost_IsTypedAgainAfterAPause()
    {
        After(0.5, Asks(0));
        Assert.Equal(NestedAction.None, After(1, Asks(0)));
        Assert.Equal(NestedAction.None, After(2.1, Asks(0)));
        Assert.Equal(NestedPhase.Pausing, _state.Phase);
        Assert.Equal(NestedAction.Type, After(0.25, Asks(0)));
    }

    [Fact]
    public void Step_ClientEndsBeforeItWasSeen_ItsCodeCounts()
    {
        After(0.5, Asks(0, 141));
        After(0.1, Asks(0, 132));

        Assert.Equal(NestedPhase.Halted, _state.Phase);
    }

    [Fact]
    public void Step_NoScriptEverShown_IsLiveButNotConfirmed()
    {
        After(1, s_other);
        After(7.9, s_other);
        Assert.Equal(NestedPhase.Opening, _state.Phase);
        After(0.2, s_other);

        Assert.Equal((NestedPhase.Live, false), (_state.Phase, _state.IsConfirmed));
    }

    [Fact]
    public void Step_BlackScreenAfterConnecting_IsNoPictureYet()
    {
        After(0.5, Asks(0));
        After(0.3, Connects(0));
        After(0.3, s_dark);
        After(1, s_dark);
        Assert.Equal(NestedPhase.Connecting, _state.Phase);
        After(2.1, s_dark);
        Assert.Equal(NestedPhase.Live, _state.Phase);
    }

    [Fact]
    public void Step_ScriptPaintsItsSign_IsNoPictureMeanwhile()
    {
        After(0.5, Asks(0));
        After(0.05, s_other);
        After(0.05, Connects(0));
        After(0.05, s_other);
        After(0.1, s_other);
        Assert.Equal(NestedPhase.Connecting, _state.Phase);
    }

    // Whatever a host shows, a password is typed only where the script of that very level asks, and never twice within the shortest pause.
    [Fact]
    public void Step_AnyPictures_TypesOnlyWhereAskedAndNeverFast()
    {
        var random = new Random(27);
        long typedNanos = long.MinValue / 2;
        for (int i = 0; i < 20_000; i++)
        {
            var look = (Kind: random.Next(6), Code: random.Next(256), Tenths: random.Next(20));
            var sight = (look.Kind) switch { 0 => s_other, 1 => s_dark, 2 => Connects(0), 3 => Connects(1), 4 => Asks(0, look.Code), _ => Asks(1, look.Code) };
            int before = _state.Level;
            var action = After(look.Tenths / 10.0, sight);
            if (action != NestedAction.Type) continue;
            Assert.Equal((MarkerState.Asking, sight.Level), (sight.State, _state.Level));
            Assert.True(before != sight.Level || _state.OnlyKnown || _nowNanos - typedNanos >= SessionMachine.PauseMin.TotalNanoseconds);
            typedNanos = _nowNanos;
        }
    }
}
