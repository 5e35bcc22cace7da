using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>Where the opening of the desktops inside is.</summary>
public enum NestedPhase
{
    /// <summary>The outer desktop is there; no script has shown itself yet.</summary>
    Opening,

    /// <summary>A line was typed; the script has not taken it yet.</summary>
    Typed,

    /// <summary>The client runs and shows nothing yet.</summary>
    Connecting,

    /// <summary>The innermost picture is there.</summary>
    Live,

    /// <summary>A client ended; the next try follows.</summary>
    Pausing,

    /// <summary>A client ended, and another try would end the same way until a person acts.</summary>
    Halted,
}

/// <summary>What a look at the picture showed.</summary>
/// <param name="Level">Whose script's marker is there; -1 when there is none.</param>
/// <param name="State">What that script does.</param>
/// <param name="Code">Exit code of its last client.</param>
/// <param name="IsDark">Without a marker: whether the picture is black as before a first picture.</param>
public readonly record struct NestedSight(int Level, MarkerState State = MarkerState.Asking, int Code = 0, bool IsDark = false);

/// <summary>What is to be done about it.</summary>
public enum NestedAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Type the line of the state's level.</summary>
    Type,

    /// <summary>End the client of the state's level, which does not come up.</summary>
    Interrupt,

    /// <summary>The user has logged off inside: the session ends.</summary>
    Close,
}

/// <summary>The state between two looks. Immutable.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="Level">The desktop that is being opened or has failed: those before it are there, those behind it wait.</param>
/// <param name="SinceNanos">Since when.</param>
/// <param name="Running">How many clients have been started and not been seen to end.</param>
/// <param name="Losses">How many tries in a row ended without a steady picture.</param>
/// <param name="Failure">Why the last client ended, while that matters.</param>
/// <param name="CodeBefore">The exit code that the script showed when the line was typed.</param>
/// <param name="OtherNanos">Since when no marker has been seen; 0 when there is one.</param>
/// <param name="OnlyKnown">The client is told to trust only certificates that it knows: it hung when it was to trust a first one.</param>
/// <param name="IsConfirmed">False when the picture is there but no script ever was: it may be the outer desktop's own.</param>
/// <param name="WasInterrupted">The client was told to end, because it did not come up.</param>
public sealed record NestedState(
    NestedPhase Phase, int Level, long SinceNanos, int Running = 0, int Losses = 0, Failure? Failure = null, int CodeBefore = 0,
    long OtherNanos = 0, bool OnlyKnown = false, bool IsConfirmed = true,
    bool WasInterrupted = false);

/// <summary>
/// The opening of desktops inside desktops as a pure function of what the picture shows: no clock, no I/O. <see cref="NestedWatch"/>
/// drives it.
/// </summary>
public static class NestedMachine
{
    /// <summary>A picture without a marker is believed after this time: a script that paints is for a moment neither.</summary>
    public static readonly TimeSpan PictureAfter = TimeSpan.FromMilliseconds(150);

    /// <summary>A black picture is a first picture after this time.</summary>
    public static readonly TimeSpan DarkAfter = TimeSpan.FromSeconds(3);

    /// <summary>A script that has not shown itself by now was not started: the desktop was there already, or does not start any.</summary>
    public static readonly TimeSpan ScriptAfter = TimeSpan.FromSeconds(8);

    /// <summary>A line that was not taken by now was lost.</summary>
    public static readonly TimeSpan TakenAfter = TimeSpan.FromSeconds(3);

    /// <summary>A client that shows nothing by now asks something or hangs.</summary>
    public static readonly TimeSpan ConnectedAfter = TimeSpan.FromSeconds(12);

    /// <summary>The state when the outer desktop's first picture is there.</summary>
    public static NestedState Open(long nowNanos) => new(NestedPhase.Opening, 0, nowNanos);

    /// <summary>A person acts: what has halted is tried again.</summary>
    public static NestedState Retry(NestedState state, long nowNanos) => state.Phase is NestedPhase.Halted or NestedPhase.Pausing
        ? state with { Phase = NestedPhase.Pausing, SinceNanos = nowNanos - (long)SessionMachine.PauseMax.TotalNanoseconds, Losses = 0, OnlyKnown = false }
        : state;

    /// <summary>The next state, and what is to be done.</summary>
    /// <param name="state">The state until now.</param>
    /// <param name="sight">What the picture shows.</param>
    /// <param name="levels">How many desktops are inside the first one.</param>
    /// <param name="meaning">What an exit code of a level's client means.</param>
    /// <param name="nowNanos">By the monotonic clock.</param>
    public static (NestedState State, NestedAction Action) Step(
        NestedState state, NestedSight sight, int levels, Func<int, int, Failure> meaning, long nowNanos) => sight switch
    {
        { Level: < 0 } => SeeOther(state, sight, levels, nowNanos),
        { State: MarkerState.Connecting } => SeeConnecting(state with { OtherNanos = 0 }, sight, nowNanos),
        _ => SeeAsking(state with { OtherNanos = 0 }, sight, meaning, nowNanos),
    };

