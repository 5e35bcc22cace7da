namespace RemoteChain.Portal.Calls;

/// <summary>What the API said no with.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A sentence for people.</param>
/// <param name="Detail">More, or empty.</param>
/// <param name="Reason">A word for programs, or empty.</param>
public sealed record Problem(int Status, string Title, string Detail, string Reason = "");

/// <summary>What the API answered: a value or a problem.</summary>
/// <param name="Value">The value, when there is no problem.</param>
/// <param name="Problem">Why there is none.</param>
sealed record Answer<T>(T? Value, Problem? Problem)
{
    /// <summary>Whether it was done.</summary>
    public bool IsOk => Problem is null;

    /// <summary>The value of an answer that is known to be one.</summary>
    public T Taken => Problem is null ? Value! : throw new InvalidOperationException($"Nobody looked at the problem: {Problem.Title}");
}
