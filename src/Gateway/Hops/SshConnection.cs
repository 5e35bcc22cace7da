using System.Net.Sockets;
using System.Text;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// One connection through a jump host: a process of ssh and the dialogue with it. The connection itself is a socket between ssh and
/// whoever gets it; no byte of it passes here.
/// </summary>
internal sealed class SshConnection : IAsyncDisposable
{
    private const int LinesKept = 16;
    private const int ReapTriesMax = 400;
    private const int ChunkBytes = 4096;

    private static readonly TimeSpan s_reapPause = TimeSpan.FromMilliseconds(5);

    private readonly HopSignIn _signIn;
    private readonly JudgeHostKey _judge;
    private readonly HostEndpoint _target;
    private readonly string _jump;
    private readonly string _folder;
    private readonly ChildProcess _process;
    private readonly Socket _dialogue;
    private readonly Queue<string> _lines = [];
    private readonly TaskCompletionSource<Failure?> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Failure?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Failure?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _listeningToIt;
    private FailureStage _stage = FailureStage.Handshake;
    private Failure? _verdict;
    private bool _passwordGiven, _keyJudged, _isEnding;
    private volatile bool _isOver;

    private SshConnection(
        HopSignIn signIn, JudgeHostKey judge, HostEndpoint target, string jump, string folder, ChildProcess process, Socket dialogue)
    {
        (_signIn, _judge, _target, _jump, _folder, _process, _dialogue) = (signIn, judge, target, jump, folder, process, dialogue);
        _listeningToIt = Task.Run(ListenAsync);
    }

    /// <summary>Completes when the process has ended: with the reason, or null when the connection was over or was given back.</summary>
    public Task<Failure?> Ended => _ended.Task;

    /// <summary>How far it has come.</summary>
    public FailureStage Stage => _stage;

    /// <summary>Starts ssh over a connection to the jump host.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static async Task<SshConnection> StartAsync(
        SshClient client, HopSignIn signIn, JudgeHostKey judge, string jump, string? hostKeyType, HostEndpoint target, Socket connection)
    {
        string folder = client.MakeFolder();
        var (here, there) = DescriptorHandle.CreateStreamPair();
        try
        {
            using (there)
            using (var stream = DescriptorHandle.DuplicateOf(connection.SafeHandle))
            {
                var process = await client.StartAsync(signIn, hostKeyType, target, folder, stream, there);
                return new SshConnection(signIn, judge, target, jump, folder, process, new Socket(new SafeSocketHandle(here.Detach(), ownsHandle: true)));
            }
        }
        catch
        {
            here.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
        finally
        {
            connection.Dispose();
        }
    }

    /// <summary>Waits until it is signed in. Null when it is.</summary>
    public Task<Failure?> SignInAsync(CancellationToken cancellationToken) => _listening.Task.WaitAsync(cancellationToken);

    /// <summary>Opens the way to the target, after <see cref="SignInAsync"/>; once.</summary>
    public async Task<DialResult> OpenAsync(CancellationToken cancellationToken)
    {
        // Blocking: the connection is to a process on this machine that listens, and the socket must stay out of the node's epoll.
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(_folder, SshClient.SocketName)));
            // Nobody else shall find it.
            Directory.Delete(_folder, recursive: true);
            if (await _opened.Task.WaitAsync(cancellationToken) is not { } failure)
            {
                return socket;
            }

            socket.Dispose();
            return failure;
        }
        catch (SocketException)
        {
            // It ended between its word and our connection.
            socket.Dispose();
            return await _ended.Task.WaitAsync(cancellationToken) ?? Why();
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends the process, if it still runs, and waits for its end; the kernel ends what is left in the sandbox with it.</summary>
    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        _process.Kill();
        await _listeningToIt;
    }

    private async Task ListenAsync()
    {
        byte[] chunk = new byte[ChunkBytes];
        var line = new StringBuilder();
        try
        {
            for (int got; (got = await _dialogue.ReceiveAsync(chunk)) > 0;)
            {
                foreach (byte b in chunk.AsSpan(0, got).ToArray())
                {
                    if (b == '\n')
                    {
                        Take(line.ToString());
                        line.Clear();
                    }
                    else if (b >= ' ' && line.Length < SshLine.CharsMax)
                    {
                        line.Append((char)b);
                    }
                }
            }
        }
        catch (SocketException)
        {
            // Its end was reset: it is gone all the same.
        }

        // Every process of it has closed its standard error: they have ended, or are about to.
        _process.Kill();
        for (int tries = 0; tries < ReapTriesMax && !_process.TryReap(); tries++)
        {
            await Task.Delay(s_reapPause);
        }

        _dialogue.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        var why = Why();
        _listening.TrySetResult(why);
        // A way that was refused has its own reason, and the process ends because of it: what was said first stands.
        _opened.TrySetResult(why);
        _ended.TrySetResult(_isOver ? null : why);
    }

    private Failure Why() => _verdict ?? SshLine.FailureOfEnd(_lines, _stage, $"{_signIn}", _jump);

    private void Take(string text)
    {
        var line = SshLine.Read(text);
        switch (line.Word)
        {
            case SshWord.AskHostKey when !_keyJudged:
                _keyJudged = true;
                Judge(line);
                break;
            case SshWord.AskKey:
                _stage = FailureStage.SignIn;
                Answer($"{_signIn.Key.ReplaceLineEndings("\n").TrimEnd('\n')}\n.");
                break;
            case SshWord.AskPassword when !_passwordGiven:
                _passwordGiven = true;
                Answer(_signIn.Password);
                break;
            case SshWord.AskPassword:
                // It asks again because the first answer was wrong. A third try might lock the account.
                End(new(FailureStage.SignIn, FailureCause.WrongCredentials, _signIn.Key.Length > 0
                    ? $"the passphrase of {_signIn} does not open its private key" : $"{_signIn} is not let in: wrong user or password"));
                break;
            case SshWord.Listening:
                _stage = FailureStage.Run;
                _listening.TrySetResult(null);
                break;
            case SshWord.Opened:
                _opened.TrySetResult(null);
                break;
            case SshWord.OpenFailed:
                _opened.TrySetResult(SshLine.FailureOfOpen(line.Text, _target, _jump));
                break;
            case SshWord.Ending:
                _isEnding = true;
                break;
            case SshWord.Closed when !_isEnding:
                // The host or the worker has closed it: nothing is lost, and nobody will come for another.
                _isOver = true;
                _process.Kill();
                break;
            case SshWord.Other:
                Keep(line.Text);
                break;
        }
    }

    private void Judge(SshLine line)
    {
        if (_judge(line.Text, line.HostKey) is { } wrong)
        {
            End(wrong);
            return;
        }

        _stage = FailureStage.SignIn;
        Answer($"{line.HostKey}");
    }

    private void End(Failure failure)
    {
        _verdict ??= failure with { Layer = _jump };
        _process.Kill();
    }

    /// <summary>Small enough for the socket's buffer: never waits for the other side.</summary>
    private void Answer(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"{text}\n");
        try
        {
            _dialogue.Send(bytes);
        }
        catch (SocketException)
        {
            // It ended while it asked.
        }

        Array.Clear(bytes);
    }

    private void Keep(string line)
    {
        if (_lines.Count == LinesKept)
        {
            _lines.Dequeue();
        }

        if (line.Length > 0)
        {
            _lines.Enqueue(line);
        }
    }
}
