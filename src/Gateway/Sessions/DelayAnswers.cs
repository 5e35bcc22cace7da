using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Who waits for a worker to say that it obeys an <see cref="Inject"/>. A control socket keeps the order, so the answers come in the order
/// of the questions.
/// </summary>
public sealed class DelayAnswers
{
    /// <summary>Questions under way to one worker; one that answers none of so many is not asked again.</summary>
    public const int WaitingMax = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<Injected?>> _waiting = [];

    /// <summary>Asks. Null when the worker has gone or does not answer in time: a stage may be held up for a second, and it answers after.</summary>
    /// <param name="send">Sends the message; false when the worker has gone.</param>
    public async Task<Injected?> AskAsync(Func<bool> send)
    {
        var answer = new TaskCompletionSource<Injected?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.Count >= WaitingMax || !send())
            {
                return null;
            }

            _waiting.Enqueue(answer);
        }

        try
        {
            return await answer.Task.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>The worker has answered. An answer that nobody asked for is dropped.</summary>
    public void Answered(Injected account)
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var answer))
            {
                answer.SetResult(account);
            }
        }
    }
}
