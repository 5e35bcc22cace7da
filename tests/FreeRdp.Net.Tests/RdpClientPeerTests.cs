using FreeRdp.Net.Tests.Hosts;
using FreeRdp.Net.Tests.Peer;
using Xunit.Abstractions;

namespace FreeRdp.Net.Tests;

/// <summary>The client against this library's own peer, which knows exactly what it sent and what it got.</summary>
[Collection("screens")]
public sealed class RdpClientPeerTests(ITestOutputHelper output)
{
    private const int BusyMillis = 200;

    [NativeTheory]
    [InlineData(RdpSecurity.Tls, true, "gfx-progressive", 0)]
    [InlineData(RdpSecurity.Nla, true, "gfx-progressive", 0)]
    [InlineData(RdpSecurity.Tls, false, "surface-bits", 24)]
    public void Picture_ByEachEncoding_IsWhatWasSent(RdpSecurity security, bool pipeline, string encoding, int tolerance)
    {
        using var host = new PeerHost();
        using var run = Connected(host, o => o with { Security = security, GraphicsPipeline = pipeline });
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true } && Worst(run, host) <= tolerance),
            $"{run.Ended} {host.Fault}, settled {host.Current?.IsSettled}, a colour is off by {Worst(run, host)}");
        Assert.Equal(encoding, host.Current!.Display.Encoding);
    }

    [NativeFact]
    public void RoundTrip_AskedByTheHost_IsAnswered()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true }));
        var probes = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            host.Current!.Post(c => c.MeasureRoundTrip());
            Assert.True(run.PumpUntil(() => host.Current.RoundTrips.Any(r => r.Probe == RdpPeerProbe.Autodetect)), "no answer to autodetect");
            while (host.Current.RoundTrips.TryDequeue(out var trip)) probes.Add(trip.Nanos / 1e3);
        }

        probes.Sort();
        output.WriteLine($"round trip by autodetect, median {probes[probes.Count / 2]:0} us");
    }

    // What waits in a socket because this side was busy did not take the other side longer.
    [NativeFact]
    public void Picture_ThatWaitedForABusyClient_IsStampedWhenItCame()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true }));
        int paints = run.Paints;
        long before = Native.Posix.MonotonicNanos();
        host.Current!.Post(c => c.Damage(new(10, 10, 40, 40)));
        Thread.Sleep(BusyMillis);
        Assert.True(run.PumpUntil(() => run.Paints > paints));
        Assert.InRange((run.LastReceivedNanos - before) / 1e6, 0, BusyMillis / 2);
        Assert.True((run.LastDecodedNanos - before) / 1e6 >= BusyMillis);
    }

    [NativeFact]
    public void Input_ThatWaitedForABusyHost_IsStampedWhenItCame()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true }));
        host.Current!.Inputs.Clear();
        using var busy = new ManualResetEventSlim();
        host.Current.Post(_ =>
        {
            busy.Set();
            Thread.Sleep(BusyMillis);
        });
        busy.Wait();
        long before = Native.Posix.MonotonicNanos();
        run.Client.SendKey(0, 0x1e);
        Assert.True(run.PumpUntil(() => !host.Current.Inputs.IsEmpty));
        Assert.True(host.Current.Inputs.TryPeek(out var input));
        Assert.InRange((input.ReceivedNanos - before) / 1e6, -1, BusyMillis / 2);
        Assert.True((Native.Posix.MonotonicNanos() - before) / 1e6 >= BusyMillis / 2);
    }

    [NativeFact]
    public void Input_OfEveryKind_ArrivesAsItWasSent()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true }));
        host.Current!.Inputs.Clear();
        (RdpPeerInputKind, ushort, ushort, ushort)[] sent =
        [
            (RdpPeerInputKind.Scancode, 0, 0x1e, 0),
            (RdpPeerInputKind.Scancode, 0x8000, 0x1e, 0),
            (RdpPeerInputKind.Scancode, 0x0100, 0x53, 0),
            (RdpPeerInputKind.Unicode, 0, 0x20ac, 0),
            (RdpPeerInputKind.Unicode, 0x8000, 0x20ac, 0),
            (RdpPeerInputKind.Mouse, 0x0800, 12, 345),
            (RdpPeerInputKind.Mouse, 0x9000, 12, 345),
            (RdpPeerInputKind.Mouse, 0x0200 | 120, 12, 345),
            (RdpPeerInputKind.Mouse, 0x0400 | 0x0100 | 0x88, 12, 345),
            (RdpPeerInputKind.ExtendedMouse, 0x8001, 700, 500),
            (RdpPeerInputKind.Synchronize, 0x0006, 0, 0),
        ];
        foreach (var (kind, flags, a, b) in sent)
        {
            Assert.True(kind switch
            {
                RdpPeerInputKind.Scancode => run.Client.SendKey(flags, (byte)a),
                RdpPeerInputKind.Unicode => run.Client.SendUnicode(flags, a),
                RdpPeerInputKind.Mouse => run.Client.SendMouse(flags, a, b),
                RdpPeerInputKind.ExtendedMouse => run.Client.SendExtendedMouse(flags, a, b),
                _ => run.Client.SendSynchronize(flags),
            });
        }

        Assert.True(run.PumpUntil(() => host.Current.Inputs.Count >= sent.Length), $"{host.Current.Inputs.Count} of {sent.Length} came");
        Assert.Equal(sent, host.Current.Inputs.Select(i => (i.Kind, i.Flags, i.A, i.B)));
    }

    [NativeTheory]
    [InlineData(RdpPeerCloseReason.Ended, RdpCause.HostClosed)]
    [InlineData(RdpPeerCloseReason.Idle, RdpCause.TimedOut)]
    [InlineData(RdpPeerCloseReason.Replaced, RdpCause.Replaced)]
    [InlineData(RdpPeerCloseReason.Denied, RdpCause.Refused)]
    [InlineData(RdpPeerCloseReason.NotAllowed, RdpCause.AccessDenied)]
    [InlineData(RdpPeerCloseReason.LoggedOff, RdpCause.LoggedOff)]
    public void Ended_ForAReasonThatTheHostTells_IsThatValue(RdpPeerCloseReason reason, RdpCause cause)
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true }));
        host.Current!.Post(c => c.Close(reason));
        run.PumpUntil(() => run.Ended is not null);
        Assert.Equal((RdpStage.Run, cause), (run.Ended!.Stage, run.Ended.Cause));
    }

    [NativeFact]
    public void Resize_ByTheHost_ShowsTheNewPicture()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Assert.True(run.PumpUntil(() => host.Current is { IsSettled: true } && run.Client.CanResize));
        Assert.True(run.Client.RequestResize(802, 600, 100));
        Assert.True(run.PumpUntil(() => host.Current!.Resizes.Contains((802, 600, 100))), "the host did not hear of it");
        host.Current!.Post(c => c.Resize(802, 600));
        Assert.True(run.PumpUntil(() => run.Sizes.Contains((802, 600)) && host.Current.IsSettled && Worst(run, host) == 0),
            $"{run.Ended} {string.Join(' ', run.Sizes)}");
    }

    [NativeFact]
    public void Connect_HostNeverAnswers_TimesOutAsAValue()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var run = new ClientUnderTest(((System.Net.IPEndPoint)listener.LocalEndpoint).Port,
            o => o with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal((RdpStage.Handshake, RdpCause.TimedOut), (run.Connect() is { } f ? (f.Stage, f.Cause) : default));
    }

    [NativeFact]
    public void Connect_Cancelled_StopsAsAValue()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var run = new ClientUnderTest(((System.Net.IPEndPoint)listener.LocalEndpoint).Port);
        using var cancel = new CancellationTokenSource(200);
        Assert.Equal(RdpCause.Stopped, run.Connect(cancel.Token)?.Cause);
    }

    [NativeFact]
    public void Post_FromAnotherThread_RunsOnTheOwner()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        var owner = Environment.CurrentManagedThreadId;
        var ran = 0;
        new Thread(() => run.Client.Post(() => ran = Environment.CurrentManagedThreadId)).Start();
        Assert.True(run.PumpUntil(() => ran != 0));
        Assert.Equal(owner, ran);
    }

    [NativeFact]
    public void Process_HandlerThrows_ComesOutAsThatException()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        run.Client.Painted = (in RdpPaint _) => throw new InvalidDataException("thrown in a callback");
        Assert.Throws<InvalidDataException>(() => run.PumpUntil(() => false));
    }

    [NativeFact]
    public void Dispose_FromACallback_IsRefused()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        run.Client.Painted = (in RdpPaint _) => run.Client.Dispose();
        Assert.Throws<InvalidOperationException>(() => run.PumpUntil(() => false));
    }

    [NativeFact]
    public void Send_FromAnotherThread_IsRefused()
    {
        using var host = new PeerHost();
        using var run = Connected(host);
        Exception? thrown = null;
        var other = new Thread(() => thrown = Record.Exception(() => run.Client.SendKey(0, 0x1e)));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(thrown);
    }

    private static ClientUnderTest Connected(PeerHost host, Func<RdpClientOptions, RdpClientOptions>? with = null)
    {
        var run = new ClientUnderTest(host.Port, o => (with?.Invoke(o) ?? o) with { User = PeerHost.User, Password = PeerHost.Password });
        var failure = run.Connect();
        Assert.True(failure is null, $"{failure} {host.Fault} {string.Join(", ", host.Failures)}");
        return run;
    }

    /// <summary>The largest difference of a colour between what the client shows and what the host has.</summary>
    private static int Worst(ClientUnderTest run, PeerHost host)
    {
        var expected = host.Current!.Picture;
        var shown = run.Client.GetPicture(out var stride);
        if (run.Client.Width != expected.Width || run.Client.Height != expected.Height)
            return int.MaxValue;
        var worst = 0;
        for (var y = 0; y < expected.Height; y++)
        {
            var row = expected.Pixels.AsSpan(y * expected.StrideBytes, expected.Width * 4);
            var mine = shown.Slice(y * stride, expected.Width * 4);
            for (var i = 0; i < row.Length; i++)
            {
                if (i % 4 != 3)
                    worst = Math.Max(worst, Math.Abs(row[i] - mine[i]));
            }
        }

        return worst;
    }
}

/// <summary>Skips where FreeRDP 3 is not installed.</summary>
public sealed class NativeTheoryAttribute : TheoryAttribute
{
    public NativeTheoryAttribute() => Skip = FreeRdpLibrary.WhyUnavailable();
}
