using System.Globalization;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>What a closed connection leaves in the process, counted while nothing else runs in it.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class PeerLeakTests
{
    [NativeFact]
    public void Connections_FiftyOneAfterTheOther_LeaveNothingBehind()
    {
        Connect(10);
        var (descriptors, memory) = (Descriptors(), NativeMebibytes());
        Connect(50);
        var left = Descriptors();
        Assert.True(left.Count <= descriptors.Count + 5, $"{string.Join(' ', left)} are open; before it were {string.Join(' ', descriptors)}");
        Assert.InRange(NativeMebibytes(), 0, memory + 24);
    }

    /// <summary>Connections to a host that is gone at the end: it closes its side on a thread of its own, after the client has gone.</summary>
    private static void Connect(int times)
    {
        var host = new PeerHost();
        using (host) for (var i = 0; i < times; i++) _ = RecordedClient.Record(host);
        Assert.Null(host.Fault);
    }

    /// <summary>Sockets, pipes, eventfds: what connections have. Files are assemblies, which the runtime loads when it likes.</summary>
    private static List<string> Descriptors() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget ?? "/gone").Where(target => !target.StartsWith('/'))];

    /// <summary>What the process has written to and no file backs, without the managed heap: that one grows and shrinks as its collector likes.</summary>
    private static long NativeMebibytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var anonymous = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return (long.Parse(anonymous.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10)
            - (GC.GetGCMemoryInfo().TotalCommittedBytes >> 20);
    }
}
