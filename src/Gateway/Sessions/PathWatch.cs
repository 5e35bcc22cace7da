using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Watches the way to a host beside one connection to it: looks at the connection through the kernel, asks the points of the way who is
/// there, and lets <see cref="PathJudge"/> decide. Watches only where the connection is TCP; hops that pump bytes themselves know when they
/// are lost.
/// </summary>
internal sealed class PathWatch : IAsyncDisposable
{
    private const int KeepAliveSecondsBrisk = 1;
    private const int KeepAliveRetriesBrisk = 29;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_alert = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_brisk = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    /// <summary>How long a point that is not in doubt is left alone. Until it has answered once it is asked sooner.</summary>
    private const long LeisureNanos = 10_000_000_000;

    private const long FirstNanos = 1_000_000_000;

    /// <summary>In doubt, questions to one point are this far apart, so that one disturbance does not swallow two. A little less than two alerts, or it would be three.</summary>
    private const long DoubtNanos = 180_000_000;

    /// <summary>Questions to one point that may wait for their answers at once.</summary>
    private const int AskingMax = 2;

    /// <summary>A point that did not answer this often at first is not asked again until the connection is in doubt.</summary>
    private const int FirstTriesMax = 5;

    private readonly Watched[] _points;
    private readonly FrontEchoes _uses;
    private readonly PathMemory _memory;
    private readonly PathJudge _judge;
    private readonly Socket _connection;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Failure> _down = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private bool _isBrisk;

    /// <summary>Begins. Keeps a descriptor of its own for the connection; it never reads or writes there.</summary>
    /// <param name="points">Who can be asked, from the user's side to the far end.</param>
    /// <param name="dialed">The connection; stays the caller's.</param>
    /// <param name="uses">Tells whether the session is in use.</param>
    /// <param name="memory">Who answered in this session before.</param>
    public PathWatch(IReadOnlyList<PathPoint> points, DescriptorHandle dialed, FrontEchoes uses, PathMemory memory)
    {
        (_uses, _memory) = (uses, memory);
        _points = [.. points.Select(point => new Watched(point))];
        _judge = new PathJudge(points.Select(point => memory.Has(point.Place)));
        _connection = new Socket(new SafeSocketHandle(dialed.Duplicate().Detach(), ownsHandle: true));
        _running = Task.Run(RunAsync);
    }

    /// <summary>Completes with the layer that is down. Never faults; never completes while the connection is well.</summary>
    public Task<Failure> Down => _down.Task;

    /// <summary>
    /// Finds out whether a failure is another layer's fault: the first hop that answered in this session and does not now. Waits for one
    /// echo at most.
    /// </summary>
    /// <param name="failure">What is known.</param>
    /// <param name="points">Who can be asked, from the user's side to the far end.</param>
    /// <param name="memory">Who answered in this session before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<Failure> NameAsync(
        Failure failure, IEnumerable<PathPoint> points, PathMemory memory, CancellationToken cancellationToken)
    {
        if (failure.Cause is not (FailureCause.Unreachable or FailureCause.TimedOut or FailureCause.HostClosed or FailureCause.ConnectionLost
            or FailureCause.HopDown))
        {
            return failure;
        }

        // What lies behind the layer that failed cannot answer either.
        var asked = points.Where(point => !point.IsHost && memory.Has(point.Place)).TakeWhile(point => point.Layer != failure.Layer).ToList();
        bool?[] answers = await Task.WhenAll(asked.Select(point => point.TryAskAsync(s_patience, cancellationToken).AsTask()));
        int silent = Array.FindIndex(answers, answer => answer is false);
        return silent < 0 ? failure : asked[silent].Down(failure.Stage);
    }

    /// <summary>Ends; nobody is asked any more when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await Task.WhenAll(_points.SelectMany(point => point.Asking));
        _connection.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_down.Task.IsCompleted)
            {
                Look(MonotonicClock.NowNanos());
                await Task.Delay(_judge.IsWaiting ? s_alert : _isBrisk ? s_brisk : s_calm, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private void Look(long nowNanos)
    {
        bool isInUse = nowNanos - _uses.UsedNanos <= HostLeg.UnusedAfterNanos;
        bool isInDoubt = false;
        lock (_gate)
        {
            if (TcpFigures.TryRead(_connection, out var figures))
            {
                _judge.Saw(nowNanos, figures.Delivered, figures.Received, figures.Waits, figures.SmoothedNanos);
                isInDoubt = _judge.IsInDoubt(nowNanos);
            }

            Judge(nowNanos);
        }

        Hasten(isInUse || isInDoubt);
        for (int i = 0; i < _points.Length; i++)
        {
            var point = _points[i];
            long patienceNanos = isInDoubt ? DoubtNanos : point.Answered ? LeisureNanos : point.Tries < FirstTriesMax ? FirstNanos : long.MaxValue;
            point.Asking.RemoveAll(asking => asking.IsCompleted);
            if (point.Asking.Count < AskingMax && (isInUse || isInDoubt) && nowNanos - point.AskedNanos >= patienceNanos)
            {
                point.Asking.Add(AskAsync(i, nowNanos));
            }
        }
    }

    private void Judge(long nowNanos)
    {
        if (_judge.Down(nowNanos) is { } down)
        {
            _down.TrySetResult(_points[down].Point.Down(FailureStage.Run));
        }
    }

    private async Task AskAsync(int index, long nowNanos)
    {
        var point = _points[index];
        point.AskedNanos = nowNanos;
        try
        {
            bool? answered = await point.Point.TryAskAsync(s_patience, _stopping.Token);
            point.Tries++;
            lock (_gate)
            {
                if (answered is true)
                {
                    point.Answered = true;
                    _memory.Keep(point.Point.Place);
                    _judge.Answered(index, nowNanos);
                }
                else if (answered is false)
                {
                    _judge.Silent(index, nowNanos);
                    Judge(MonotonicClock.NowNanos());
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    // Somebody who only watches sends nothing that a peer would have to acknowledge: while the session is in use the kernel asks for an
    // acknowledgement after each second of silence. It gives up as late as it would otherwise.
    private void Hasten(bool brisk)
    {
        if (_isBrisk == brisk)
        {
            return;
        }

        _isBrisk = brisk;
        try
        {
            Set(SocketOptionName.TcpKeepAliveRetryCount, brisk ? KeepAliveRetriesBrisk : TcpDialer.KeepAliveRetries);
            Set(SocketOptionName.TcpKeepAliveInterval, brisk ? KeepAliveSecondsBrisk : TcpDialer.KeepAliveIntervalSeconds);
            Set(SocketOptionName.TcpKeepAliveTime, brisk ? KeepAliveSecondsBrisk : TcpDialer.KeepAliveSeconds);
        }
        catch (SocketException)
        {
            // The connection is over, and its worker tells so; or it is no TCP.
        }

        void Set(SocketOptionName name, int value) => _connection.SetSocketOption(SocketOptionLevel.Tcp, name, value);
    }

    private sealed class Watched(PathPoint point)
    {
        public PathPoint Point => point;

        public List<Task> Asking { get; } = [];

        public long AskedNanos { get; set; }

        public int Tries { get; set; }

        public bool Answered { get; set; }
    }
}
