using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>What a host's time probably is, where the pace of its server is known: a hint for people, beside what was measured.</summary>
static class HostHabit
{
    /// <summary>How servers pace their pictures. A figure that is shorter than a server's wait contradicts the habit, and nothing is said then.</summary>
    /// <param name="Server">As the fingerprint names it.</param>
    /// <param name="WaitMillis">An update waits this long for others; 0 = not known.</param>
    /// <param name="FrameMillis">Frames begin at least this far apart.</param>
    sealed record Pace(string Server, double WaitMillis, double FrameMillis);

    // xorgxrdp, module/rdpClientCon.c, rdpScheduleDeferredUpdate; Windows, KB2885213.
    static readonly Pace[] s_paces = [new("xrdp", 4, 40), new("windows", 0, 33.3)];

    const double NanosPerMilli = 1e6, Tolerance = 0.9;

    /// <summary>The sentence; null when the host is not where most of the time goes, or its pace is not known.</summary>
    public static string? Of(string server, GroupSummary? main)
    {
        if (main?.Stages.FirstOrDefault(stage => stage.Part.Stage == Stage.Host) is not { } host || Array.Find(s_paces, pace => pace.Server == server) is not { } pace
            || main.Stages.Any(stage => stage.Median.Nanos > host.Median.Nanos) || host.Floor.Nanos < pace.WaitMillis * NanosPerMilli * Tolerance)
            return null;
        var typical = Words.Millis(host.Median.Nanos);
        var wait = pace.WaitMillis == 0 ? "" : $"an update waits {pace.WaitMillis:0} ms for others, and ";
        var share = main.Load == Load.Idle && pace.WaitMillis > 0 && host.Grade != Grade.Pooled ? $" {pace.WaitMillis:0} of these {typical} ms are that wait." : "";
        return $"The host is {pace.Server}, which paces its frames: {wait}frames begin at least {pace.FrameMillis:0} ms apart.{share}";
    }
}
