namespace RemoteChain.Surface.Control;

/// <summary>The stages of the gateway's own layer that can be slowed down on purpose; named as the stages of a latency sample are.</summary>
public enum FaultStage : byte
{
    /// <summary>Front worker: a press was read from the client and is not yet in the input ring.</summary>
    Receive,

    /// <summary>Desktop worker: a press was taken from the ring and is not yet written to the host's socket.</summary>
    Forward,

    /// <summary>Desktop worker: an update is decoded, and is not yet stamped so.</summary>
    Decode,

    /// <summary>Desktop worker: decoded and not yet in the surface.</summary>
    Publish,

    /// <summary>Front worker: in the surface and not yet taken.</summary>
    PictureQueue,

    /// <summary>Front worker: taken and not yet encoded.</summary>
    Encode,
}

/// <summary>How an injected delay varies.</summary>
public enum DelayShape : byte
{
    /// <summary>Always the same.</summary>
    Constant,

    /// <summary>The whole delay for a share of the events, nothing for the others.</summary>
    Intermittent,

    /// <summary>Uniform between nothing and twice the delay, so that the mean is the delay.</summary>
    Jitter,
}

/// <summary>
/// Node → worker: spend this much more time in this stage from now on. Only a node that was started for a lab sends it. The same message
/// again changes nothing; each is answered with <see cref="Injected"/>.
/// </summary>
/// <param name="Stage">Where.</param>
/// <param name="DelayNanos">How much, up to <see cref="DelayNanosMax"/>; 0 ends it.</param>
/// <param name="Shape">How it varies.</param>
/// <param name="SharePermille">Of 1000 events, how many are delayed when <paramref name="Shape"/> is intermittent; 1 to 1000.</param>
/// <param name="Seed">Which events, and how much: the same seed makes the same choices.</param>
public sealed record Inject(FaultStage Stage, long DelayNanos, DelayShape Shape, int SharePermille, uint Seed) : ControlMessage
{
    /// <summary>Longest delay: one second. A stage is held up by waiting in its thread, and a worker has only one.</summary>
    public const long DelayNanosMax = 1_000_000_000;

    /// <summary>All events.</summary>
    public const int PermilleMax = 1000;
}

/// <summary>
/// Worker → node: what an injected delay has done so far, by the worker's own clock. It is what was really waited and not what was asked
/// for, so that an injected fault is known without looking at the figures that it is meant to prove.
/// </summary>
/// <param name="Stage">Where.</param>
/// <param name="Events">Events that passed the stage while the delay was on.</param>
/// <param name="Delayed">Those that were held up.</param>
/// <param name="WaitedNanos">How long all together.</param>
/// <param name="LongestNanos">The longest single wait.</param>
public sealed record Injected(FaultStage Stage, uint Events, uint Delayed, long WaitedNanos, long LongestNanos) : ControlMessage;
