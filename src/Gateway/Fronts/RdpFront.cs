using System.Net;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Fronts;

/// <summary>One RDP client at the front door, served by a front worker: from the first packet until it leaves.</summary>
internal sealed class RdpFront : IAsyncDisposable
{
    /// <summary>How long a client may take from its first packet to its sign-in; TLS and NLA happen in that time.</summary>
    private static readonly TimeSpan s_signInTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a client that was told to leave may stay to read the sentence.</summary>
    private static readonly TimeSpan s_leaveTimeout = TimeSpan.FromSeconds(15);

    private readonly WorkerProcess _worker;
    private readonly IPAddress _address;
    private readonly ConnectionRequest _request;
    private readonly Lobby.Seat _seat;
    private readonly FrontContext _context;
    private WorkerFront? _front;
    private SessionRunner? _session;

    /// <summary>Takes the worker over.</summary>
    public RdpFront(WorkerProcess worker, IPAddress address, ConnectionRequest request, Lobby.Seat seat, FrontContext context)
    {
        _worker = worker;
        _address = address;
        _request = request;
        _seat = seat;
        _context = context;
    }

    /// <summary>Serves the client until it has gone.</summary>
    public async Task RunAsync(DescriptorHandle socket, CancellationToken cancellationToken)
    {
        // NLA proves a secret that the server must know. Only passes have one: accounts keep a hash that NLA cannot use. So NLA is
        // offered to those who announce a pass, and everybody else signs in inside TLS.
        using (var start = new StartFront(
            _context.Certificate.CertificatePem, new Surface.Control.Secret([.. _context.Certificate.KeyPem]),
            ConnectionPasses.LooksLikePass(_request.Cookie), _address.ToString(), _request.Cookie, socket))
        {
            _worker.Send(start);
        }

        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        impatience.CancelAfter(s_signInTimeout);
        try
        {
            await ListenAsync(impatience, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Too slow to sign in, or to leave.
        }
    }

    /// <summary>Leaves the session and ends the worker.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_session is not null && _front is not null)
        {
            await _session.LeftAsync(_front);
        }

        await _worker.DisposeAsync();
    }

    private async Task ListenAsync(CancellationTokenSource impatience, CancellationToken cancellationToken)
    {
        while (await _worker.ReceiveAsync(impatience.Token) is { } message)
        {
            using (message)
            {
                switch (message)
                {
                    case NtHashWanted wanted when _session is null:
                        AnswerNtHash(wanted);
                        break;
                    case Surface.Control.SignIn signIn when _session is null:
                        string? refusal = await SignInAsync(signIn, cancellationToken);
                        _worker.Send(new SignInAnswer(refusal is null, refusal ?? ""));
                        impatience.CancelAfter(refusal is null ? Timeout.InfiniteTimeSpan : s_leaveTimeout);
                        await JoinAsync(cancellationToken);
                        break;
                    case Injected account when _front is not null:
                        _front.Answered(account);
                        break;
                    case FrontRoundTrip measured:
                        _session?.Latency.UserEchoes.Add(_front!.Number, measured);
                        break;
                    case ClipboardOffer or ClipboardWanted or ClipboardText when _session is not null:
                        _session.HearClipboard(_front!, message);
                        break;
                    case FrontActive:
                        break;
                    case Failed:
                        return;
                    default:
                        _worker.Kill();
                        return;
                }
            }
        }
    }

    private void AnswerNtHash(NtHashWanted wanted)
    {
        byte[] hash = new byte[NtHashAnswer.HashBytes];
        bool found = _context.Passes.TryGetNtHash(FrontUser.Parse(wanted.User).User, _address, hash);
        using var answer = new NtHashAnswer(found, new Surface.Control.Secret(found ? hash : []));
        _worker.Send(answer);
    }

    /// <summary>Null when the client may come in, else what to tell it.</summary>
    private async Task<string?> SignInAsync(Surface.Control.SignIn signIn, CancellationToken cancellationToken)
    {
        var typed = FrontUser.Parse(signIn.User);
        if (ConnectionPasses.LooksLikePass(typed.User))
        {
            var outcome = signIn.ProvedByNla
                ? _context.Passes.RedeemProven(typed.User, _address)
                : _context.Passes.Redeem(typed.User, signIn.Password.Reveal(), _address);
            return outcome.Pass is not { } pass ? outcome.Sentence
                : pass.Session is { } shared ? PrepareShared(signIn, pass, shared, pass.ViewOnly || typed.ViewOnly)
                : Prepare(signIn, pass.Account, pass.ChainName, pass.ViewOnly || typed.ViewOnly);
        }

        var checkedIn = await _context.SignIn.CheckTypedTogetherAsync(typed.User, signIn.Password.Reveal(), _address, "rdp", cancellationToken);
        return checkedIn.Accepted ? PrepareTyped(signIn, checkedIn.Account, typed) : checkedIn.Sentence;
    }

