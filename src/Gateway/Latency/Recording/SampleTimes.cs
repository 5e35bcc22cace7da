using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>
/// From stamps to stages. All stamps are of one clock, so neighbouring stages share a stamp and their sum telescopes: what is between the
/// first stamp and the last is divided without rest.
/// <code>
///   client ─► received ─► published ─► taken ─► sent ─► host ─► received ─► decoded ─► published ─► taken ─► sent ─► client ─► acknowledged
///             └ receive ─┴ input-queue ┴ forward ┴ hops + host ───┴ decode ─┴ publish ─┴ picture-queue ┴ encode ┴ transport+present ┘
/// </code>
/// </summary>
public static class SampleTimes
{
    /// <summary>The measured stages in path order; stages without stamps are left out.</summary>
    public static ImmutableArray<StageTime> Of(in InteractionStamps stamps, ChainStages stages)
    {
        var times = ImmutableArray.CreateBuilder<StageTime>(12);
        var (input, answer) = (stamps.Input, stamps.Answer);
        var user = UserLeg(stamps, stages);
        if (user.Transport is { } userTransport)
        {
            times.Add(userTransport);
        }

        if (input.Input.ReceivedNanos > 0)
        {
            times.Add(StageTime.Measured(stages.Receive, input.Input.PublishedNanos - input.Input.ReceivedNanos));
        }

        times.Add(StageTime.Measured(stages.InputQueue, input.TakenNanos - input.Input.PublishedNanos));
        times.Add(StageTime.Measured(stages.Forward, input.SentNanos - input.TakenNanos));
        if (stages.Machine is { } machine)
        {
            machine.Add(times, stamps);
        }
        else
        {
            HostWait.Divide(times, answer.ReceivedNanos - input.SentNanos, stamps.Hops, stamps.HostTransport, stages);
            times.Add(StageTime.Measured(stages.Decode, answer.DecodedNanos - answer.ReceivedNanos));
        }

        times.Add(StageTime.Measured(stages.Publish, answer.PublishedNanos - answer.DecodedNanos));
        if (stamps.Frame is { } frame)
        {
            // A full picture may have been taken a moment before the entry that it already contains was noted.
            long takenNanos = Math.Clamp(frame.TakenNanos, answer.PublishedNanos, Math.Max(frame.SentNanos, answer.PublishedNanos));
            times.Add(StageTime.Measured(stages.PictureQueue, takenNanos - answer.PublishedNanos));
            times.Add(StageTime.Measured(stages.Encode, Math.Max(frame.SentNanos, takenNanos) - takenNanos));
        }

        if (user.Present is { } present)
        {
            times.Add(present);
        }

        return times.ToImmutable();
    }

    /// <summary>Whether these stamps can be of one interaction: everything in its order, every stage measured.</summary>
    public static bool IsPossible(in InteractionStamps stamps) =>
        stamps.Answer.ReceivedNanos >= stamps.Input.SentNanos && stamps.Answer.DecodedNanos >= stamps.Answer.ReceivedNanos
        && stamps.Answer.PublishedNanos >= stamps.Answer.DecodedNanos
        && (stamps.Frame is not { } frame || frame.SentNanos >= stamps.Answer.PublishedNanos);

    /// <summary>
    /// The user waits for one way of the key and one way of the picture, and for the client to decode it; sent → acknowledged is one way of
    /// the picture, the decoding, and one way of the acknowledgement: the same sum, taken at the picture's time.
    /// </summary>
    private static (StageTime? Transport, StageTime? Present) UserLeg(in InteractionStamps stamps, ChainStages stages)
    {
        if (stamps.Frame is not { AcknowledgedNanos: > 0 } frame)
        {
            return (stamps.UserTransport?.ToStage(stages.UserTransport), null);
        }

        var parts = ImmutableArray.CreateBuilder<StageTime>(2);
        Split(parts, frame.AcknowledgedNanos - frame.SentNanos, stamps.UserTransport, stages.UserTransport, stages.Present);
        return parts.Count == 2 ? (parts[0], parts[1]) : (null, parts[0]);
    }

    /// <summary>Divides a wait between the way there and what is behind it. Without an estimate of the way, the rest holds all of it, pooled.</summary>
    private static void Split(
        ImmutableArray<StageTime>.Builder times, long waitNanos, TransportEstimate? way, StageKey transport, StageKey rest)
    {
        if (way is not { } estimate)
        {
            times.Add(new StageTime(rest, waitNanos, 0, waitNanos, Grade.Pooled));
            return;
        }

        // The way cannot have taken longer than the whole wait, whatever the echoes say.
        long wayNanos = Math.Min(estimate.Nanos, waitNanos);
        long lowNanos = Math.Min(estimate.LowNanos, wayNanos);
        long highNanos = Math.Clamp(estimate.HighNanos, wayNanos, waitNanos);
        times.Add(new StageTime(transport, wayNanos, lowNanos, highNanos, Grade.Estimate));
        times.Add(new StageTime(rest, waitNanos - wayNanos, waitNanos - highNanos, waitNanos - lowNanos, Grade.Difference));
    }
}
