using FreeRdp.Net.Tests.Hosts;
using Xunit.Abstractions;

namespace FreeRdp.Net.Tests;

/// <summary>Tests that count what the whole process holds, so nothing runs beside them.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess : ICollectionFixture<ShadowHost>;

[Collection(nameof(AloneInTheProcess))]
public sealed class RdpClientLeakTests(ShadowHost host, ITestOutputHelper output)
{
    [ShadowFact]
    public void Connect_FiftyTimesInOneProcess_LeavesNothingBehind()
    {
        Cycle(20);
        var (descriptors, memory) = (Descriptors(), ResidentBytes());
        Cycle(50);
        output.WriteLine($"descriptors {descriptors} -> {Descriptors()}, resident {memory >> 20} -> {ResidentBytes() >> 20} MiB");
        Assert.True(Descriptors() <= descriptors + 2, $"{descriptors} descriptors became {Descriptors()}");
        Assert.True(ResidentBytes() < memory + (24 << 20), $"{memory >> 20} MiB became {ResidentBytes() >> 20} MiB");

        void Cycle(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var security = i % 2 == 0 ? RdpSecurity.Tls : RdpSecurity.Nla;
                using var run = new ClientUnderTest(security == RdpSecurity.Nla ? host.NlaPort : host.Port, o => o with { Security = security });
                var failure = run.Connect();
                Assert.True(failure is null, $"connection {i}: {failure}\n{host.Output}");
                Assert.True(run.PumpUntil(() => run.Paints > 0), $"connection {i}: {run.Ended}");
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

        static long ResidentBytes() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], null) * Environment.SystemPageSize;
    }
}
