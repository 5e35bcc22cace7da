using RemoteChain.Gateway.Access;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// One viewer of a session, from the session's point of view. The methods are called from the session's runner, must not block, and
/// must not throw for a viewer that has gone: its end is reported by <see cref="SessionRunner.LeftAsync"/>.
/// </summary>
public abstract class SessionFront : IClipboardEnd
{
    /// <summary>Whose front it is.</summary>
    public required Account Account { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Address { get; init; }

    /// <summary>The name that the client gave; untrusted text.</summary>
    public required string Client { get; init; }

    /// <summary>Whether it may only watch.</summary>
    public required bool ViewOnly { get; init; }

    /// <summary>The process that serves the viewer; null when it has none of its own.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Identifies the front within its session; set when it joins, never reused.</summary>
    public int Number { get; internal set; }

    /// <summary>When it joined.</summary>
    public DateTimeOffset Since { get; internal set; }

    /// <summary>Gives the front what it needs to look and, if it may, to control. The descriptors stay the session's.</summary>
    public abstract void Joined(string title, FrontDescriptors descriptors);

    /// <summary>Draws a sentence over the picture, or takes it away.</summary>
    public abstract void Show(Notice notice);

    /// <summary>Holds up a stage of the viewer's worker, or ends that.</summary>
    /// <returns>The worker's account; null when it has gone or has none.</returns>
    public abstract Task<Injected?> InjectAsync(Inject delay);

    /// <summary>Shows the sentence for a moment and lets the viewer go.</summary>
    public abstract void Leave(string sentence);

    /// <inheritdoc/>
    public virtual void OfferClipboard(bool hasText)
    {
    }

    /// <inheritdoc/>
    public virtual void AskClipboard()
    {
    }

    /// <inheritdoc/>
    public virtual void GiveClipboard(string? text)
    {
    }
}

/// <summary>What a front gets of a session's shared memory.</summary>
/// <param name="Surface">The session's surface; hand it on read-only.</param>
/// <param name="DamageBell">Rung for this front when something was painted.</param>
/// <param name="Input">This front's input ring; null when it may only watch.</param>
/// <param name="InputBell">Rung by this front after writing input; null when it may only watch.</param>
/// <param name="Frames">Where this front notes the pictures that it sends.</param>
public sealed record FrontDescriptors(
    DescriptorHandle Surface, DescriptorHandle DamageBell, DescriptorHandle? Input, DescriptorHandle? InputBell, DescriptorHandle Frames);
