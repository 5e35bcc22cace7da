using System.Diagnostics;
using FreeRdp.Net.Tests.Hosts;
using Xunit.Abstractions;

namespace FreeRdp.Net.Tests;

/// <summary>The client against FreeRDP's shadow server.</summary>
public sealed class RdpClientShadowTests(ShadowHost host, ITestOutputHelper output) : IClassFixture<ShadowHost>
{
    private const byte KeyA = 0x1e;

    [ShadowTheory]
    [InlineData(RdpSecurity.Tls, true, "tls")]
    [InlineData(RdpSecurity.Tls, false, "tls")]
    [InlineData(RdpSecurity.Nla, true, "nla")]
    [InlineData(RdpSecurity.Nla, false, "nla")]
    public void Connect_ByEachProtocolAndEncoding_PictureArrivesAndAnswersKeys(RdpSecurity security, bool pipeline, string protocol)
    {
        using var run = new ClientUnderTest(PortFor(security), o => o with { Security = security, GraphicsPipeline = pipeline });
        var failure = run.Connect();
        Assert.True(failure is null, $"{failure}\n{host.Output}");
        Assert.Equal(protocol, run.Client.Protocol);
        Assert.NotNull(run.Client.Certificate);
        Assert.Equal(64, run.Client.Certificate.Sha256.Length);
        Assert.True(run.PumpUntil(() => run.Paints > 0 && run.HasColours()), $"{run.Ended}\n{host.Output}");
        Assert.Equal(pipeline, run.Client.GraphicsPipelineActive);
        run.PumpUntilStill();
        run.Client.SendMouse(0x0800, 100, 100); // the pointer gives the xterm the focus
        var before = run.PumpUntilStill();
        var pressed = Stopwatch.GetTimestamp();
        run.PressKey(KeyA);
        Assert.True(run.PumpUntil(() => run.PictureHash() != before), $"{run.Ended}");
        output.WriteLine($"first picture {run.FirstPictureMillis:0} ms, key to damage {Stopwatch.GetElapsedTime(pressed).TotalMilliseconds:0.00} ms");
        Assert.True(run.LastDecodedNanos >= run.LastReceivedNanos && run.LastReceivedNanos > 0);
    }

    [ShadowFact]
    public void Host_OnceConnected_HasToldItsCapabilitiesAndStampsItsFrames()
    {
        using var run = new ClientUnderTest(host.Port, o => o with { Security = RdpSecurity.Tls });
        Assert.Null(run.Connect());
        Assert.True(run.PumpUntil(() => run.Client.HostConduct.StampedFrames > 0), $"{run.Ended} {run.Client.HostConduct}");
        output.WriteLine($"{run.Client.Host.System} {string.Join('.', run.Client.Host.CapabilitySets)} {run.Client.Host}");
        output.WriteLine($"{run.Client.HostConduct}");
        Assert.Equal([1, 2, 3, 8, 13, 20, 9, 14], run.Client.Host.CapabilitySets.Take(8));
        Assert.InRange(run.Client.HostConduct.DelayVariationMillis, 0, 1000);
        Assert.True(run.Client.HostConduct.GraphicsVersion >> 16 >= 8);
    }

    [ShadowTheory]
    [InlineData(RdpCodecs.Avc420)]
    [InlineData(RdpCodecs.Avc444)]
    public void Connect_OfferingAvc_PictureArrivesAndAnswersKeys(RdpCodecs codecs)
    {
        using var run = new ClientUnderTest(host.Port, o => o with { Security = RdpSecurity.Tls, Codecs = codecs });
        Assert.Null(run.Connect());
        Assert.True(run.PumpUntil(() => run.Paints > 0 && run.HasColours()), $"{run.Ended}\n{host.Output}");
        run.Client.SendMouse(0x0800, 100, 100);
        var before = run.PumpUntilStill();
        run.PressKey(KeyA);
        Assert.True(run.PumpUntil(() => run.PictureHash() != before), $"{run.Ended}");
    }

    private int PortFor(RdpSecurity security) => security == RdpSecurity.Nla ? host.NlaPort : host.Port;

    [ShadowFact]
    public void Connect_WrongPasswordByNla_IsAValue()
    {
        using var run = new ClientUnderTest(host.NlaPort, o => o with { Security = RdpSecurity.Nla, Password = "wrong" });
        var failure = run.Connect();
        Assert.NotNull(failure);
        output.WriteLine(failure.ToString());
        Assert.Equal((RdpStage.SignIn, RdpCause.WrongCredentials), (failure.Stage, failure.Cause));
        Assert.DoesNotContain("wrong", failure.Detail);
    }

    [ShadowFact]
    public void Connect_NlaWithoutPassword_IsAValue()
    {
        using var run = new ClientUnderTest(host.NlaPort, o => o with { Security = RdpSecurity.Nla, Password = "" });
        var failure = run.Connect();
        Assert.NotNull(failure);
        Assert.Equal(RdpCause.WrongCredentials, failure.Cause);
    }

    [ShadowFact]
    public void Connect_PinnedCertificateDiffers_IsRefusedAsAValue()
    {
        using var run = new ClientUnderTest(host.Port, o => o with { PinnedCertificateSha256 = new string('a', 64) });
        var failure = run.Connect();
        Assert.NotNull(failure);
        Assert.Equal((RdpStage.Tls, RdpCause.CertificateChanged), (failure.Stage, failure.Cause));
    }

    [ShadowFact]
    public void Connect_PinnedCertificateMatches_IsAccepted()
    {
        string pin;
        using (var first = new ClientUnderTest(host.Port))
        {
            Assert.Null(first.Connect());
            pin = first.Client.Certificate!.Sha256;
        }

        var spaced = string.Join(':', pin.Chunk(2).Select(c => new string(c))).ToUpperInvariant();
        using var second = new ClientUnderTest(host.Port, o => o with { PinnedCertificateSha256 = spaced });
        Assert.Null(second.Connect());
    }

    [ShadowFact]
    public void Process_HostKilled_IsAValue()
    {
        using var own = new ShadowHost();
        using var run = new ClientUnderTest(own.Port);
        Assert.Null(run.Connect());
        Assert.True(run.PumpUntil(() => run.Paints > 0));
        own.KillServer();
        run.PumpUntil(() => run.Ended is not null);
        Assert.NotNull(run.Ended);
        output.WriteLine(run.Ended.ToString());
        Assert.Equal(RdpStage.Run, run.Ended.Stage);
        Assert.Contains(run.Ended.Cause, new[] { RdpCause.ConnectionLost, RdpCause.HostClosed });
    }
}

/// <summary>Skips where FreeRDP or its shadow server is missing.</summary>
public sealed class ShadowFactAttribute : FactAttribute
{
    public ShadowFactAttribute() => Skip = FreeRdpLibrary.WhyUnavailable() ?? ShadowHost.WhyMissing;
}

/// <summary>Skips where FreeRDP or its shadow server is missing.</summary>
public sealed class ShadowTheoryAttribute : TheoryAttribute
{
    public ShadowTheoryAttribute() => Skip = FreeRdpLibrary.WhyUnavailable() ?? ShadowHost.WhyMissing;
}
