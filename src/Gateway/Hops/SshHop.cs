using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// A jump host, by the system's OpenSSH client: one sandboxed process for each connection through it, over a connection that the hop before
/// has dialed. So a jump host may stand behind a tunnel, a proxy or another jump host.
/// </summary>
/// <param name="layer">The layer; its title names it in failures.</param>
/// <param name="signIn">User and password, or user, key and passphrase.</param>
/// <param name="client">Starts ssh.</param>
/// <param name="hostKeyType">Type of the host key that is known; null when none is.</param>
/// <param name="judge">Judges the host key.</param>
public sealed class SshHop(SshLayer layer, HopSignIn signIn, SshClient client, string? hostKeyType, JudgeHostKey judge) : Hop
{
    // Two jump hosts in a row fall silent together; what is nearer has the word first.
    private static readonly TimeSpan s_innerFirst = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string Layer => layer.Title;

    /// <inheritdoc/>
    public override ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken)
    {
        if (signIn.User.Length == 0 || signIn.User[0] == '-' || signIn.User.Any(char.IsControl))
        {
            return new(new HopResult(null, new Failure(
                FailureStage.SignIn, FailureCause.WrongCredentials, $"{signIn} needs a user at {layer.Summary}") { Layer = layer.Title }));
        }

        return new(new HopResult(new SshDialer(inner, layer, signIn, client, hostKeyType, judge), null));
    }

    private sealed class SshDialer : Dialer
    {
        private readonly Dialer _inner;
        private readonly SshLayer _layer;
        private readonly HopSignIn _signIn;
        private readonly SshClient _client;
        private readonly string? _hostKeyType;
        private readonly JudgeHostKey _judge;
        private readonly HostEndpoint _jump;
        private readonly TaskCompletionSource<Failure> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _gate = new();
        private readonly HashSet<SshConnection> _connections = [];

        public SshDialer(Dialer inner, SshLayer layer, HopSignIn signIn, SshClient client, string? hostKeyType, JudgeHostKey judge)
        {
            (_inner, _layer, _signIn, _client, _hostKeyType, _judge) = (inner, layer, signIn, client, hostKeyType, judge);
            _jump = new HostEndpoint(layer.Host, layer.Port);
            Probes = KernelProbe.After(inner, layer, _jump);
            _ = inner.Lost.ContinueWith(
                lost => _lost.TrySetResult(lost.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        public override IReadOnlyList<HopProbe> Probes { get; }

        public override Task<Failure> Lost => _lost.Task;

        public override async ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
        {
            if (!target.IsPlain)
            {
                return new Failure(FailureStage.Dial, FailureCause.NameUnknown, $"{target.Host.Length} characters that are no name of a host");
            }

            var dialed = await _inner.DialAsync(_jump, patience, cancellationToken);
            if (dialed.Socket is not { } socket)
            {
                return dialed.Failure! with { Layer = dialed.Failure!.Layer ?? _layer.Title };
            }

            SshConnection connection;
            try
            {
                connection = await SshConnection.StartAsync(_client, _signIn, _judge, _layer.Title, _hostKeyType, target, socket);
            }
            catch (IOException ex)
            {
                return Failed(FailureStage.Sandbox, FailureCause.Unsupported, ex.Message);
            }

            bool isKept = false;
            try
            {
                var result = await OpenAsync(connection, target, patience, cancellationToken);
                isKept = result.Socket is not null;
                return result;
            }
            finally
            {
                if (isKept)
                {
                    Keep(connection);
                }
                else
                {
                    await connection.DisposeAsync();
                }
            }
        }

        public override async ValueTask DisposeAsync()
        {
            SshConnection[] connections;
            lock (_gate)
            {
                connections = [.. _connections];
                _connections.Clear();
            }

            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }

            await _inner.DisposeAsync();
        }

        private async Task<DialResult> OpenAsync(SshConnection connection, HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(patience);
            bool isSignedIn = false;
            try
            {
                if (await connection.SignInAsync(deadline.Token) is { } failure)
                {
                    return failure;
                }

                isSignedIn = true;
                // It has let us in: as much time once more to reach the target.
                deadline.CancelAfter(patience);
                return await connection.OpenAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Once we are in, the jump host waits for the target like we do: the next layer's failure.
                return isSignedIn
                    ? new Failure(FailureStage.Dial, FailureCause.TimedOut, $"{target}: no answer within {patience.TotalSeconds:0} s, says {_layer.Title}")
                    : Failed(connection.Stage, FailureCause.TimedOut, $"{_jump} did not let us in within {patience.TotalSeconds:0} s");
            }
        }

        private void Keep(SshConnection connection)
        {
            lock (_gate)
            {
                _connections.Add(connection);
            }

            _ = WatchAsync(connection);
        }

        private async Task WatchAsync(SshConnection connection)
        {
            var why = await connection.Ended;
            lock (_gate)
            {
                _connections.Remove(connection);
            }

            if (why is not null)
            {
                // Where packets could be sent to the jump host, nothing of ours stood before it.
                await Task.WhenAny(_inner.Lost, Task.Delay(_inner.Network is null ? s_innerFirst : TimeSpan.Zero));
                _lost.TrySetResult(_inner.Lost.IsCompleted ? await _inner.Lost : why);
            }
        }

        private Failure Failed(FailureStage stage, FailureCause cause, string detail) => new(stage, cause, detail) { Layer = _layer.Title };
    }
}
