using FreeRdp.Net.Tests.Peer;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Tests.RdpFront;

[Collection("screens")]
public sealed class FrontRoleTests
{
    [XfreerdpTheory]
    [InlineData("/sec:tls /gfx", FrontEncoding.GfxProgressive, "tls")]
    [InlineData("/sec:nla /gfx", FrontEncoding.GfxProgressive, "nla")]
    [InlineData("/sec:tls /bpp:32", FrontEncoding.Bitmap, "tls")]
    public void Join_SurfaceOfAnotherSize_ClientShowsItExactly(string arguments, FrontEncoding encoding, string security)
    {
        using var front = new FrontHarness(arguments);
        var expected = front.Draw(640, 480);
        var signIn = front.LetIn();
        Assert.Equal((XfreerdpClient.DefaultUser, security == "nla", 800, 600), (signIn.User, signIn.ProvedByNla, signIn.Width, signIn.Height));
        Assert.Equal(security == "nla" ? "" : XfreerdpClient.DefaultPassword, signIn.Password.Reveal());
        var active = front.Expect<FrontActive>();
        Assert.Equal((encoding, security), (active.Encoding, active.Security));
        front.ExpectScreen(expected, 640, 480);

        expected = front.Draw(640, 480, seed: 3);
        front.ExpectScreen(expected, 640, 480);
        expected = front.Draw(722, 501, seed: 4);
        front.ExpectScreen(expected, 722, 501);
    }

    [XfreerdpFact]
    public void Input_OfEveryKind_IsInTheRingWithStamps()
    {
        using var front = new FrontHarness("/sec:tls /gfx /dynamic-resolution");
        var expected = front.Draw(800, 600);
        front.LetIn();
        front.ExpectScreen(expected, 800, 600);
        front.Client.Xdotool("mousemove 300 300 key a click 1 click 4 click 5");
        var key = front.ExpectInput(i => i.Kind == InputKind.Scancode && i.A == 0x1E);
        Assert.Equal(FrontHarness.FrontNumber, key.FrontNumber);
        Assert.InRange(key.PublishedNanos - key.ReceivedNanos, 1, 1_000_000_000);
        front.ExpectInput(i => i.Kind == InputKind.Mouse && (i.Flags & 0x9000) == 0x9000);
        front.ExpectInput(i => i.Kind == InputKind.Mouse && (i.Flags & 0x0300) == 0x0200);
        front.ExpectInput(i => i.Kind == InputKind.Mouse && (i.Flags & 0x0300) == 0x0300);
    }

    [XfreerdpFact]
    public void Resize_OfTheClientsWindow_IsAskedForAndFollowed()
    {
        using var front = new FrontHarness("/sec:tls /gfx /dynamic-resolution");
        var expected = front.Draw(800, 600);
        front.LetIn();
        front.ExpectScreen(expected, 800, 600);
        front.Client.Xdotool("search --onlyvisible --class xfreerdp windowsize 720 540");
        var resize = front.ExpectInput(i => i.Kind == InputKind.Resize);
        Assert.Equal((720, 540, 100), (resize.A, resize.B, resize.C));
        front.ExpectScreen(front.Draw(720, 540, seed: 1), 720, 540);
    }

    [XfreerdpFact]
    public void Input_WhileANoticeIsShown_DoesNotReachTheDesktop()
    {
        using var front = new FrontHarness("/sec:tls /gfx");
        var expected = front.Draw(800, 600);
        front.LetIn();
        front.ExpectScreen(expected, 800, 600);
        front.Send(new Notice("Lost connection to desk-1. Reconnecting …", NoticeKind.Lost, MonotonicClock.NowNanos()));
        // What is pressed is let go of when the notice comes; what is typed at it goes nowhere.
        front.ExpectInput(i => i.Kind == InputKind.ReleaseAll);
        front.Client.Xdotool("mousemove 300 300 key b");
        front.Send(new Notice("", NoticeKind.None, 0));
        front.ExpectScreen(expected, 800, 600);
        front.Client.Xdotool("key a");
        Assert.Equal(0x1E, front.ExpectInput(i => i.Kind == InputKind.Scancode).A);
    }

    [XfreerdpFact]
    public void Input_OfViewOnlyFront_GoesNowhere()
    {
        using var front = new FrontHarness("/sec:tls /gfx");
        var expected = front.Draw(800, 600);
        front.LetIn(mayControl: false);
        front.ExpectScreen(expected, 800, 600);
        front.Client.Xdotool("mousemove 300 300 key a");
        front.ExpectScreen(front.Draw(800, 600, seed: 2), 800, 600);
        Assert.False(front.HasInput());
    }

    [XfreerdpFact]
    public void RoundTrip_OfRealClient_IsReported()
    {
        using var front = new FrontHarness("/sec:tls /gfx +async-channels".Replace(" +async-channels", ""));
        front.Draw(800, 600);
        front.LetIn();
        var first = front.Expect<FrontRoundTrip>();
        var report = first is { EchoNanos: > 0, AutodetectNanos: > 0 } ? first : front.Expect<FrontRoundTrip>();
        Assert.InRange(report.AutodetectNanos, 1, 2_000_000_000);
        Assert.True(report.FramesAcknowledged > 0);
    }

    [XfreerdpFact]
    public void SignIn_Refused_ShowsTheSentenceAndEnds()
    {
        using var front = new FrontHarness("/sec:tls /gfx");
        front.Expect<SignIn>();
        front.Send(new SignInAnswer(false, "User or password is wrong."));
        var failed = front.Expect<Failed>();
        Assert.Equal((FailureStage.SignIn, FailureCause.WrongCredentials), (failed.Failure.Stage, failed.Failure.Cause));
        front.ExpectEnd();
        Assert.Equal(0, front.ExitCode);
    }

    [XfreerdpFact]
    public void Client_Leaves_EndsWithAValue()
    {
        using var front = new FrontHarness("/sec:tls /gfx");
        var expected = front.Draw(800, 600);
        front.LetIn();
        front.ExpectScreen(expected, 800, 600);
        front.Client.Kill();
        var failed = front.Expect<Failed>();
        Assert.Equal((FailureStage.Run, FailureCause.ClientLeft), (failed.Failure.Stage, failed.Failure.Cause));
        front.ExpectEnd();
    }

    [XfreerdpFact]
    public void Notice_ComesAndGoes_LastPictureIsDimmedMeanwhile()
    {
        using var front = new FrontHarness("/sec:tls /gfx");
        var expected = front.Draw(800, 600);
        front.LetIn();
        front.ExpectScreen(expected, 800, 600);
        front.Send(new Notice("Lost connection to desk-1: host closed the connection. Reconnecting …", NoticeKind.Lost, MonotonicClock.NowNanos()));
        var deadline = DateTime.UtcNow.AddSeconds(10);
        uint[] screen;
        do
        {
            screen = front.Client.Screenshot(out _, out _);
            Assert.True(DateTime.UtcNow < deadline, "The picture was not dimmed.");
        }
        while (screen[0] == expected[0]);
        Assert.InRange(screen[0] & 0xFF, 1u, 0x7Fu);
        front.Send(new Notice("", NoticeKind.None, 0));
        front.ExpectScreen(expected, 800, 600);
    }
}
