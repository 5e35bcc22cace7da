namespace RemoteChain.Gateway.Sessions;

/// <summary>The part of a session that has to do with who of several viewers controls it.</summary>
public sealed partial class SessionRunner
{
    private int _controller;

    /// <summary>Lets one front alone control the session, or everybody who may (0).</summary>
    /// <returns>Null when that holds now, else why not.</returns>
    public async Task<string?> ControlAsync(int frontNumber, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await PostAsync(new ControlWork(frontNumber, done), cancellationToken)
            ? await done.Task.WaitAsync(cancellationToken)
            : "The session has ended.";
    }

    private bool MayControl(SessionFront front) => !front.ViewOnly && (_controller == 0 || _controller == front.Number);

    private string? GiveControl(int frontNumber)
    {
        if (frontNumber != 0)
        {
            if (_fronts.Keys.FirstOrDefault(front => front.Number == frontNumber) is not { } front)
            {
                return $"The session has no front {frontNumber}.";
            }

            if (front.ViewOnly)
            {
                return $"Front {frontNumber} may only watch.";
            }
        }

        _controller = frontNumber;
        _back?.Control(frontNumber);
        return null;
    }

    private void ControlIsFreeAfter(SessionFront gone)
    {
        // Nobody could type any more until somebody noticed.
        if (_controller == gone.Number)
        {
            GiveControl(0);
        }
    }

    private sealed record ControlWork(int FrontNumber, TaskCompletionSource<string?> Done) : Work;
}
