using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>The part of a session that has to do with desktops inside its desktop.</summary>
public sealed partial class SessionRunner
{
    private NestedPlan _plan = NestedPlan.None;
    private NestedWatch? _nested;
    private NestedState? _inner;
    private long _innerLostNanos;

    /// <summary>Presses keys together in one of the session's desktops.</summary>
    /// <param name="chord">The keys.</param>
    /// <param name="layer">Number of the desktop's layer; null for the innermost.</param>
    /// <param name="cancellationToken">Ends the waiting, not the pressing.</param>
    /// <returns>Null when they were pressed, else why not.</returns>
    public async Task<string?> PressKeysAsync(KeyChord chord, int? layer, CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource<Task<string?>>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await PostAsync(new KeysWork(chord, layer, asked), cancellationToken)
            ? await (await asked.Task.WaitAsync(cancellationToken)).WaitAsync(cancellationToken)
            : "The session has ended.";
    }

    /// <summary>What lists show: the outer desktop alone is no session that one could work in.</summary>
    private string StateName => _state is Live && _inner is { } inner ? WordOf(inner) : _state.Name;

    private static string WordOf(NestedState inner) => inner.Phase switch
    {
        NestedPhase.Live => "live",
        NestedPhase.Halted => "failed",
        NestedPhase.Pausing => "reconnecting",
        _ => inner.Failure is null ? "connecting" : "reconnecting",
    };

    private void WatchNested(Back back)
    {
        NestedWatch? watch = null;
        watch = new NestedWatch(
            _plan, _context, _chain.Name, back, _surface, _inputBell,
            state => _ = PostAsync(new NestedWork(watch!, state), CancellationToken.None).AsTask(),
            () => _ = PostAsync(new EventWork(new CloseRequested("the user logged off")), CancellationToken.None).AsTask());
        _nested = watch;
        _inner = NestedMachine.Open(MonotonicClock.NowNanos());
        ShowNested(_inner);
    }

    private async ValueTask ForgetNestedAsync()
    {
        if (_nested is { } watch)
        {
            (_nested, _inner) = (null, null);
            await watch.DisposeAsync();
        }
    }

    private async ValueTask NestedChangedAsync(NestedState state)
    {
        var before = _inner;
        _inner = state;
        if (before?.Phase == NestedPhase.Live)
        {
            _innerLostNanos = MonotonicClock.NowNanos();
            await Probes.BackGoneAsync();
        }

        if (state.Phase == NestedPhase.Live)
        {
            _innerLostNanos = 0;
            Probes.BackLive(_back!);
        }

        string why = state.Failure?.Sentence() ?? "";
        string title = TitleOf(state);
        _context.Log.SessionState(Id, ChainName, why.Length == 0 ? $"{title} {WordOf(state)}" : $"{title} {WordOf(state)} ({why})");
        if (state.Phase == NestedPhase.Halted)
        {
            _context.Audit.Append(new AuditEvent(AuditAction.SessionFailed, Owner.Name, ChainName, "", why));
        }

        ShowNested(state);
    }

    private void ShowNested(NestedState state)
    {
        if (state.Phase == NestedPhase.Live)
        {
            Show(new Notice("", NoticeKind.None, 0));
            return;
        }

        string sentence = state.Failure is { } failure ? failure.Sentence() + "." : $"{TitleOf(state)}: opening …";
        if (state.Failure is not null && state.Phase != NestedPhase.Halted)
        {
            sentence += " Trying again …";
        }

        var kind = state.Phase == NestedPhase.Halted ? NoticeKind.Failed : _innerLostNanos != 0 ? NoticeKind.Lost : NoticeKind.Waiting;
        Show(new Notice(sentence, kind, _innerLostNanos != 0 ? _innerLostNanos : MonotonicClock.NowNanos()));
    }

    private string TitleOf(NestedState state) => _plan.Levels[Math.Min(state.Level, _plan.Levels.Count - 1)].Layer.Title;

    /// <summary>The outer desktops are as the picture says: one is there when a desktop inside it asks or shows itself.</summary>
    private List<DesktopSummary> SummarizeDesktops()
    {
        string? outerFailure = SessionMachine.FailureOf(_state)?.Sentence();
        var desktops = new List<DesktopSummary> { new(_chain.Desktop.Number, _chain.Desktop.Title, _state.Name, outerFailure) };
        int level = 0;
        foreach (var layer in _chain.Nested)
        {
            desktops.Add(_inner is not { } inner || level > inner.Level ? new DesktopSummary(layer.Number, layer.Title, "waiting", null)
                : inner.Phase == NestedPhase.Live && !inner.IsConfirmed ? new DesktopSummary(layer.Number, layer.Title, "unconfirmed", null)
                : level < inner.Level ? new DesktopSummary(layer.Number, layer.Title, "live", null)
                : new DesktopSummary(layer.Number, layer.Title, WordOf(inner), inner.Failure?.Sentence()));
            level++;
        }

        if (_chain.Runtime is { } runtime)
        {
            // Nothing tells more about it than the desktop that it fills.
            desktops.Add(new DesktopSummary(runtime.Number, runtime.Title, desktops[^1].State is "live" or "unconfirmed" ? desktops[^1].State : "waiting", null));
        }

        return desktops;
    }

    private async Task<string?> PressKeysAsync(KeyChord chord, int? layer)
    {
        if (_back is not { } back || _state is not Live)
        {
            return "The session has no desktop now.";
        }

        if (_inner is { Phase: not NestedPhase.Live })
        {
            return $"{TitleOf(_inner)} is not there now; while it is opened no keys are pressed.";
        }

        var (pressed, refusal) = KeyPath.Find(_chain, _plan.Levels, chord, layer);
        return refusal is not null ? refusal
            : await Typist.TypeAsync(back, _inputBell, pressed!.Events, CancellationToken.None) ? null
            : "The desktop did not take the keys in time.";
    }

    private sealed record NestedWork(NestedWatch Watch, NestedState State) : Work;

    private sealed record KeysWork(KeyChord Chord, int? Layer, TaskCompletionSource<Task<string?>> Asked) : Work;
}
