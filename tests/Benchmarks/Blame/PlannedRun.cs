namespace RemoteChain.Benchmarks.Blame;

/// <summary>A fault of a run.</summary>
/// <param name="Place">Layer and stage, as <c>remotechain inject</c> takes them.</param>
/// <param name="DelayMillis">How large.</param>
/// <param name="Shape">How it varies.</param>
public sealed record PlannedFault(string Place, double DelayMillis, string Shape = "constant")
{
    /// <summary>Whether the node holds it up itself, so that the API is enough.</summary>
    public bool IsOfGateway => Place.StartsWith("gateway/", StringComparison.Ordinal);

    /// <summary>Whether estimates of a transport have to follow it, which takes them some seconds.</summary>
    public bool IsOfNetwork => Place.EndsWith("/transport", StringComparison.Ordinal) || Place == "relay/inside";
}

/// <summary>What a run is for.</summary>
public enum RunKind
{
    /// <summary>One fault or two: it must be found.</summary>
    Fault,

    /// <summary>No fault: nothing may be found.</summary>
    Sham,

    /// <summary>Only what is not the session's own connection is delayed: nothing may be blamed.</summary>
    ProbePath,
}

/// <summary>One comparison: as many samples without the faults as with them, in random order.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Faults">None for a sham.</param>
/// <param name="Load"><c>idle</c> or <c>busy</c>.</param>
/// <param name="Road">Which way to the host.</param>
public sealed record PlannedRun(RunKind Kind, PlannedFault[] Faults, string Load, string Road = BlamePlace.Direct)
{
    /// <summary>Whether its user has to sit at the lab's seat.</summary>
    public bool NeedsSeat => Faults.Any(fault => fault.Place == "user/transport");

    /// <summary>Whether one of its faults lies on a network.</summary>
    public bool IsOfNetwork => Faults.Any(fault => fault.IsOfNetwork);

    /// <summary>Whether most of its keys are not delayed.</summary>
    public bool IsRare => Faults.Any(fault => fault.Shape == "intermittent");

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind} {Road} {Load} {string.Join(" + ", Faults.Select(fault => $"{fault.Place} {fault.DelayMillis} ms {fault.Shape}"))}";
}
