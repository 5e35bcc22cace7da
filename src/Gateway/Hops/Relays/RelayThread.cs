namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>Threads for what waits in the kernel: of their own, because the pool's are for what does not wait.</summary>
internal static class RelayThread
{
    private const int StackBytes = 256 * 1024;

    /// <summary>What a connection that breaks, or is ended by somebody else, throws at whoever uses it.</summary>
    public static bool IsBreak(Exception ex) => ex is IOException or ObjectDisposedException or InvalidOperationException
        or System.Security.Authentication.AuthenticationException or System.ComponentModel.Win32Exception or InvalidDataException;

    /// <summary>Starts one.</summary>
    public static Thread Start(string name, ThreadStart run)
    {
        var thread = new Thread(() => RunGuarded(name, run), StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>A fault of ours costs one connection and a line in the log, not the node with everybody's sessions.</summary>
    private static void RunGuarded(string name, ThreadStart run)
    {
        try
        {
            run();
        }
        catch (Exception ex)
        {
            Console.Error.WriteLine($"The thread '{name}' ended by a fault of the node: {ex}");
        }
    }

    /// <summary>Runs something that waits on a thread of its own. When it is cancelled, <paramref name="abort"/> must make it come back.</summary>
    public static async Task<T> RunAsync<T>(string name, Func<T> run, Action abort, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(name, () =>
        {
            try
            {
                done.SetResult(run());
            }
            catch (Exception ex)
            {
                done.SetException(ex);
            }
        });
        await using (cancellationToken.UnsafeRegister(_ => abort(), null))
        {
            try
            {
                return await done.Task;
            }
            catch (Exception ex) when (IsBreak(ex) && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("ended while it waited", ex, cancellationToken);
            }
        }
    }
}
