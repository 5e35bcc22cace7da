using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// One attempt to have the host's desktop: dials through the hops, hands the socket to a desktop worker, and turns what the worker says
/// into session events. It reports exactly one <see cref="BackLost"/> unless it is disposed of before.
/// </summary>
internal sealed class Back : IAsyncDisposable
{
    /// <summary>How long a hop may take to say that it is lost after its connections ended.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(200);

    private readonly int _attempt;
    private readonly SessionContext _context;
    private readonly Chain _chain;
    private readonly RdpLayer _layer;
    private readonly DesktopRequest _request;
    private readonly Action<SessionEvent> _report;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _fronts = new();
    private readonly List<AttachFront> _beforeStart = [];
    private readonly List<Inject> _delaysBeforeStart = [];
    private int? _holdBeforeStart;
    private readonly DelayAnswers _delays = new();
    private readonly Task _running;
    private WorkerProcess? _started;
    private volatile HostLeg? _leg;
    private WorkerProcess? _worker;

    /// <summary>Starts at once. <paramref name="report"/> must not block.</summary>
    public Back(int attempt, SessionContext context, Chain chain, DesktopRequest request, Action<SessionEvent> report)
    {
        _attempt = attempt;
        _context = context;
        _chain = chain;
        _layer = (RdpLayer)chain.Desktop;
        _request = request;
        _report = report;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Size of the host's desktop as last reported; zero before.</summary>
    public (int Width, int Height) Size { get; private set; }

    /// <summary>The measuring of the way to the host, once it is connected.</summary>
    public HostLeg? Leg => _leg;

    /// <summary>The desktop worker's process, once there is one.</summary>
    public int? ProcessId => _worker?.ProcessId;

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
            _holdBeforeStart = exceptFront;
            _started?.Send(new HoldInput(exceptFront));
        }
    }

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

    /// <summary>Disconnects from the host and ends the worker. Nothing is reported afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
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
            _context.Log.BackFault(ex);
            failure = new Failure(FailureStage.Run, FailureCause.WorkerDied, ex.GetType().Name);
        }

        // First, because its descriptor keeps the connection open at the host.
        if (_leg is not null)
        {
            await _leg.DisposeAsync();
        }

        if (failure is not null && !_stopping.IsCancellationRequested)
        {
            _report(new BackLost(_attempt, failure with { Layer = failure.Layer ?? _layer.PinKey }, MonotonicClock.NowNanos()));
        }

        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }
    }

    /// <summary>Ends with the reason why the desktop is gone.</summary>
    private async Task<Failure> ConnectAndListenAsync(CancellationToken cancellationToken)
    {
        var opened = await Hop.FoldAsync(_context.Route.HopsOf(_chain, _request.Session), cancellationToken);
        if (opened.Dialer is null)
        {
            return opened.Failure!;
        }

        await using var dialer = opened.Dialer;
        // Ends before the dialer does, whose hops it asks.
        await using var hops = new HopLeg([.. dialer.Probes.Select(QuestionOf)], _request.HopWays, _request.Uses);
        var (user, domain, password, missing) = OpenCredentials();
        if (missing is not null)
        {
            return missing;
        }

        PathWatch watch;
        using (password)
        {
            var dialed = await dialer.DialAsync(new HostEndpoint(_layer.Host, _layer.Port), cancellationToken);
            if (dialed.Socket is null)
            {
                return await PathWatch.NameAsync(dialed.Failure!, PathPoint.Of(dialer.Signs), _request.Answered, cancellationToken);
            }

            _leg = new HostLeg(_layer.Probes, dialed.Socket, _request.HostWay, _request.Uses, OriginOf(dialer.Network), AskServer);
            using var socket = SocketHandOver.Take(dialed.Socket);
            _worker = await _context.Pool.TakeAsync(cancellationToken);
            Start(_worker, user, domain, password, socket);
            watch = new PathWatch([.. PointsOf(dialer, _leg)], socket, _request.Uses, _request.Answered);
        }

        await using (watch)
        {
            return await ListenAsync(_worker, dialer, watch, cancellationToken);
        }
    }

    private IEnumerable<PathPoint> PointsOf(Dialer dialer, HostLeg leg)
    {
        var hops = PathPoint.Of(dialer.Signs);
        if (dialer.Network is not { } network || leg.Address is not { } address)
        {
            return hops;
        }

        var kernel = new KernelProbe(_layer.Number, _layer.Title, network, address.ToString());
        return hops.Append(new PathPoint((_layer.Number, 0), _layer.Title, async (patience, cancellationToken) =>
            leg.MayEcho ? await kernel.EchoAsync(patience, cancellationToken) is not null : null, IsHost: true));
    }

    /// <summary>Ends with what is known first: what the worker says, that a hop is lost, or that a point of the way is down.</summary>
    private async Task<Failure> ListenAsync(WorkerProcess worker, Dialer dialer, PathWatch watch, CancellationToken cancellationToken)
    {
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var said = ListenAsync(worker, listening.Token);
        var first = await Task.WhenAny(said, dialer.Lost, watch.Down);
        if (first != said)
        {
            await listening.CancelAsync();
            await ((Task)said).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        var failure = await first;
        if (first == said && failure.Cause is FailureCause.HostClosed or FailureCause.ConnectionLost)
        {
            // A hop that ends closes its connections first; what it says of itself is on its way.
            await Task.WhenAny(dialer.Lost, Task.Delay(_chain.Hops.Any() ? s_lastWords : TimeSpan.Zero, cancellationToken));
            failure = dialer.Lost.IsCompleted ? await dialer.Lost : failure;
        }

        return first == watch.Down
            ? failure
            : await PathWatch.NameAsync(failure, PathPoint.Of(dialer.Signs), _request.Answered, cancellationToken);
    }

    private static HopQuestion QuestionOf(HopProbe probe) => new(probe.LayerNumber, async (patience, cancellationToken) =>
        await probe.EchoAsync(patience, cancellationToken) is { } echo ? new HopRoundTrip(echo.RoundTripNanos, echo.InsideNanos, echo.ThroughNanos)
            : null);

    /// <summary>Echoes of the host go the way of the session, so they start behind its last tunnel.</summary>
    private EchoOrigin? OriginOf(Network? network) =>
        network is null ? null : network == Network.Machine ? EchoOrigin.OfMachine(_context.Icmp) : EchoOrigin.Of(network.MakeSocketAsync);

    private (string User, string Domain, Surface.Control.Secret Password, Failure? Missing) OpenCredentials()
    {
        if (_layer.Credentials is null)
        {
            return ("", "", Surface.Control.Secret.Empty, null);
        }

        return _context.Secrets.TryOpen(_chain.Name, _layer.Credentials, out var secret, out string? why)
            ? (secret.User, secret.Domain, Surface.Control.Secret.FromText(secret.Password), null)
            : ("", "", Surface.Control.Secret.Empty, new Failure(FailureStage.SignIn, FailureCause.AccessDenied, why));
    }

    private void Start(WorkerProcess worker, string user, string domain, Surface.Control.Secret password, DescriptorHandle socket)
    {
        string pinned = _context.Pins.Find(_chain.Name, _layer.PinKey)?.Sha256 ?? "";
        var size = _layer.Size ?? new DesktopSize(_request.Width, _request.Height);
        lock (_fronts)
        {
            // Not disposed of: the surface and the bell are the session's, the password and the socket are disposed of by the caller.
            worker.Send(new StartDesktop(
                _layer.Host, user, domain, password, size.Width, size.Height, _request.ScalePercent,
                _request.OuterKeyboardLayout ?? _layer.KeyboardLayout ?? _request.KeyboardLayout, (DesktopSecurity)_layer.Security, pinned, _layer.Graphics, _request.AlternateShell,
                _request.Surface, _request.InputBell, socket));
            if (_holdBeforeStart is { } holder)
            {
                worker.Send(new HoldInput(holder));
            }

            _beforeStart.ForEach(message => worker.Send(message));
            _beforeStart.Clear();
            _delaysBeforeStart.ForEach(delay => _ = _delays.AskAsync(() => worker.Send(delay)));
            _started = worker;
        }
    }

    private async Task<Failure> ListenAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        while (await worker.ReceiveAsync(cancellationToken) is { } message)
        {
            using (message)
            {
                switch (message)
                {
                    case DesktopConnected connected:
                        Size = (connected.Width, connected.Height);
                        _leg?.Learn(connected.ServerFingerprint);
                        Pin(connected);
                        break;
                    case FirstPicture:
                        _report(new FirstPictureShown(_attempt, MonotonicClock.NowNanos()));
                        break;
                    case HostConduct conduct:
                        _leg?.Learn(conduct);
                        break;
                    case HostEcho echo:
                        _leg?.Echoed(echo);
                        break;
                    case Injected account:
                        _delays.Answered(account);
                        break;
                    case DesktopResized resized:
                        Size = (resized.Width, resized.Height);
                        break;
                    case Failed failed:
                        Audit(failed.Failure);
                        return failed.Failure;
                    default:
                        worker.Kill();
                        return new Failure(FailureStage.Run, FailureCause.SurfaceCorrupt, $"unexpected {message.GetType().Name}");
                }
            }
        }

        return new Failure(FailureStage.Run, FailureCause.WorkerDied, "");
    }

    private void AskServer()
    {
        using var ask = new EchoHost();
        _worker?.Send(ask);
    }

    /// <summary>Trust at first use. The worker has compared with the pin already; this only keeps the first certificate.</summary>
    private void Pin(DesktopConnected connected)
    {
        if (connected.CertificateSha256.Length == 0 || _context.Pins.Find(_chain.Name, _layer.PinKey) is not null)
        {
            return;
        }

        _context.Pins.PinFirst(_chain.Name, _layer.PinKey, connected.CertificateSha256, connected.CertificateSubject);
        _context.Audit.Append(new AuditEvent(
            AuditAction.CertificatePinned, "", _chain.Name, "", $"{_layer.PinKey} {connected.CertificateSha256}"));
    }

    private void Audit(Failure failure)
    {
        if (failure.Cause == FailureCause.CertificateChanged)
        {
            _context.Audit.Append(new AuditEvent(AuditAction.CertificateChanged, "", _chain.Name, "", $"{_layer.PinKey} {failure.Detail}"));
        }
    }
}

/// <summary>What the session wants of the host's desktop, and where it shall appear.</summary>
internal sealed record DesktopRequest(
    string Session, int Width, int Height, int ScalePercent, uint KeyboardLayout, DescriptorHandle Surface, DescriptorHandle InputBell, HostTransport HostWay,
    HopWays HopWays, FrontEchoes Uses, PathMemory Answered, string AlternateShell, uint? OuterKeyboardLayout);
