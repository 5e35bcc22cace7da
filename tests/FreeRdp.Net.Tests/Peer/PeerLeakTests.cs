using System.Diagnostics;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>What a closed connection leaves in the process, counted while nothing else runs in it.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class PeerLeakTests
{
    [NativeFact]
    public void Connections_FiftyOneAfterTheOther_LeaveNothingBehind()
    {
        using var host = new PeerHost();
        for (var i = 0; i < 10; i++) _ = RecordedClient.Record(host);
        var (descriptors, memory) = (Descriptors(), PrivateMebibytes());
        for (var i = 0; i < 50; i++) _ = RecordedClient.Record(host);
        Assert.Null(host.Fault);
        Assert.InRange(Descriptors(), 0, descriptors + 5);
        Assert.InRange(PrivateMebibytes(), 0, memory + 24);
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
