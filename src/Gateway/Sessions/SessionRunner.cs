using System.Threading.Channels;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Recording;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// One running session: owns its surface, its back and its fronts, and drives <see cref="SessionMachine"/>. All of it happens on one
/// loop that reads one bounded channel; whoever has news writes there.
/// </summary>
public sealed partial class SessionRunner
{
    /// <summary>Fronts of one session at once; the desktop worker watches one input ring for each.</summary>
    public const int FrontsMax = 32;

    private const int WaitingMax = 1024;

    private readonly SessionContext _context;
    private readonly Chain _chain;
    private readonly FrontGeometry _geometry;
    private readonly DescriptorHandle _surface = SurfaceFile.Create();
    private readonly Bell _inputBell = Bell.Create();
    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(WaitingMax);
    private readonly Dictionary<SessionFront, Attached> _fronts = [];
    private readonly StageFaults _faults = new();
    private readonly PathMemory _answered = new();
    private readonly Task _running;
    private SessionState _state;
    private volatile Back? _back;
    private Notice _notice = new("", NoticeKind.None, 0);
    private long _pictureLostNanos;
    private ITimer? _pauseTimer;
    private ITimer? _keepTimer;
    private int _frontNumber;
    private int _frontsMax;
    private volatile SessionSummary _summary;

    /// <summary>Opens the session and begins to reach its host.</summary>
    public SessionRunner(string id, Account owner, Chain chain, FrontGeometry geometry, SessionContext context)
    {
        Id = id;
        Owner = owner;
        Since = context.Time.GetUtcNow();
        _chain = chain;
        _geometry = geometry;
        _context = context;
        _clipboard = new ClipboardRelay(chain.Gateway.Clipboard, MayControl);
        Latency = new SessionLatency(chain, _surface, context.Time);
        Probes = new SessionProbes((IProbedDesktop)chain.Desktop, Latency, _inputBell);
        (_state, var effects) = SessionMachine.Open();
        _summary = Summarize();
        _running = Task.Run(() => RunAsync(effects));
    }

    /// <summary>Public identifier.</summary>
    public string Id { get; }

    /// <summary>Whose session it is.</summary>
    public Account Owner { get; }

    /// <summary>Name of its chain.</summary>
    public string ChainName => _chain.Name;

    /// <summary>Whether its chain lets people only watch.</summary>
    public bool IsViewOnly => _chain.Gateway.ViewOnly;

    /// <summary>Where the time of its users goes.</summary>
    public SessionLatency Latency { get; }

