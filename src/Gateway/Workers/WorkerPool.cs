using System.Threading.Channels;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// Keeps a few workers started and waiting, so that a connection never waits for a process to start. A warm worker has no role and no
/// descriptors yet; each is used once.
/// </summary>
public sealed partial class WorkerPool : IAsyncDisposable
{
    /// <summary>Workers that wait ready. Two are taken by one session that opens (a back and a front).</summary>
    public const int WarmCount = 4;

    /// <summary>Pause after a worker that did not start, so that a broken sandbox does not eat the machine.</summary>
    private static readonly TimeSpan s_retryPause = TimeSpan.FromSeconds(1);

    private readonly ILogger<WorkerPool> _log;
    private readonly ConfinedStart _start;
    private readonly ConfinedProgram _program;
    private readonly Channel<WorkerProcess> _warm = Channel.CreateBounded<WorkerProcess>(WarmCount);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _filling;
    private int _disposed;

    /// <summary>Starts filling at once.</summary>
    /// <param name="sandbox">How workers are confined.</param>
    /// <param name="socketDirectory">A directory of the node's own, mode 0700; control sockets exist there only until the worker has connected.</param>
    /// <param name="log">Lifecycle.</param>
    public WorkerPool(Sandbox sandbox, string socketDirectory, ILogger<WorkerPool> log)
    {
        _start = new ConfinedStart(sandbox, socketDirectory);
        _program = new ConfinedProgram(sandbox.WorkerExecutable, [], ResourceGroup.MemoryBytesMax);
        _log = log;
        ResourceGroup.Prepare();
        _filling = Task.Run(FillAsync);
    }

    /// <summary>A worker that is ready and belongs to the caller; null when none is ready at this moment.</summary>
    public WorkerProcess? TryTake()
    {
        while (_warm.Reader.TryRead(out var worker))
        {
            if (!worker.HasExited)
            {
                return worker;
            }

            _ = worker.DisposeAsync().AsTask();
        }

        return null;
    }

    /// <summary>A worker that is ready and belongs to the caller. Waits when all warm ones are taken.</summary>
    public async ValueTask<WorkerProcess> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var worker = await _warm.Reader.ReadAsync(cancellationToken);
            if (!worker.HasExited)
            {
                return worker;
            }

            await worker.DisposeAsync();
        }
    }

    /// <summary>Completes when the first worker is ready or the pool has given up waiting for it.</summary>
    public async Task<bool> WaitUntilWarmAsync(CancellationToken cancellationToken) => await _warm.Reader.WaitToReadAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_warm.Reader.TryRead(out var worker))
        {
            worker.Kill();
            await worker.DisposeAsync();
        }

        _start.Dispose();
        _stopping.Dispose();
    }

    private async Task FillAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await _warm.Writer.WaitToWriteAsync(_stopping.Token);
            try
            {
                var worker = await _start.StartAsync(_program, _stopping.Token);
                await _warm.Writer.WriteAsync(worker, CancellationToken.None);
            }
            catch (Exception ex) when (!_stopping.IsCancellationRequested)
            {
                LogStartFailed(_log, ex);
                await Task.Delay(s_retryPause, _stopping.Token);
            }
        }

        _warm.Writer.TryComplete();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A worker process did not start")]
    private static partial void LogStartFailed(ILogger logger, Exception exception);
}
