namespace RemoteChain.Gateway.Machines;

/// <summary>A machine as lists show it.</summary>
/// <param name="Name">Unique in the node.</param>
/// <param name="Template">Name of the template that it was made from.</param>
/// <param name="Owner">Account name.</param>
/// <param name="State"><c>stopped</c>, <c>starting</c>, <c>running</c>, <c>paused</c> or <c>failed</c>.</param>
/// <param name="Failure">Why it is not running, when that was not asked for.</param>
/// <param name="Session">The session that it ends with; empty when it outlives its sessions.</param>
/// <param name="MemoryMib">RAM.</param>
/// <param name="Mips">Million instructions a second at most.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it is destroyed by itself; null for never.</param>
public sealed record MachineSummary(
    string Name, string Template, string Owner, string State, string? Failure, string Session, int MemoryMib, int Mips, DateTimeOffset Created,
    DateTimeOffset? Expires)
{
    /// <summary>Its process on the node's machine; null while it is stopped.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Instructions that the guest has run since it was started, as last reported.</summary>
    public long Instructions { get; init; }

    /// <summary>Instructions' worth of time that it was halted.</summary>
    public long IdleInstructions { get; init; }

    /// <summary>How often the guest has restarted itself.</summary>
    public int Restarts { get; init; }

    /// <summary>What its network did since it was started; null when it has none, or does not run.</summary>
    public NetworkSummary? Network { get; init; }

    /// <summary>Width of its display in pixels; 0 before there is one.</summary>
    public int Width { get; init; }

    /// <summary>Height of its display in pixels; 0 before there is one.</summary>
    public int Height { get; init; }
}