    private string? PrepareTyped(Surface.Control.SignIn signIn, Account account, FrontUser typed)
    {
        if (typed.Chain.Length > 0)
        {
            return Prepare(signIn, account, typed.Chain, typed.ViewOnly);
        }

        var usable = _context.ChainAccess.UsableBy(account);
        return usable.Count switch
        {
            0 => "There is no chain that you may use.",
            1 => Prepare(signIn, account, usable[0], typed.ViewOnly),
            _ => $"Which chain? Sign in as {account.Name}#chain with one of: {string.Join(", ", usable.Take(20))}.",
        };
    }

    private string? Prepare(Surface.Control.SignIn signIn, Account account, string chainName, bool viewOnly)
    {
        var chain = _context.ChainAccess.MayUse(account, chainName) ? _context.Chains.Find(chainName) : null;
        if (chain is null)
        {
            return $"There is no chain '{chainName}' that you may use.";
        }

        _pending = new Pending(chain, new FrontGeometry(signIn.Width, signIn.Height, signIn.ScalePercent, signIn.KeyboardLayout));
        _front = Front(signIn, account, viewOnly || chain.Gateway.ViewOnly);
        return null;
    }

    /// <summary>A running session of somebody else, or one's own: joined, and never opened.</summary>
    private string? PrepareShared(Surface.Control.SignIn signIn, ConnectionPass pass, string session, bool viewOnly)
    {
        _shared = _context.Sessions.Running(session);
        bool isOwn = _shared?.Owner.Id == pass.Account.Id || pass.Account.IsAdmin;
        bool? invited = _context.Invitations.ViewOnlyFor(pass.Account, session);
        if (_shared is null || (!isOwn && invited is null))
        {
            return "The session has ended, or you are not invited to it any more.";
        }

        _front = Front(signIn, pass.Account, viewOnly || (!isOwn && invited == true) || _shared.IsViewOnly);
        return null;
    }

    private WorkerFront Front(Surface.Control.SignIn signIn, Account account, bool viewOnly) => new(_worker)
    {
        Account = account, Address = _address.ToString(), Client = signIn.ClientName, ViewOnly = viewOnly, ProcessId = _worker.ProcessId,
    };

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        if (_shared is { } shared && _front is { } guest)
        {
            _session = await shared.JoinAsync(guest, cancellationToken) ? shared : null;
        }
        else if (_front is null || _pending is null)
        {
            return;
        }
        else
        {
            _session = await _context.Sessions.JoinOrOpenAsync(_front.Account, _pending.Chain, _pending.Geometry, _front, cancellationToken);
        }

        if (_session is null)
        {
            _worker.Send(new Leave("The gateway has no room for another session or viewer now."));
            return;
        }

        _seat.SignedIn();
    }

    private Pending? _pending;
    private SessionRunner? _shared;

    private sealed record Pending(Chain Chain, FrontGeometry Geometry);

    /// <summary>The session's view of this client: everything goes to the worker as messages.</summary>
    private sealed class WorkerFront(WorkerProcess worker) : SessionFront
    {
        private readonly DelayAnswers _delays = new();

        public void Answered(Injected account) => _delays.Answered(account);

        public override Task<Injected?> InjectAsync(Inject delay) => _delays.AskAsync(() => worker.Send(delay));

        public override void Joined(string title, FrontDescriptors descriptors)
        {
            // Only the read-only descriptor is ours to close; the others are the session's.
            using var surface = SurfaceFile.OpenReadOnly(descriptors.Surface);
            worker.Send(new RecordFrames(descriptors.Frames));
            worker.Send(new Join(
                Number, title, descriptors.Input is not null, surface, descriptors.DamageBell, descriptors.Input, descriptors.InputBell));
        }

        public override void Show(Notice notice) => worker.Send(notice);

        public override void OfferClipboard(bool hasText) => worker.Send(new ClipboardOffer(hasText));

        public override void AskClipboard() => worker.Send(new ClipboardWanted());

        public override void GiveClipboard(string? text)
        {
            using var answer = ClipboardText.Of(text);
            worker.Send(answer);
        }

        public override void Leave(string sentence)
        {
            using var leave = new Leave(sentence);
            worker.Send(leave);
        }
    }
}
