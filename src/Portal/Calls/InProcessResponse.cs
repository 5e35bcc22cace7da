using Microsoft.AspNetCore.Http.Features;

namespace RemoteChain.Portal.Calls;

/// <summary>The head of an answer that no server sends. What was registered for its end runs then: it disposes what the request used.</summary>
sealed class InProcessResponse : HttpResponseFeature
{
    readonly Stack<(Func<object, Task> Run, object State)> _completed = new();

    /// <inheritdoc/>
    public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    /// <summary>Runs it, newest first.</summary>
    public async Task CompleteAsync()
    {
        while (_completed.TryPop(out var registered)) await registered.Run(registered.State);
    }
}
