using System.Collections.Concurrent;

namespace RemoteChain.Harness;

/// <summary>Runs asynchronous code on one thread of its own: a viewer belongs to the thread that connected it.</summary>
public static class OneThread
{
    /// <summary>Completes as the body does.</summary>
    public static Task Run(Func<Task> body) => Run<object?>(async () =>
    {
        await body();
        return null;
    });

    /// <summary>Completes as the body does, with its result.</summary>
    public static Task<T> Run<T>(Func<Task<T>> body)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            using var queue = new WorkQueue();
            SynchronizationContext.SetSynchronizationContext(queue);
            var running = body();
            running.ContinueWith(_ => queue.Complete(), TaskScheduler.Default);
            queue.Work();
            done.SetFromTask(running);
        }) { IsBackground = true, Name = "viewers" };
        thread.Start();
        return done.Task;
    }

    private sealed class WorkQueue : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _waiting = [];

        public override void Post(SendOrPostCallback d, object? state) => _waiting.Add((d, state));

        public void Complete() => _waiting.CompleteAdding();

        public void Work()
        {
            foreach (var (callback, state) in _waiting.GetConsumingEnumerable())
            {
                callback(state);
            }
        }

        public void Dispose() => _waiting.Dispose();
    }
}