    private static (NestedState, NestedAction) SeeOther(NestedState state, NestedSight sight, int levels, long nowNanos)
    {
        if (state.Phase == NestedPhase.Live)
        {
            return (state, NestedAction.None);
        }

        if (state.OtherNanos == 0)
        {
            return (state with { OtherNanos = nowNanos }, NestedAction.None);
        }

        var needed = state.Phase == NestedPhase.Opening ? ScriptAfter : sight.IsDark ? DarkAfter : PictureAfter;
        if (nowNanos - state.OtherNanos < needed.TotalNanoseconds)
        {
            return (state, NestedAction.None);
        }

        return (state with
        {
            Phase = NestedPhase.Live, Level = levels, SinceNanos = nowNanos, Running = levels, Failure = null, OnlyKnown = false,
            IsConfirmed = state.Phase != NestedPhase.Opening,
        }, NestedAction.None);
    }

    private static (NestedState, NestedAction) SeeConnecting(NestedState state, NestedSight sight, long nowNanos)
    {
        if (state.Phase != NestedPhase.Connecting || state.Level != sight.Level)
        {
            return (state with
            {
                Phase = NestedPhase.Connecting, Level = sight.Level, SinceNanos = nowNanos, Running = sight.Level + 1, IsConfirmed = true,
                WasInterrupted = false,
            }, NestedAction.None);
        }

        return nowNanos - state.SinceNanos < ConnectedAfter.TotalNanoseconds
            ? (state, NestedAction.None)
            // Once per wait: the client may take a moment to end.
            : (state with { SinceNanos = nowNanos, WasInterrupted = true }, NestedAction.Interrupt);
    }

    private static (NestedState, NestedAction) SeeAsking(
        NestedState state, NestedSight sight, Func<int, int, Failure> meaning, long nowNanos)
    {
        double waited = nowNanos - state.SinceNanos;
        switch (state.Phase)
        {
            case NestedPhase.Halted when state.Level == sight.Level:
                return (state, NestedAction.None);
            case NestedPhase.Pausing when state.Level == sight.Level:
                return waited < SessionMachine.PauseAfter(state.Losses - 1).TotalNanoseconds
                    ? (state, NestedAction.None)
                    : Type(state, sight, nowNanos);
            case NestedPhase.Typed when state.Level == sight.Level && sight.Code == state.CodeBefore && waited < TakenAfter.TotalNanoseconds:
                return (state, NestedAction.None);
        }

        // A script whose client was never started by us has just been started itself, or was left behind by an earlier session.
        return state.Running > sight.Level ? Ended(state, sight, meaning, nowNanos) : Type(state, sight, nowNanos);
    }

    private static (NestedState, NestedAction) Ended(
        NestedState state, NestedSight sight, Func<int, int, Failure> meaning, long nowNanos)
    {
        bool wasSteady = state.Phase == NestedPhase.Live && nowNanos - state.SinceNanos >= SessionMachine.SteadyAfter.TotalNanoseconds;
        int losses = wasSteady ? 0 : state.Losses;
        var failure = state.WasInterrupted ? s_timedOut : meaning(sight.Level, sight.Code);
        if (failure.Cause == FailureCause.LoggedOff)
        {
            return (state, NestedAction.Close);
        }

        state = state with { Level = sight.Level, Running = sight.Level, SinceNanos = nowNanos, Failure = failure };
        if (state is { WasInterrupted: true, OnlyKnown: false })
        {
            // It hung, perhaps because it asks about a certificate that has changed: told to trust no new one, it says so.
            return Type(state with { OnlyKnown = true }, sight, nowNanos);
        }

        return SessionMachine.NeedsPerson(failure.Cause)
            ? (state with { Phase = NestedPhase.Halted }, NestedAction.None)
            : (state with { Phase = NestedPhase.Pausing, Losses = losses + 1, OnlyKnown = false }, NestedAction.None);
    }

    private static (NestedState, NestedAction) Type(NestedState state, NestedSight sight, long nowNanos) => (state with
    {
        Phase = NestedPhase.Typed, Level = sight.Level, SinceNanos = nowNanos, Running = sight.Level + 1, CodeBefore = sight.Code,
        IsConfirmed = true, WasInterrupted = false,
    }, NestedAction.Type);

    private static readonly Failure s_timedOut = new(FailureStage.Activate, FailureCause.TimedOut, "the client inside showed no picture");
}