    /// <summary>Keys that the gateway presses itself to measure.</summary>
    public SessionProbes Probes { get; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>Completes when the session has ended and released everything.</summary>
    public Task Ended => _running;

    /// <summary>What lists show: the state after the last step, and of the back what it reports itself meanwhile.</summary>
    public SessionSummary Summary
    {
        get
        {
            var (width, height) = _back?.Size ?? default;
            return _summary with
            {
                Width = width, Height = height, ProcessId = _back?.ProcessId, Host = HostSummary.Of(_back?.Leg, Latency.HostWay, Latency.HopWays, _chain),
            };
        }
    }

    /// <summary>The picture as it is now, made small; null when there is none.</summary>
    public byte[]? Thumbnail() => Sessions.Thumbnail.Of(_surface);

    /// <summary>Lets a front look. False when the session has ended meanwhile or is full.</summary>
    public async ValueTask<bool> JoinAsync(SessionFront front, CancellationToken cancellationToken)
    {
        var joined = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await PostAsync(new JoinWork(front, joined), cancellationToken) && await joined.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A front has gone, by itself or because its worker ended. Harmless when it never joined.</summary>
    public ValueTask<bool> LeftAsync(SessionFront front) => PostAsync(new LeftWork(front), CancellationToken.None);

    /// <summary>Takes a front off. False when there is none of that number.</summary>
    public async Task<bool> DetachAsync(int frontNumber, string sentence, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await PostAsync(new DetachWork(frontNumber, sentence, done), cancellationToken) && await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Holds up a stage of this session's workers, now and whenever a new one comes, until a delay of 0 is given.</summary>
    /// <returns>The accounts of the workers that obey now.</returns>
    public async Task<IReadOnlyList<Injected>> InjectAsync(Inject delay)
    {
        var asked = new TaskCompletionSource<Task<Injected?[]>>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await PostAsync(new InjectWork(delay, asked), CancellationToken.None) ? [.. (await await asked.Task).OfType<Injected>()] : [];
    }

    /// <summary>Ends the session; <see cref="Ended"/> tells when.</summary>
    public ValueTask<bool> CloseAsync(string reason, CancellationToken cancellationToken) =>
        PostAsync(new EventWork(new CloseRequested(reason)), cancellationToken);

    private async ValueTask<bool> PostAsync(Work work, CancellationToken cancellationToken)
    {
        try
        {
            await _work.Writer.WriteAsync(work, cancellationToken);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Called by timers and by the back; a full channel means the loop is stuck, which is a bug worth a crash of this session.</summary>
    private void Report(SessionEvent @event) => _ = PostAsync(new EventWork(@event), CancellationToken.None).AsTask();

    private async Task RunAsync(SessionEffect[] firstEffects)
    {
        try
        {
            await PerformAsync(firstEffects);
            while (_state is not Closed && await _work.Reader.WaitToReadAsync())
            {
                while (_state is not Closed && _work.Reader.TryRead(out var work))
                {
                    await HandleAsync(work);
                    _summary = Summarize();
                }
            }
        }
        catch (Exception ex)
        {
            _context.Log.SessionFault(ex, Id);
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    private async ValueTask HandleAsync(Work work)
    {
        switch (work)
        {
            case EventWork w:
                await StepAsync(w.Event);
                break;
            case JoinWork w:
                w.Joined.SetResult(await AddFrontAsync(w.Front));
                break;
            case LeftWork w when _fronts.Remove(w.Front, out var attached):
                RemoveFront(w.Front, attached);
                ControlIsFreeAfter(w.Front);
                await StepAsync(new FrontLeft());
                break;
            case DetachWork w:
                var front = _fronts.Keys.FirstOrDefault(f => f.Number == w.FrontNumber);
                front?.Leave(w.Sentence);
                w.Done.SetResult(front is not null);
                break;
            case NestedWork w when w.Watch == _nested:
                await NestedChangedAsync(w.State);
                break;
            case ControlWork w:
                w.Done.SetResult(GiveControl(w.FrontNumber));
                break;
            case ClipboardWork w:
                w.Happened(_clipboard);
                break;
            case KeysWork w:
                w.Asked.SetResult(PressKeysAsync(w.Chord, w.Layer));
                break;
            case InjectWork w:
                _faults.Keep(w.Delay);
                w.Asked.SetResult(Task.WhenAll(StageFaults.IsOfFront(w.Delay.Stage)
                    ? _fronts.Keys.Select(f => f.InjectAsync(w.Delay))
                    : _back is { } back ? [back.InjectAsync(w.Delay)] : []));
                break;
        }
    }

    private async ValueTask StepAsync(SessionEvent @event)
    {
        var before = _state;
        (_state, var effects) = SessionMachine.Step(_state, @event);
        if (before is Live && _state is not Live)
        {
            _pictureLostNanos = MonotonicClock.NowNanos();
        }

        if (before.Name != _state.Name)
        {
            string why = SessionMachine.FailureOf(_state)?.Sentence() ?? "";
            _context.Log.SessionState(Id, ChainName, why.Length == 0 ? _state.Name : $"{_state.Name} ({why})");
            if (_state is Halted)
            {
                _context.Audit.Append(new AuditEvent(AuditAction.SessionFailed, Owner.Name, ChainName, "", why));
            }
        }

        await PerformAsync(effects);
    }

    private async ValueTask PerformAsync(SessionEffect[] effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case StartBack e:
                    StartBack(e.Attempt);
                    break;
                case StopBack:
                    await StopBackAsync();
                    break;
                case StartPause e:
                    _pauseTimer?.Dispose();
                    _pauseTimer = Timer(e.Pause, new PauseOver(e.Attempt));
                    break;
                case StartKeep:
                    _keepTimer?.Dispose();
                    _keepTimer = Timer(_chain.Gateway.Keep, new KeepOver());
                    break;
                case StopKeep:
                    _keepTimer?.Dispose();
                    break;
                case ShowConnecting:
                    Show(new Notice($"Connecting to {ChainName} …", NoticeKind.Waiting, MonotonicClock.NowNanos()));
                    break;
                case ShowFailure e:
                    ShowFailure(e);
                    break;
                case ShowPicture when _plan.Levels.Count > 0:
                    WatchNested(_back!);
                    break;
                case ShowPicture:
                    Probes.BackLive(_back!);
                    Show(new Notice("", NoticeKind.None, 0));
                    break;
                case TearDown e:
                    TellEverybody(e.Reason);
                    break;
            }
        }
    }

    private ITimer Timer(TimeSpan due, SessionEvent @event) =>
        _context.Time.CreateTimer(_ => Report(@event), null, due, Timeout.InfiniteTimeSpan);

    private void StartBack(int attempt)
    {
        if (_context.Nested.TryPlan(_chain, _geometry.KeyboardLayout, out _plan) is { } impossible)
        {
            Report(new BackLost(attempt, impossible, MonotonicClock.NowNanos()));
            return;
        }

        var request = new DesktopRequest(
            Id, Owner, _geometry.Width, _geometry.Height, _geometry.ScalePercent, _geometry.KeyboardLayout, _surface, _inputBell.Handle,
            Latency.HostWay, Latency.HopWays, Latency.UserEchoes, _answered, _plan.OuterShell, _plan.OuterKeyboardLayout, HearClipboard);
        Latency.BackChanged();
        _back = Back.Start(attempt, _context, _chain, request, Report);
        if (_plan.Levels.Count > 0)
        {
            // Until the innermost picture is there, what people type would go into a script that asks for a password.
            _back.Hold(Typist.FrontNumber);
        }

        if (_controller != 0)
        {
            _back.Control(_controller);
        }

        foreach (var (front, attached) in _fronts)
        {
            _back.Attach(attached.ForBack(front));
        }

        _clipboard.HostIs(_back as IClipboardEnd);
        foreach (var delay in _faults.OfBack)
        {
            _ = _back.InjectAsync(delay);
        }
    }

    private async ValueTask StopBackAsync()
    {
        if (_back is { } back)
        {
            _back = null;
            _clipboard.HostIs(null);
            await ForgetNestedAsync();
            await Probes.BackGoneAsync();
            await back.DisposeAsync();
        }
    }

    private void ShowFailure(ShowFailure effect)
    {
        bool hadPicture = _pictureLostNanos != 0;
        string sentence = effect.Failure.Sentence() + ".";
        if (effect.Pause is not null)
        {
            sentence += " Trying again …";
        }

        var kind = effect.Pause is null ? NoticeKind.Failed : hadPicture ? NoticeKind.Lost : NoticeKind.Waiting;
        Show(new Notice(sentence, kind, hadPicture ? _pictureLostNanos : MonotonicClock.NowNanos()));
    }

    private void Show(Notice notice)
    {
        _notice = notice;
        foreach (var front in _fronts.Keys)
        {
            front.Show(notice);
        }
    }

    private async ValueTask<bool> AddFrontAsync(SessionFront front)
    {
        if (_fronts.Count >= FrontsMax || _frontNumber >= Typist.FrontNumber - 1)
        {
            return false;
        }

        front.Number = ++_frontNumber;
        front.Since = _context.Time.GetUtcNow();
        var attached = new Attached(Bell.Create(), front.ViewOnly ? null : InputFile.Create(), FrameFile.Create());
        Latency.AddFront(front.Number, attached.Input, attached.Frames);
        _fronts.Add(front, attached);
        _frontsMax = Math.Max(_frontsMax, _fronts.Count);
        // The desktop skips what was typed before it knew the front, so it is told before the front can show anything.
        _back?.Attach(attached.ForBack(front));
        front.Joined(ChainName, attached.ForFront(_surface, _inputBell));
        front.Show(_notice);
        _clipboard.Joined(front);
        foreach (var delay in _faults.OfFronts)
        {
            _ = front.InjectAsync(delay);
        }

        _context.Audit.Append(new AuditEvent(
            AuditAction.SessionJoined, front.Account.Name, ChainName, front.Address, front.ViewOnly ? $"{Id} (view only)" : Id));
        await StepAsync(new FrontJoined());
        _nested?.Retry();
        return true;
    }

    private void RemoveFront(SessionFront front, Attached attached)
    {
        _clipboard.Left(front);
        _back?.Detach(front.Number);
        Latency.RemoveFront(front.Number);
        attached.Dispose();
        _context.Audit.Append(new AuditEvent(AuditAction.SessionLeft, front.Account.Name, ChainName, front.Address, Id));
    }

    private void TellEverybody(string reason)
    {
        foreach (var front in _fronts.Keys)
        {
            front.Leave($"The session has ended: {reason}.");
        }
    }

    private async ValueTask ReleaseAsync()
    {
        _work.Writer.TryComplete();
        while (_work.Reader.TryRead(out var work))
        {
            (work as JoinWork)?.Joined.SetResult(false);
            (work as DetachWork)?.Done.SetResult(false);
            (work as InjectWork)?.Asked.SetResult(Task.FromResult<Injected?[]>([]));
            (work as ControlWork)?.Done.SetResult("The session has ended.");
            (work as KeysWork)?.Asked.SetResult(Task.FromResult<string?>("The session has ended."));
        }

        _pauseTimer?.Dispose();
        _keepTimer?.Dispose();
        await StopBackAsync();
        await _context.Machines.SessionEndedAsync(Id);
        await Probes.DisposeAsync();
        foreach (var (front, attached) in _fronts)
        {
            RemoveFront(front, attached);
        }

        _fronts.Clear();
        Latency.Dispose();
        _surface.Dispose();
        _inputBell.Dispose();
        _summary = Summarize();
        string ending = (_state as Closed)?.Reason ?? "fault of the gateway";
        _context.Records.Append(new SessionRecord(
            Id, ChainName, Owner.Name, Since, _context.Time.GetUtcNow(), _frontsMax, Math.Max(0, _state.Attempt - 1), ending));
        _context.Audit.Append(new AuditEvent(AuditAction.SessionEnded, Owner.Name, ChainName, "", $"{Id}: {ending}"));
    }

    private SessionSummary Summarize() => new(
        Id, ChainName, Owner.Name, StateName, (SessionMachine.FailureOf(_state) ?? _inner?.Failure)?.Sentence(),
        [.. _fronts.Keys.Select(f => new FrontSummary(f.Number, f.Account.Name, f.Address, f.Client, f.ViewOnly, f.Since, f.ProcessId))],
        Since, 0, 0) { Desktops = SummarizeDesktops(), ControlledBy = _controller };

    private abstract record Work;

    private sealed record EventWork(SessionEvent Event) : Work;

    private sealed record JoinWork(SessionFront Front, TaskCompletionSource<bool> Joined) : Work;

    private sealed record LeftWork(SessionFront Front) : Work;

    private sealed record DetachWork(int FrontNumber, string Sentence, TaskCompletionSource<bool> Done) : Work;

    private sealed record InjectWork(Inject Delay, TaskCompletionSource<Task<Injected?[]>> Asked) : Work;

    /// <summary>The descriptors that belong to one front.</summary>
    private sealed record Attached(Bell DamageBell, DescriptorHandle? Input, DescriptorHandle Frames) : IDisposable
    {
        public FrontDescriptors ForFront(DescriptorHandle surface, Bell inputBell) =>
            new(surface, DamageBell.Handle, Input, Input is null ? null : inputBell.Handle, Frames);

        public AttachFront ForBack(SessionFront front) => new(front.Number, Input is not null, DamageBell.Handle, Input);

        public void Dispose()
        {
            DamageBell.Dispose();
            Input?.Dispose();
            Frames.Dispose();
        }
    }
}

/// <summary>What the first front of a session asks for; the host's desktop gets it unless the chain says otherwise.</summary>
public readonly record struct FrontGeometry(int Width, int Height, int ScalePercent, uint KeyboardLayout);
