using System.Globalization;
using FreeRdp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Desktop;

/// <summary>Tells the node what the host's server is like and how it behaves; the node judges.</summary>
sealed class HostWatch
{
    const long ReportEveryNanos = 1_000_000_000;

    readonly RdpClient _client;
    readonly Action<ControlMessage> _tell;
    RdpHostConduct _told;
    long _nextReportNanos;

    internal HostWatch(RdpClient client, Action<ControlMessage> tell)
    {
        (_client, _tell) = (client, tell);
        client.ShutdownEchoed = nanos => _tell(new HostEcho(nanos));
    }

    /// <summary>What the host told of itself, as words that the node takes apart again. Numbers only: no text of the host is repeated.</summary>
    internal static string Fingerprint(RdpHostTraits host)
    {
        if (host.CapabilitySets.Count == 0) return "";
        var system = host.System is { } os ? string.Create(CultureInfo.InvariantCulture, $"os={os.Major}/{os.Minor} ") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{system}caps={string.Join('.', host.CapabilitySets)} flags={host.ExtraFlags} refresh={(host.RefreshRect ? 1 : 0)} suppress={(host.SuppressOutput ? 1 : 0)}");
    }

    /// <summary>Called after whatever the host sent. Says nothing while nothing changes, and not more often than once a second.</summary>
    internal void Report()
    {
        var now = _client.HostConduct;
        if (now == _told) return;
        var nanos = MonotonicClock.NowNanos();
        if (nanos < _nextReportNanos) return;
        _nextReportNanos = nanos + ReportEveryNanos;
        _told = now;
        _tell(new HostConduct(now.RoundTripRequests, now.BandwidthRequests, now.Results, now.LogonSeen, now.GraphicsVersion, now.Frames,
            now.StampedFrames, now.DelayVariationMillis));
    }
}
