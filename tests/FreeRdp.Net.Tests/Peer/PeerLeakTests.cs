using System.Diagnostics;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>What a closed connection leaves in the process, counted while nothing else runs in it.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class PeerLeakTests
{
    [NativeFact]
    public void Connections_FiftyOneAfterTheOther_LeaveNothingBehind()
    {
        Connect(10);
        var (descriptors, memory) = (Descriptors(), PrivateMebibytes());
        Connect(50);
        Assert.InRange(Descriptors(), 0, descriptors + 5);
        Assert.InRange(PrivateMebibytes(), 0, memory + 24);
    }

    /// <summary>Connections to a host that is gone at the end: it closes its side on a thread of its own, after the client has gone.</summary>
    private static void Connect(int times)
    {
        var host = new PeerHost();
        using (host) for (var i = 0; i < times; i++) _ = RecordedClient.Record(host);
        Assert.Null(host.Fault);
    }

    /// <summary>Sockets, pipes, eventfds: what connections have. Files are assemblies, which the runtime loads when it likes.</summary>
    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Count(link => !(new FileInfo(link).LinkTarget ?? "/gone").StartsWith('/'));

    private static long PrivateMebibytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64 >> 20;
    }
}
