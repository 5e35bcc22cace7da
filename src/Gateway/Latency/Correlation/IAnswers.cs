using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>Says which picture answers which input of one session. Fed by one thread, in the order of time.</summary>
public interface IAnswers
{
    /// <summary>What was decided so far.</summary>
    MatchCounts Counts { get; }

    /// <summary>No picture comes sooner after an input than this.</summary>
    long FloorNanos { get; set; }

    /// <summary>Pictures become known this much later than they came in, at most: what waits for one is given up later by as much.</summary>
    long LateNanos { get; set; }

    /// <summary>An input went to the desktop.</summary>
    void Sent(in SentInput input);

    /// <summary>The desktop painted.</summary>
    void Painted(in DamageEntry entry);

    /// <summary>It is now that moment, and everything that happened before was said.</summary>
    void Advance(long nowNanos);

    /// <summary>The desktop is another one: what waits is given up.</summary>
    void Reset();

    /// <summary>Takes the next decided answer.</summary>
    bool TryTake(out Answer answer);
}
