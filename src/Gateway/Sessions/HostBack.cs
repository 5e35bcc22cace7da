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
/// A desktop behind hops: dials through them and hands the socket to a desktop worker.
/// </summary>
internal sealed class HostBack(
    int attempt, SessionContext context, Chain chain, RdpLayer layer, DesktopRequest request, Action<SessionEvent> report)
    : Back(attempt, context, chain, layer.PinKey, request, report), IClipboardEnd
{
    /// <summary>How long a hop may take to say that it is lost after its connections ended.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(200);

    private volatile HostLeg? _leg;
    private volatile bool _clipboardOffered;

    /// <inheritdoc/>
    public override HostLeg? Leg => _leg;

    /// <inheritdoc/>
    protected override async Task<Failure> ConnectAndListenAsync(CancellationToken cancellationToken)
    {
        var opened = await Hop.FoldAsync(Context.Route.HopsOf(Chain, Request.Session), cancellationToken);
        if (opened.Dialer is null)
        {
            return opened.Failure!;
        }

        await using var dialer = opened.Dialer;
        // Ends before the dialer does, whose hops it asks.
        await using var hops = new HopLeg([.. dialer.Probes.Select(QuestionOf)], Request.HopWays, Request.Uses);
        var (user, domain, password, missing) = OpenCredentials();
        if (missing is not null)
        {
            return missing;
        }

        PathWatch watch;
        WorkerProcess worker;
        using (password)
        {
            var dialed = await dialer.DialAsync(new HostEndpoint(layer.Host, layer.Port), cancellationToken);
            if (dialed.Socket is null)
            {
                return await PathWatch.NameAsync(dialed.Failure!, PathPoint.Of(dialer.Signs), Request.Answered, cancellationToken);
            }

            _leg = new HostLeg(layer.Probes, dialed.Socket, Request.HostWay, Request.Uses, OriginOf(dialer.Network), AskServer);
            using var socket = SocketHandOver.Take(dialed.Socket);
            var taken = await Context.Pool.TakeAsync(cancellationToken);
            Line = worker = taken;
            Start(taken, user, domain, password, socket);
            watch = new PathWatch([.. PointsOf(dialer, _leg)], socket, Request.Uses, Request.Answered);
        }

        await using (watch)
        {
            return await ListenAsync(worker, dialer, watch, cancellationToken);
        }
    }

    private IEnumerable<PathPoint> PointsOf(Dialer dialer, HostLeg leg)
    {
        var hops = PathPoint.Of(dialer.Signs);
        if (dialer.Network is not { } network || leg.Address is not { } address)
        {
            return hops;
        }

        var kernel = new KernelProbe(layer.Number, layer.Title, network, address.ToString());
        return hops.Append(new PathPoint((layer.Number, 0), layer.Title, async (patience, cancellationToken) =>
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
            await Task.WhenAny(dialer.Lost, Task.Delay(Chain.Hops.Any() ? s_lastWords : TimeSpan.Zero, cancellationToken));
            failure = dialer.Lost.IsCompleted ? await dialer.Lost : failure;
        }

        return first == watch.Down
            ? failure
            : await PathWatch.NameAsync(failure, PathPoint.Of(dialer.Signs), Request.Answered, cancellationToken);
    }

    private static HopQuestion QuestionOf(HopProbe probe) => new(probe.LayerNumber, async (patience, cancellationToken) =>
        await probe.EchoAsync(patience, cancellationToken) is { } echo ? new HopRoundTrip(echo.RoundTripNanos, echo.InsideNanos, echo.ThroughNanos)
            : null);

    /// <summary>Echoes of the host go the way of the session, so they start behind its last tunnel.</summary>
    private EchoOrigin? OriginOf(Network? network) =>
        network is null ? null : network == Network.Machine ? EchoOrigin.OfMachine(Context.Icmp) : EchoOrigin.Of(network.MakeSocketAsync);

    private (string User, string Domain, Surface.Control.Secret Password, Failure? Missing) OpenCredentials()
    {
        if (layer.Credentials is null)
        {
            return ("", "", Surface.Control.Secret.Empty, null);
        }

        return Context.Secrets.TryOpen(Chain.Name, layer.Credentials, out var secret, out string? why)
            ? (secret.User, secret.Domain, Surface.Control.Secret.FromText(secret.Password), null)
            : ("", "", Surface.Control.Secret.Empty, new Failure(FailureStage.SignIn, FailureCause.AccessDenied, why));
    }

    private void Start(WorkerProcess worker, string user, string domain, Surface.Control.Secret password, DescriptorHandle socket)
    {
        string pinned = Context.Pins.Find(Chain.Name, layer.PinKey)?.Sha256 ?? "";
        var size = layer.Size ?? new DesktopSize(Request.Width, Request.Height);
        // Not disposed of: the surface and the bell are the session's, the password and the socket are disposed of by the caller.
        Open(worker, new StartDesktop(
            layer.Host, user, domain, password, size.Width, size.Height, Request.ScalePercent,
            Request.OuterKeyboardLayout ?? layer.KeyboardLayout ?? Request.KeyboardLayout, (DesktopSecurity)layer.Security, pinned, layer.Graphics,
            Request.AlternateShell, Request.Surface, Request.InputBell, socket) { Clipboard = Chain.Gateway.Clipboard != ClipboardPolicy.Off });
        if (_clipboardOffered)
        {
            Tell(new ClipboardOffer(true));
        }
    }

    /// <inheritdoc/>
    public void OfferClipboard(bool hasText)
    {
        _clipboardOffered = hasText;
        Tell(new ClipboardOffer(hasText));
    }

    /// <inheritdoc/>
    public void AskClipboard() => Tell(new ClipboardWanted());

    /// <inheritdoc/>
    public void GiveClipboard(string? text)
    {
        using var answer = ClipboardText.Of(text);
        Tell(answer);
    }

    /// <inheritdoc/>
    protected override bool Hear(ControlMessage message)
    {
        switch (message)
        {
            case DesktopConnected connected:
                _leg?.Learn(connected.ServerFingerprint);
                Pin(connected);
                return true;
            case HostConduct conduct:
                _leg?.Learn(conduct);
                return true;
            case ClipboardOffer or ClipboardWanted or ClipboardText:
                Request.Clipboard(this, message);
                return true;
            case HostEcho echo:
                _leg?.Echoed(echo);
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask LeaveAsync()
    {
        // First, because its descriptor keeps the connection open at the host.
        if (_leg is not null)
        {
            await _leg.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    protected override void Ended(Failure failure)
    {
        if (failure.Cause == FailureCause.CertificateChanged)
        {
            Context.Audit.Append(new AuditEvent(AuditAction.CertificateChanged, "", Chain.Name, "", $"{layer.PinKey} {failure.Detail}"));
        }
    }

    private void AskServer()
    {
        using var ask = new EchoHost();
        Line?.Send(ask);
    }

    /// <summary>Trust at first use. The worker has compared with the pin already; this only keeps the first certificate.</summary>
    private void Pin(DesktopConnected connected)
    {
        if (connected.CertificateSha256.Length == 0 || Context.Pins.Find(Chain.Name, layer.PinKey) is not null)
        {
            return;
        }

        Context.Pins.PinFirst(Chain.Name, layer.PinKey, connected.CertificateSha256, connected.CertificateSubject);
        Context.Audit.Append(new AuditEvent(
            AuditAction.CertificatePinned, "", Chain.Name, "", $"{layer.PinKey} {connected.CertificateSha256}"));
    }
}
