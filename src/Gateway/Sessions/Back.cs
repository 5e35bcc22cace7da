using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// One attempt to have a desktop: what writes the session's surface is brought up, and what it says becomes session events. It reports exactly
/// one <see cref="BackLost"/> unless it is disposed of before.
/// </summary>
internal abstract class Back : IAsyncDisposable
{
    private readonly int _attempt;
    private readonly string _layer;
    private readonly Action<SessionEvent> _report;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _fronts = new();
    private readonly List<AttachFront> _beforeStart = [];
    private readonly List<Inject> _delaysBeforeStart = [];
    private readonly DelayAnswers _delays = new();
    private int _typing;
    private int _controller;
    private IDesktopLine? _started;
    private Task _running = Task.CompletedTask;

    /// <summary>Begins nothing yet: <see cref="Start"/> does. <paramref name="report"/> must not block.</summary>
    /// <param name="attempt">Number of the try.</param>
    /// <param name="context">What every session works with.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="layer">What failures call the desktop's layer.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="report">Gets the events.</param>
    protected Back(int attempt, SessionContext context, Chain chain, string layer, DesktopRequest request, Action<SessionEvent> report)
    {
        (_attempt, Context, Chain, _layer, Request, _report) = (attempt, context, chain, layer, request, report);
    }

    /// <summary>Size of the desktop as last reported; zero before.</summary>
    public (int Width, int Height) Size { get; private set; }

    /// <summary>The measuring of the way to the host, once it is connected; null when there is no way.</summary>
    public virtual HostLeg? Leg => null;

    /// <summary>The process that writes the desktop, once there is one.</summary>
    public int? ProcessId => Line?.ProcessId;

    /// <summary>What every session works with.</summary>
    protected SessionContext Context { get; }

    /// <summary>The chain.</summary>
    protected Chain Chain { get; }

    /// <summary>What is wanted.</summary>
    protected DesktopRequest Request { get; }

    /// <summary>The line to whoever writes the desktop, once there is one. Disposed of with this.</summary>
    protected IDesktopLine? Line { get; set; }

    /// <summary>An attempt at the desktop of this chain; starts at once.</summary>
    public static Back Start(int attempt, SessionContext context, Chain chain, DesktopRequest request, Action<SessionEvent> report)
    {
        Back back = chain.Desktop is MachineLayer machine
            ? new MachineBack(attempt, context, chain, machine, request, report)
            : new HostBack(attempt, context, chain, (RdpLayer)chain.Desktop, request, report);
        back._running = Task.Run(back.RunAsync);
        return back;
    }

    /// <summary>Lets a front look and control. Its descriptors stay the caller's and must live until <see cref="Detach"/>.</summary>
    public void Attach(AttachFront message)
    {
        lock (_fronts)
        {
            if (_started is null)
            {
                _beforeStart.Add(message);
            }
            else
            {
                _started.Send(message);
            }
        }
    }

    /// <summary>A front has gone: keys that it held are released at the host.</summary>
    public void Detach(int frontNumber)
    {
        lock (_fronts)
        {
            _beforeStart.RemoveAll(message => message.FrontNumber == frontNumber);
            _started?.Send(new DetachFront(frontNumber));
        }
    }

    /// <summary>Drops what all fronts but one type and click from now on; 0 = everybody may again.</summary>
    public void Hold(int exceptFront)
    {
        lock (_fronts)
        {
            _typing = exceptFront;
            _started?.Send(new HoldInput(Holder));
        }
    }

    /// <summary>Lets one front alone control the desktop, whenever the gateway is not typing; 0 = everybody who may.</summary>
    public void Control(int frontNumber)
    {
        lock (_fronts)
        {
            _controller = frontNumber;
            _started?.Send(new HoldInput(Holder));
        }
    }

    private int Holder => _typing != 0 ? _typing : _controller;

