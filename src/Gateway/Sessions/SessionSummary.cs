namespace RemoteChain.Gateway.Sessions;

/// <summary>A running session, as lists show it.</summary>
/// <param name="Id">Public identifier.</param>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Owner">Account name.</param>
/// <param name="State">One word: <c>dialing</c>, <c>connected</c>, <c>reconnecting</c>, ...</param>
/// <param name="Failure">The sentence that names layer, stage and cause, while there is one.</param>
/// <param name="Fronts">Who looks at it now.</param>
/// <param name="Since">When it was opened.</param>
/// <param name="Width">Width of the desktop in pixels; 0 before the first picture.</param>
/// <param name="Height">Height of the desktop in pixels; 0 before the first picture.</param>
/// <param name="ProcessId">The desktop worker's process on the node's machine; null while there is none.</param>
/// <param name="Host">What is known of the host and the way to it; null while there is no connection to it.</param>
public sealed record SessionSummary(
    string Id,
    string Chain,
    string Owner,
    string State,
    string? Failure,
    IReadOnlyList<FrontSummary> Fronts,
    DateTimeOffset Since,
    int Width,
    int Height,
    int? ProcessId = null,
    HostSummary? Host = null)
{
    /// <summary>Number of the one front that controls the session now; 0 = everybody who may.</summary>
    public int ControlledBy { get; init; }

    /// <summary>What whoever asked may do with it; null where nobody did.</summary>
    public SessionRight? May { get; init; }

    /// <summary>The desktops and the program of the chain, from the outside in, each with its own state.</summary>
    public IReadOnlyList<DesktopSummary> Desktops { get; init; } = [];
}

/// <summary>What somebody may do with a session; each holds what stands before it.</summary>
public enum SessionRight
{
    /// <summary>Look at it.</summary>
    Watch,

    /// <summary>Type and click in it, when control is there to be had.</summary>
    Control,

    /// <summary>Everything: end it, invite to it, say who controls it, see where its time goes.</summary>
    Decide,
}

/// <summary>One desktop of a session, or the program in the innermost one.</summary>
/// <param name="Layer">Number of its layer in the chain.</param>
/// <param name="Title">As reports name it.</param>
/// <param name="State"><c>waiting</c>, <c>connecting</c>, <c>live</c>, <c>unconfirmed</c> (a picture is there, but whether it is this desktop is not known),
/// <c>reconnecting</c> or <c>failed</c>.</param>
/// <param name="Failure">Why, while that matters.</param>
public sealed record DesktopSummary(int Layer, string Title, string State, string? Failure);

/// <summary>One front of a session.</summary>
/// <param name="Number">Identifies it within its session.</param>
/// <param name="Account">Whose front it is.</param>
/// <param name="Address">Where it comes from.</param>
/// <param name="Client">Name that the client gave; untrusted text.</param>
/// <param name="ViewOnly">Whether it may only watch.</param>
/// <param name="Since">When it joined.</param>
/// <param name="ProcessId">The front worker's process on the node's machine; null for a front without one.</param>
public sealed record FrontSummary(int Number, string Account, string Address, string Client, bool ViewOnly, DateTimeOffset Since, int? ProcessId = null);
