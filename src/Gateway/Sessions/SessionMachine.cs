using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// The life of a session as a pure function: no clock, no I/O. <see cref="SessionRunner"/> drives it.
/// </summary>
/// <remarks>
/// <code>
///                 first picture                 back lost
///   Connecting ───────────────────► Live ───────────────────► Pausing ──┐
///       ▲  │ back lost                │  only a person can help   │     │ pause over,
///       │  ├────────────► Pausing     ▼                           │     │ or a front joins
///       │  └────────────► Halted ◄────┴───────────────────────────┘     │
///       │                    │ a front joins                            │
///       └────────────────────┴──────────────────────────────────────────┘
///   any ── logged off, keep over, close requested ──► Closed
/// </code>
/// A logoff before anybody could have logged off is a loss like others, a few times.
/// Fronts come and go in every state and never end a session.
/// </remarks>
public static class SessionMachine
{
    /// <summary>The first pause; each further loss in a row doubles it.</summary>
    public static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(200);

    /// <summary>No pause is longer.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    /// <summary>A picture that stood this long was a success: the next loss starts with the shortest pause again.</summary>
    public static readonly TimeSpan SteadyAfter = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A host that has shown its picture is fetched back soon however often it is lost: the growing pause is for hosts that do not answer.
    /// </summary>
    private const int LossesAfterPictureMax = 3;

    /// <summary>Nobody logs off who has hardly seen the picture: it is what some hosts say when they stumble over their own start. After so many losses it is
    /// believed.</summary>
    private const int StumblesMax = 3;

    /// <summary>Who has seen the picture this long may have logged off.</summary>
    private static readonly TimeSpan StumblesWithin = TimeSpan.FromSeconds(2);

    /// <summary>The first state of a session and what to do for it. The front that opens it is announced by <see cref="FrontJoined"/>.</summary>
    public static (SessionState State, SessionEffect[] Effects) Open() =>
        (new Connecting(Attempt: 1, Fronts: 0, Losses: 0), [new ShowConnecting(), new StartBack(1), new StartKeep()]);

    /// <summary>The next state and what the runner has to do. Events of an earlier attempt change nothing.</summary>
    public static (SessionState State, SessionEffect[] Effects) Step(SessionState state, SessionEvent @event) => (state, @event) switch
    {
        (Closed, _) => (state, []),
        (_, CloseRequested e) => Close(state, e.Reason, null),
        (_, KeepOver) when state.Fronts > 0 => (state, []),
        (_, KeepOver) => Close(state, "nobody came back in time", FailureOf(state)),

        (Connecting s, FirstPictureShown e) when e.Attempt == s.Attempt =>
            (new Live(s.Attempt, s.Fronts, s.Losses, e.AtNanos), [new ShowPicture()]),
        (Connecting s, BackLost e) when e.Attempt == s.Attempt => Lose(s, s.Losses, standingNanos: 0, e.Failure),
        (Live s, BackLost e) when e.Attempt == s.Attempt && e.AtNanos - s.SinceNanos is var standing =>
            Lose(s, standing >= SteadyAfter.TotalNanoseconds ? 0 : Math.Min(s.Losses, LossesAfterPictureMax), standing, e.Failure),
        (Pausing s, PauseOver e) when e.Attempt == s.Attempt => Retry(s, s.Fronts, s.Losses, []),
        (_, FirstPictureShown or BackLost or PauseOver) => (state, []),

        (Halted s, FrontJoined) => Retry(s, s.Fronts + 1, 0, [new StopKeep(), new ShowConnecting()]),
        (Pausing s, FrontJoined) => Retry(s, s.Fronts + 1, s.Losses, [new StopKeep()]),
        (_, FrontJoined) => (state with { Fronts = state.Fronts + 1 }, [new StopKeep()]),
        (_, FrontLeft) when state.Fronts <= 1 => (state with { Fronts = 0 }, [new StartKeep()]),
        (_, FrontLeft) => (state with { Fronts = state.Fronts - 1 }, []),

        _ => throw new InvalidOperationException($"no step for {@event.GetType().Name} in {state.GetType().Name}"),
    };

    /// <summary>The pause after so many losses in a row: 0.2, 0.4, 0.8 … 30 s.</summary>
    public static TimeSpan PauseAfter(int losses) =>
        TimeSpan.FromTicks(Math.Min(PauseMax.Ticks, PauseMin.Ticks << Math.Clamp(losses, 0, 20)));

    /// <summary>The failure that a state carries, if it carries one.</summary>
    public static Failure? FailureOf(SessionState state) => state switch
    {
        Pausing s => s.Failure,
        Halted s => s.Failure,
        Closed s => s.Failure,
        _ => null,
    };

    /// <summary>Whether another try by itself would be pointless or harmful (it may lock an account or fight with another viewer).</summary>
    internal static bool NeedsPerson(FailureCause cause) => cause is FailureCause.WrongCredentials or FailureCause.AccountLocked
        or FailureCause.AccessDenied or FailureCause.CertificateChanged or FailureCause.Unsupported or FailureCause.Replaced
        or FailureCause.KeyChanged or FailureCause.PolicyRefused or FailureCause.GuestStopped or FailureCause.TemplateBroken;

    private static (SessionState, SessionEffect[]) Lose(SessionState state, int losses, long standingNanos, Failure failure)
    {
        bool hasStumbled = standingNanos < StumblesWithin.TotalNanoseconds && losses < StumblesMax;
        if (failure.Cause == FailureCause.LoggedOff && !hasStumbled)
        {
            return Close(state, "the user logged off", null);
        }

        if (NeedsPerson(failure.Cause))
        {
            return (new Halted(state.Attempt, state.Fronts, failure), [new StopBack(), new ShowFailure(failure, null)]);
        }

        var pause = PauseAfter(losses);
        return (
            new Pausing(state.Attempt, state.Fronts, losses + 1, failure),
            [new StopBack(), new ShowFailure(failure, pause), new StartPause(state.Attempt, pause)]);
    }

    private static (SessionState, SessionEffect[]) Retry(SessionState state, int fronts, int losses, SessionEffect[] before)
    {
        var next = new Connecting(state.Attempt + 1, fronts, losses);
        return (next, [.. before, new StartBack(next.Attempt)]);
    }

    private static (SessionState, SessionEffect[]) Close(SessionState state, string reason, Failure? failure) =>
        (new Closed(state.Attempt, reason, failure), [new StopBack(), new TearDown(reason)]);
}