    /// <summary>Holds up a stage of the desktop worker. Before there is one it is kept for it, and the answer is null.</summary>
    public Task<Injected?> InjectAsync(Inject delay)
    {
        lock (_fronts)
        {
            if (_started is { } worker)
            {
                return _delays.AskAsync(() => worker.Send(delay));
            }

            _delaysBeforeStart.RemoveAll(kept => kept.Stage == delay.Stage);
            _delaysBeforeStart.Add(delay);
            return Task.FromResult<Injected?>(null);
        }
    }

    /// <summary>Leaves the desktop. Nothing is reported afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    /// <summary>Says something, once there is somebody to say it to.</summary>
    protected void Tell(ControlMessage message)
    {
        lock (_fronts)
        {
            _started?.Send(message);
        }
    }

    /// <summary>Brings the desktop up and ends with the reason why it is gone.</summary>
    protected abstract Task<Failure> ConnectAndListenAsync(CancellationToken cancellationToken);

    /// <summary>What measures the way is ended first: it may keep the connection open at the host.</summary>
    protected virtual ValueTask LeaveAsync() => ValueTask.CompletedTask;

    /// <summary>Something that the desktop said and that only one kind of back understands. False when it must not be said.</summary>
    protected virtual bool Hear(ControlMessage message) => false;

    /// <summary>The desktop has come to an end by itself.</summary>
    protected virtual void Ended(Failure failure)
    {
    }

    /// <summary>What was wanted before the line was there is said now; from now on everything is.</summary>
    /// <param name="line">The line.</param>
    /// <param name="first">Said before all that; null when the other side knows already.</param>
    protected void Open(IDesktopLine line, ControlMessage? first)
    {
        lock (_fronts)
        {
            if (first is not null)
            {
                line.Send(first);
            }

            if (Holder != 0)
            {
                line.Send(new HoldInput(Holder));
            }

            _beforeStart.ForEach(message => line.Send(message));
            _beforeStart.Clear();
            _delaysBeforeStart.ForEach(delay => _ = _delays.AskAsync(() => line.Send(delay)));
            _started = line;
        }
    }

    /// <summary>Ends with what the desktop says last.</summary>
    protected async Task<Failure> ListenAsync(IDesktopLine line, CancellationToken cancellationToken)
    {
        while (await line.ReceiveAsync(cancellationToken) is { } message)
        {
            using (message)
            {
                switch (message)
                {
                    case FirstPicture:
                        _report(new FirstPictureShown(_attempt, MonotonicClock.NowNanos()));
                        break;
                    case Injected account:
                        _delays.Answered(account);
                        break;
                    case DesktopResized resized:
                        Size = (resized.Width, resized.Height);
                        break;
                    case Failed failed:
                        Ended(failed.Failure);
                        return failed.Failure;
                    case DesktopConnected connected:
                        Size = (connected.Width, connected.Height);
                        Hear(connected);
                        break;
                    case var other when !Hear(other):
                        line.Kill();
                        return new Failure(FailureStage.Run, FailureCause.SurfaceCorrupt, $"unexpected {message.GetType().Name}");
                }
            }
        }

        return new Failure(FailureStage.Run, FailureCause.WorkerDied, "");
    }

    private async Task RunAsync()
    {
        Failure? failure = null;
        try
        {
            failure = await ConnectAndListenAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception ex)
        {
            Context.Log.BackFault(ex);
            failure = new Failure(FailureStage.Run, FailureCause.WorkerDied, ex.GetType().Name);
        }

        await LeaveAsync();
        if (failure is not null && !_stopping.IsCancellationRequested)
        {
            _report(new BackLost(_attempt, failure with { Layer = failure.Layer ?? _layer }, MonotonicClock.NowNanos()));
        }

        if (Line is not null)
        {
            await Line.DisposeAsync();
        }
    }
}

/// <summary>What the session wants of the host's desktop, and where it shall appear.</summary>
internal sealed record DesktopRequest(
    string Session, Access.Account Owner, int Width, int Height, int ScalePercent, uint KeyboardLayout, DescriptorHandle Surface, DescriptorHandle InputBell, HostTransport HostWay,
    HopWays HopWays, FrontEchoes Uses, PathMemory Answered, string AlternateShell, uint? OuterKeyboardLayout, Action<IClipboardEnd, ControlMessage> Clipboard);
