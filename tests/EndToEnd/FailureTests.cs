using System.Net;
using System.Net.Sockets;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.EndToEnd;

/// <summary>Every failure ends in a sentence that names layer, stage and cause, in the API and as a picture in the client.</summary>
public sealed class FailureTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    [LabFact]
    public Task Open_HostRefuses_TheSentenceIsInTheApiAndOnTheScreen() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("nobody", "127.0.0.1", FreeRdpProxy.FreePort(), "user", "password");
        using var viewer = fixture.Open("nobody");

        string session = await fixture.WaitForSessionAsync("nobody", s => s.Contains("refused the connection", StringComparison.Ordinal), viewer);

        Assert.Contains("\"state\":\"reconnecting\"", session, StringComparison.Ordinal);
        Assert.Null(viewer.Ended);
        Assert.True(NoticePixel.Is(viewer.PixelAt(2, 2)));
        Assert.InRange(viewer.Capture().Colours, 10, 5000); // smooth letters, no desktop
    });

    [LabFact]
    public Task Open_WrongPassword_IsToldAndNotTriedAgain() => OneThread.Run(async () =>
    {
        var host = fixture.Lab.Hosts["shadow-1"];
        await fixture.Node.AddHostAsync("wrong", host.Address, host.Port, host.Users[0], "not the password");
        using var viewer = fixture.Open("wrong");

        string session = await fixture.WaitForSessionAsync("wrong", s => s.Contains("\"state\":\"failed\"", StringComparison.Ordinal), viewer);

        Assert.Contains("did not accept the user name or password", session, StringComparison.Ordinal);
        Assert.Contains(host.Address, session, StringComparison.Ordinal);
        Assert.Null(viewer.Ended);
    });

    [LabFact]
    public Task Open_CertificateChanged_IsRefusedUntilTheOldOneIsForgotten() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("pinned", fixture.Lab, "desk-3", "guest");
        using (var first = fixture.Open("pinned"))
        {
            NodeFixture.Settle(first);
        }

        string id = (await fixture.Node.SessionOfAsync("pinned"))!.Value.GetProperty("id").GetString()!;
        await fixture.Node.SendAsync(HttpMethod.Delete, $"sessions/{id}");
        await fixture.Lab.CommandAsync("stop", "desk-3");
        await fixture.Lab.CommandAsync("start", "desk-3", "--new-certificate");

        using var second = fixture.Open("pinned");
        await fixture.WaitForSessionAsync("pinned", s => s.Contains("certificate is not the one", StringComparison.Ordinal), second);

        await fixture.Node.SendAsync(HttpMethod.Delete, "pins/pinned");
        using var third = fixture.Open("pinned");
        await fixture.WaitForSessionAsync("pinned", s => s.Contains("\"state\":\"live\"", StringComparison.Ordinal), third);
    });

    [LabFact]
    public Task Run_HostLosesPower_TheLastPictureStaysAndTheSessionReturns() => OneThread.Run(async () =>
    {
        await fixture.Node.AddHostAsync("power", fixture.Lab, "desk-2", "bob");
        using var viewer = fixture.Open("power");
        NodeFixture.Settle(viewer);
        var live = viewer.Capture();

        await fixture.Lab.CommandAsync("stop", "desk-2");
        try
        {
            await fixture.WaitForSessionAsync("power", s => s.Contains("\"state\":\"reconnecting\"", StringComparison.Ordinal), viewer);
            viewer.Settle(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3));
            Assert.Null(viewer.Ended);
            var dimmed = viewer.Capture();
            Assert.True(Brightness(dimmed, 2, 2) < Brightness(live, 2, 2), "the picture was not dimmed");
        }
        finally
        {
            await fixture.Lab.CommandAsync("start", "desk-2");
        }

        await fixture.WaitForSessionAsync("power", s => s.Contains("\"state\":\"live\"", StringComparison.Ordinal), viewer);
    });

    [LabFact]
    public Task SignIn_WrongPasswords_LockTheAccountAtTheFrontDoor() => OneThread.Run(async () =>
    {
        await fixture.Node.AddUserAsync("forgetful", "correct horse battery");
        await fixture.Node.AddHostAsync("locked", fixture.Lab, "desk-1", "u15");
        await fixture.Node.SendAsync(HttpMethod.Put, "chains/locked/grants/forgetful");
        for (int i = 0; i < 5; i++)
        {
            await TryToSignInAsync("wrong password", refusalsBefore: i);
        }

        // The right password now, and it must not help.
        using (var locked = fixture.Open("locked", user: "forgetful", password: "correct horse battery"))
        {
            Assert.True(locked.Pump(TimeSpan.FromSeconds(20), () => locked.Ended is not null), "a locked account was not sent away");
        }

        Assert.Null(await fixture.Node.SessionOfAsync("locked"));
        Assert.Contains("account-locked", (await fixture.Node.GetAsync("audit")).RootElement.ToString(), StringComparison.Ordinal);

        await fixture.Node.SendAsync(HttpMethod.Post, "users/forgetful/unlock");
        using var viewer = fixture.Open("locked", user: "forgetful", password: "correct horse battery");
        await fixture.WaitForSessionAsync("locked", s => s.Contains("\"state\":\"live\"", StringComparison.Ordinal), viewer);
    });

    [LabFact]
    public Task FrontDoor_SomethingElseThanRdp_IsClosedAtOnce() => OneThread.Run(async () =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, fixture.Node.RdpPort);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], limit.Token));
        }
        catch (SocketException ex)
        {
            Assert.Equal(SocketError.ConnectionReset, ex.SocketErrorCode);
        }
    });

    /// <summary>Signs in and stays until the node has counted the refusal.</summary>
    private async Task TryToSignInAsync(string password, int refusalsBefore)
    {
        var (viewer, _) = Viewer.Connect("127.0.0.1", fixture.Node.RdpPort, o => o with
        {
            User = "forgetful#locked", Password = password, Security = RdpSecurity.Tls,
        });
        using (viewer)
        {
            for (int i = 0; i < 100; i++)
            {
                viewer?.Pump(TimeSpan.FromMilliseconds(100), () => false);
                string audit = (await fixture.Node.GetAsync("audit?action=sign-in-refused")).RootElement.ToString();
                if (audit.Split("\"action\"").Length - 1 > refusalsBefore)
                {
                    return;
                }
            }
        }

        Assert.Fail($"attempt {refusalsBefore + 1} was not counted");
    }

    private static int Brightness(Picture picture, int x, int y)
    {
        int pixel = picture.Pixels[y * picture.Width + x];
        return (pixel >> 16) + (pixel >> 8 & 255) + (pixel & 255);
    }
}
