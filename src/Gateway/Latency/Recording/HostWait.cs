using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>
/// Divides the wait for a host between the hops on the way and the host. Every echo goes over everything in front of who answers it, so
/// what a layer adds is its round trip less that of the layer before it, and the parts add up to the wait without rest.
/// <code>
///   gateway ─────► vpn ─────► relay ─────────► host                        the wait:  ├──────────────────────────────────────┤
///   echo of vpn    ├────┤                                                  vpn/transport    ├────┤
///   echo of relay  ├────────────┤  and what it takes by itself ├──┤        relay/transport       ├──────┤ inside ├──┤
///   echo of host   ├───────────────────────┤                               host/transport                          ├───────┤ host ├─┤
/// </code>
/// </summary>
internal static class HostWait
{
    /// <summary>Adds the stages between the gateway's last input stage and its first picture stage.</summary>
    public static void Divide(
        ImmutableArray<StageTime>.Builder times, long waitNanos, ImmutableArray<HopReading> hops, TransportEstimate? host, ChainStages stages)
    {
        var marks = MarksOf(hops.IsDefault ? [] : hops, host, stages, out var rest);
        Agree(marks, waitNanos);
        var before = new Mark();
        foreach (var mark in marks)
        {
            AddSegment(times, before, mark);
            before = mark;
        }

        // Nothing is known of the way at all, although something is expected to answer: the rest may be any part of the wait.
        long lowNanos = marks.Count == 0 && stages.Hops.IsEmpty || rest.IsOpen ? 0 : waitNanos - before.HighNanos;
        var grade = host is null || stages.IsHostPooled || rest.Joined.Count > 0 || rest.IsOpen ? Grade.Pooled : Grade.Difference;
        times.Add(new StageTime(
            rest.NameOf(stages.Host, stages.HostNames), waitNanos - before.Nanos, lowNanos, waitNanos - before.LowNanos, grade));
    }

    /// <summary>Places on the way whose round trip is known, from the gateway to the host.</summary>
    private static List<Mark> MarksOf(ImmutableArray<HopReading> readings, TransportEstimate? host, ChainStages stages, out Pending pending)
    {
        var marks = new List<Mark>();
        pending = new Pending();
        foreach (var hop in stages.Hops)
        {
            var reading = readings.FirstOrDefault(reading => reading.LayerNumber == hop.Number);
            if (reading.Way is { } way)
            {
                marks.Add(pending.MarkAt(way, hop.Transport));
                if (reading.Inside is { } inside)
                {
                    marks.Add(Mark.Behind(marks[^1], inside, hop.Inside));
                }

                pending = new Pending();
            }
            else if (reading.LayerNumber == 0 || reading.IsSilent)
            {
                pending.Joined.Add(hop.Transport.LayerName);
            }
            else
            {
                pending.IsOpen = true;
            }
        }

        if (host is { } hostWay)
        {
            marks.Add(pending.MarkAt(hostWay, stages.HostTransport));
            pending = new Pending();
        }

        return marks;
    }

    /// <summary>
    /// What is in front of a place takes no longer than the way to it: an echo that is slower than one from farther away was held up by
    /// something that is not on the way.
    /// </summary>
    private static void Agree(List<Mark> marks, long waitNanos)
    {
        var (most, high) = (waitNanos, waitNanos);
        for (int i = marks.Count - 1; i >= 0; i--)
        {
            most = marks[i].Nanos = Math.Clamp(marks[i].Nanos, 0, most);
            high = marks[i].HighNanos = Math.Clamp(marks[i].HighNanos, most, Math.Max(high, most));
        }

        long least = 0;
        foreach (var mark in marks)
        {
            least = mark.LowNanos = Math.Min(Math.Max(mark.LowNanos, least), mark.Nanos);
        }
    }

    private static void AddSegment(ImmutableArray<StageTime>.Builder times, Mark before, Mark mark)
    {
        long nanos = mark.Nanos - before.Nanos;
        long low = Math.Clamp(mark.LowNanos - before.HighNanos, 0, nanos);
        long high = Math.Max(nanos, mark.HighNanos - before.LowNanos);
        if (mark.Own is { } own)
        {
            // Its own figure needs no echo: what it varied by is its interval.
            (low, high) = (Math.Min(own.LowNanos, nanos), Math.Clamp(own.HighNanos, nanos, high));
        }

        times.Add(new StageTime(mark.Key, nanos, mark.IsOpen ? 0 : low, high, mark.Grade));
    }

    /// <summary>A place on the way, and how long it takes there and back.</summary>
    private sealed class Mark
    {
        public StageKey Key { get; init; }

        public Grade Grade { get; init; }

        public bool IsOpen { get; init; }

        public long Nanos { get; set; }

        public long LowNanos { get; set; }

        public long HighNanos { get; set; }

        /// <summary>What the stage up to here takes, where that is told and no difference of round trips.</summary>
        public TransportEstimate? Own { get; init; }

        /// <summary>The other end of a hop that takes time by itself.</summary>
        public static Mark Behind(Mark front, TransportEstimate inside, StageKey key) => new()
        {
            Key = key, Grade = Grade.Difference, Own = inside, Nanos = front.Nanos + inside.Nanos, LowNanos = front.LowNanos + inside.LowNanos,
            HighNanos = front.HighNanos + inside.HighNanos,
        };
    }

    /// <summary>Layers since the last place whose round trip is known.</summary>
    private sealed class Pending
    {
        /// <summary>Those that never answer: their names go into the next one's.</summary>
        public List<string> Joined { get; } = [];

        /// <summary>Whether one that answers at other times did not lately. The next one's time holds its own; the names stay.</summary>
        public bool IsOpen { get; set; }

        public Mark MarkAt(TransportEstimate way, StageKey key) => new()
        {
            Key = NameOf(key, [key.LayerName]), Grade = Joined.Count > 0 || IsOpen ? Grade.Pooled : Grade.Estimate, IsOpen = IsOpen,
            Nanos = way.Nanos, LowNanos = way.LowNanos, HighNanos = way.HighNanos,
        };

        public StageKey NameOf(StageKey key, IReadOnlyList<string> own) =>
            Joined.Count == 0 ? key : key with { LayerName = JointName.Of([.. Joined, .. own]) };
    }
}
