using System.Diagnostics;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Walks a chain once, layer by layer, without opening a session: opens the hops one inside the other, connects to the desktop, and signs in
/// there with a worker and a picture of its own that nobody sees. Uses the same hops, pins and secrets as a session would; pins nothing new.
/// </summary>
public sealed class ChainTrials(SessionContext context, ISessionDirectory sessions)
{
    /// <summary>Walks at once; one more is refused.</summary>
    public const int AtOnceMax = 4;

    private const string SessionWord = "test";
    private const int Width = 800, Height = 600, ScalePercent = 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(25);

    private int _walking;

    /// <summary>Walks a chain. Null when too many are being walked.</summary>
    public async Task<ChainTrial?> RunAsync(Chain chain, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _walking) > AtOnceMax)
        {
            Interlocked.Decrement(ref _walking);
            return null;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        var walk = new Walk(chain);
        try
        {
            await WalkAsync(walk, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            walk.Fail(new Failure(FailureStage.Dial, FailureCause.TimedOut, $"the test ended after {s_patience.TotalSeconds:0} s"));
        }
        finally
        {
            Interlocked.Decrement(ref _walking);
        }

        return new ChainTrial(chain.Name, walk.Works, context.Time.GetUtcNow(), walk.Layers);
    }

    private async Task WalkAsync(Walk walk, CancellationToken cancellationToken)
    {
        Dialer dialer = new TcpDialer(Network.Machine);
        try
        {
            foreach (var (layer, hop) in walk.Chain.Hops.Zip(context.Route.HopsOf(walk.Chain, SessionWord)))
            {
                walk.Begin(layer);
                var opened = await walk.TimeAsync("open", () => hop.OpenAsync(dialer, cancellationToken).AsTask());
                if (opened.Dialer is null)
                {
                    walk.Fail(opened.Failure!);
                    return;
                }

                dialer = opened.Dialer;
                walk.Passed("");
            }

            walk.Begin(walk.Chain.Desktop);
            if (sessions.List().FirstOrDefault(session => session.Chain == walk.Chain.Name && session.Failure is null) is { } running)
            {
                // A second sign-in of the same user would take the desktop away from whoever works there.
                walk.Skip($"a session of {running.Owner} runs there, so it is not signed in to a second time");
            }
            else if (walk.Chain.Desktop is RdpLayer desktop)
            {
                await SignInAsync(walk, desktop, dialer, cancellationToken);
            }
            else
            {
                walk.Skip("this kind of desktop is tested by opening it");
            }
        }
        finally
        {
            await dialer.DisposeAsync();
        }
    }

    private async Task SignInAsync(Walk walk, RdpLayer layer, Dialer dialer, CancellationToken cancellationToken)
    {
        var (user, domain, password) = ("", "", "");
        if (layer.Credentials is { } name)
        {
            if (!context.Secrets.TryOpen(walk.Chain.Name, name, out var secret, out string? why))
            {
                walk.Fail(new Failure(FailureStage.SignIn, FailureCause.AccessDenied, why));
                return;
            }

            (user, domain, password) = (secret.User, secret.Domain, secret.Password);
        }

        var dialed = await walk.TimeAsync("connect", () => dialer.DialAsync(new HostEndpoint(layer.Host, layer.Port), cancellationToken).AsTask());
        if (dialed.Socket is null)
        {
            walk.Fail(dialed.Failure!);
            return;
        }

        using var socket = SocketHandOver.Take(dialed.Socket);
        using var surface = SurfaceFile.Create(Width, Height);
        using var bell = Bell.Create();
        await using var worker = await context.Pool.TakeAsync(cancellationToken);
        using (var typed = Surface.Control.Secret.FromText(password))
        {
            worker.Send(new StartDesktop(
                layer.Host, user, domain, typed, Width, Height, ScalePercent, layer.KeyboardLayout ?? 0, (DesktopSecurity)layer.Security,
                context.Pins.Find(walk.Chain.Name, layer.PinKey)?.Sha256 ?? "", layer.Graphics, "", surface, bell.Handle, socket));
        }

        string? said = null;
        var failure = await walk.TimeAsync("sign in", () => ListenAsync(worker, sentence => said = sentence, cancellationToken));
        if (failure is not null)
        {
            walk.Fail(failure);
        }
        else
        {
            walk.Passed(said ?? "");
        }
    }

    // Null once the desktop stands.
    private static async Task<Failure?> ListenAsync(WorkerProcess worker, Action<string> saw, CancellationToken cancellationToken)
    {
        while (await worker.ReceiveAsync(cancellationToken) is { } message)
        {
            using (message)
            {
                switch (message)
                {
                    case DesktopConnected connected:
                        saw(connected.Protocol == "nla"
                            ? "the host has checked user and password"
                            : $"security {connected.Protocol}: user and password are checked on the host's own screen, which a test does not read");
                        return null;
                    case Failed failed:
                        return failed.Failure;
                }
            }
        }

        return new Failure(FailureStage.Activate, FailureCause.WorkerDied, "");
    }

    /// <summary>How far one walk has come.</summary>
    private sealed class Walk(Chain chain)
    {
        private readonly List<LayerTrial> _done = [];
        private readonly List<TrialStep> _steps = [];
        private Layer? _at;
        private bool _ended;

        public Chain Chain => chain;

        public bool Works => _done.TrueForAll(layer => layer.Outcome != TrialOutcome.Failed);

        public IReadOnlyList<LayerTrial> Layers => [.. chain.Layers.Select(layer => _done.FirstOrDefault(done => done.Number == layer.Number) ?? Untouched(layer))];

        public void Begin(Layer layer)
        {
            _at = layer;
            _steps.Clear();
        }

        public async Task<T> TimeAsync<T>(string step, Func<Task<T>> run)
        {
            long started = Stopwatch.GetTimestamp();
            var result = await run();
            _steps.Add(new TrialStep(step, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
            return result;
        }

        public void Passed(string sentence) => Note(TrialOutcome.Works, sentence);

        public void Skip(string sentence) => Note(TrialOutcome.NotTested, sentence);

        /// <summary>A hop in front may be the one that failed: several only connect when something is dialed through them.</summary>
        public void Fail(Failure failure)
        {
            _ended = true;
            var guilty = _done.Find(done => done.Title == failure.Layer);
            if (guilty is null)
            {
                Note(TrialOutcome.Failed, FailureSentence.Sentence(failure));
                return;
            }

            _done.RemoveAll(done => done.Number >= guilty.Number);
            _done.Add(guilty with { Outcome = TrialOutcome.Failed, Steps = [.. guilty.Steps, .. _steps], Sentence = FailureSentence.Sentence(failure) });
        }

        private void Note(TrialOutcome outcome, string sentence)
        {
            if (_at is { } layer)
            {
                _done.Add(new LayerTrial(layer.Number, layer.Kind, layer.Title, outcome, [.. _steps], sentence));
            }
        }

        private LayerTrial Untouched(Layer layer) => layer switch
        {
            GatewayLayer => new LayerTrial(layer.Number, layer.Kind, layer.Title, TrialOutcome.Works, [], "this node"),
            _ when _ended => new LayerTrial(layer.Number, layer.Kind, layer.Title, TrialOutcome.NotReached, [], ""),
            _ => new LayerTrial(layer.Number, layer.Kind, layer.Title, TrialOutcome.NotTested, [], "is tested by opening the chain"),
        };
    }
}
