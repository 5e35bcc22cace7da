using System.Diagnostics;
using FreeRdp.Net.Tests.Hosts;
using Xunit.Abstractions;

namespace FreeRdp.Net.Tests;

/// <summary>The client against xrdp with xorgxrdp.</summary>
public sealed class RdpClientXrdpTests(XrdpHost host, ITestOutputHelper output) : IClassFixture<XrdpHost>
{
    private const byte KeyA = 0x1e;

    [XrdpTheory]
    [InlineData(RdpSecurity.Any, "tls")]
    [InlineData(RdpSecurity.Tls, "tls")]
    public void Connect_ByEachProtocol_PictureArrivesAndAnswersKeys(RdpSecurity security, string protocol)
    {
        using var run = new ClientUnderTest(host.Port, o => o with { Security = security });
        var failure = run.Connect();
        Assert.True(failure is null, $"{failure}");
        Assert.Equal(protocol, run.Client.Protocol);
        Assert.NotNull(run.Client.Certificate);
        Assert.True(run.PumpUntil(() => run.Paints > 0 && run.HasColours()), $"{run.Ended}");
        run.PumpUntilStill();
        run.Client.SendMouse(0x0800, 100, 100);
        var millis = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var before = run.PumpUntilStill(60);
            var pressed = Stopwatch.GetTimestamp();
            run.PressKey(KeyA);
            Assert.True(run.PumpUntil(() => run.PictureHash() != before), $"{run.Ended}");
            millis.Add(Stopwatch.GetElapsedTime(pressed).TotalMilliseconds);
        }

        millis.Sort();
        output.WriteLine($"first picture {run.FirstPictureMillis:0} ms, key to damage median {millis[10]:0.00} ms");
        Assert.True(run.Pointers > 0);
    }

    [XrdpFact]
    public void RequestShutdownEcho_UserSignedIn_IsRefusedAndTheSessionGoesOn()
    {
        using var run = new ClientUnderTest(host.Port);
        var echoes = new List<long>();
        run.Client.ShutdownEchoed = echoes.Add;
        Assert.Null(run.Connect());
        output.WriteLine($"{run.Client.Host.System} {string.Join('.', run.Client.Host.CapabilitySets)}");
        Assert.True(run.PumpUntil(() => run.Paints > 0 && run.HasColours()), $"{run.Ended}");
        for (var i = 0; i < 5; i++)
        {
            var before = echoes.Count;
            Assert.True(run.Client.RequestShutdownEcho());
            Assert.True(run.PumpUntil(() => echoes.Count > before), $"{run.Ended}");
        }

        output.WriteLine($"{run.Client.HostConduct}; echoes in ms: {string.Join(' ', echoes.Select(nanos => nanos / 1e6))}");
        Assert.Equal([9, 1, 2, 14], run.Client.Host.CapabilitySets.Take(4));
        Assert.All(echoes, nanos => Assert.InRange(nanos, 1, 1_000_000_000));
    }

    [XrdpFact]
    public void Connect_OnlyNlaToAHostWithoutIt_IsRefusedAsAValue()
    {
        using var run = new ClientUnderTest(host.Port, o => o with { Security = RdpSecurity.Nla });
        var failure = run.Connect();
        Assert.NotNull(failure);
        output.WriteLine(failure.ToString());
        Assert.Equal((RdpStage.Handshake, RdpCause.Refused), (failure.Stage, failure.Cause));
    }

    [XrdpFact]
    public void RequestResize_HostWithDisplayControl_ChangesTheDesktop()
    {
        using var run = new ClientUnderTest(host.Port);
        Assert.Null(run.Connect());
        Assert.True(run.PumpUntil(() => run.Paints > 0), $"{run.Ended}");
        Assert.True(run.PumpUntil(() => run.Client.CanResize), "the host has no display control");
        Assert.True(run.Client.RequestResize(1200, 700, 100));
        Assert.True(run.PumpUntil(() => run.Sizes.Contains((1200, 700))), $"{run.Ended} {string.Join(' ', run.Sizes)}");
        Assert.Equal((1200, 700), (run.Client.Width, run.Client.Height));
        var paints = run.Paints;
        Assert.True(run.PumpUntil(() => run.Paints > paints && run.HasColours()), $"{run.Ended}");
    }
}

/// <summary>Skips where FreeRDP or xrdp is missing.</summary>
public sealed class XrdpFactAttribute : FactAttribute
{
    public XrdpFactAttribute() => Skip = FreeRdpLibrary.WhyUnavailable() ?? XrdpHost.WhyMissing;
}

/// <summary>Skips where FreeRDP or xrdp is missing.</summary>
public sealed class XrdpTheoryAttribute : TheoryAttribute
{
    public XrdpTheoryAttribute() => Skip = FreeRdpLibrary.WhyUnavailable() ?? XrdpHost.WhyMissing;
}
