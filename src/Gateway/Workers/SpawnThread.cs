using System.Collections.Concurrent;
using System.Diagnostics;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// Starts processes from one thread that lives as long as the node. The sandbox asks the kernel to kill a worker when its parent dies,
/// and for the kernel the parent is the *thread* that forked: started from the thread pool, workers would die with idle pool threads.
/// </summary>
internal sealed class SpawnThread : IDisposable
{
    private const int WaitingMax = 256;

    private readonly BlockingCollection<Action> _waiting = new(WaitingMax);
    private readonly Thread _thread;

    public SpawnThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "worker spawn" };
        _thread.Start();
    }

    /// <summary>Starts a process; the exception of a failed start reaches the caller.</summary>
    public Task<Process> StartAsync(ProcessStartInfo start) =>
        StartAsync(() => Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start"));

    /// <summary>Starts a process in a way of the caller's own; the exception of a failed start reaches the caller.</summary>
    public Task<T> StartAsync<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception ex)
            {
                done.SetException(ex);
            }
        });
        return done.Task;
    }

    /// <summary>Ends the thread, and with it every worker that still runs in a sandbox.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    private void Run()
    {
        foreach (var start in _waiting.GetConsumingEnumerable())
        {
            start();
        }
    }
}
