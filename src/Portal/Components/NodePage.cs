using Microsoft.AspNetCore.Components;
using Radzen;
using RemoteChain.Portal.Calls;

namespace RemoteChain.Portal.Components;

/// <summary>What pages have in common: the API, the problem that it answered last, and an end.</summary>
public abstract class NodePage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource _gone = new();

    [Inject] internal NodeApi Api { get; set; } = null!;
    [Inject] internal NavigationManager Navigation { get; set; } = null!;
    [Inject] internal NotificationService Notices { get; set; } = null!;
    [Inject] internal DialogService Dialogs { get; set; } = null!;

    /// <summary>Why the last call was refused; null when it was not.</summary>
    internal Problem? Problem { get; set; }

    /// <summary>Whether there is something to show already.</summary>
    protected bool IsLoaded { get; set; }

    /// <summary>Ends when nobody looks at the page any more.</summary>
    protected CancellationToken Gone => _gone.Token;

    /// <summary>The value of an answer; a problem is shown on the page instead.</summary>
    internal async Task<T?> TakeAsync<T>(Task<Answer<T>> asking)
    {
        var answer = await asking;
        Problem = answer.Problem;
        IsLoaded = true;
        return answer.Value;
    }

    /// <summary>Does something, and says that it is done. False when it was refused.</summary>
    internal async Task<bool> DoAsync(Task<Answer<string>> doing, string done)
    {
        var answer = await doing;
        Problem = answer.Problem;
        if (answer.IsOk && done.Length > 0) Notices.Notify(NotificationSeverity.Success, done, duration: 3000);
        return answer.IsOk;
    }

    /// <summary>Asks before a loss.</summary>
    protected async Task<bool> ConfirmAsync(string question, string heading, string yes) =>
        await Dialogs.Confirm(question, heading, new ConfirmOptions { OkButtonText = yes, CancelButtonText = "Cancel" }) == true;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }
}
