using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using RemoteChain.Gateway.Hops.Relays;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

public sealed class EnrolmentTests : IDisposable
{
    private readonly RelaySite _home = new(), _relay = new();

    public void Dispose()
    {
        _home.Dispose();
        _relay.Dispose();
    }

    [Fact]
    public async Task Enrol_PinsBothKeys()
    {
        await _home.EnrolAtAsync(_relay, "home", "relay");

        Assert.Equal(_relay.Key.PublicKey, _home.Relays.Find("relay")!.PublicKey);
        Assert.Equal(_home.Key.PublicKey, _relay.Relays.Find("home")!.PublicKey);
        Assert.Equal((_relay.Address.ToString(), null), (_home.Relays.Find("relay")!.Address, _relay.Relays.Find("home")!.Address));
    }

    [Fact]
    public async Task Enrol_WithACodeThatWasUsed_IsRefusedAndAudited()
    {
        using var third = new RelaySite();
        string code = _relay.Node.Invite("home")!;
        Assert.Null(await _home.Node.EnrolAsync(code, _relay.Address, "relay", CancellationToken.None));

        Assert.Contains("the code is wrong, used or expired", await third.Node.EnrolAsync(code, _relay.Address, "relay", CancellationToken.None));

        Assert.Empty(third.Relays.Peers());
        Assert.Contains("wrong, used or expired", _relay.LastRefusal());
    }

    [Fact]
    public async Task Enrol_TooLate_IsRefused()
    {
        string code = _relay.Node.Invite("home")!;
        _relay.Store.Time.Advance(Enrolment.Lifetime);

        Assert.Contains("expired", await _home.Node.EnrolAsync(code, _relay.Address, "relay", CancellationToken.None));
    }

    [Fact]
    public async Task Enrol_TypedWithoutDashesInCapitals_IsUnderstood()
    {
        string code = _relay.Node.Invite("home")!.Replace("-", " ", StringComparison.Ordinal).ToUpperInvariant();

        Assert.Null(await _home.Node.EnrolAsync(code, _relay.Address, "relay", CancellationToken.None));
    }

    // Somebody in the middle sees other keys than the two ends, so what each proves is worth nothing to the other.
    [Fact]
    public void Redeem_OfAProofOverOtherKeys_IsRefused()
    {
        var enrolment = new Enrolment(TimeProvider.System);
        string code = enrolment.Invite("home")!;
        byte[] middle = new byte[32];

        Assert.Null(enrolment.Redeem(Enrolment.ProofOf(code, _home.Key.Id, middle), _home.Key.Id, _relay.Key.Id));
        Assert.NotNull(enrolment.Redeem(Enrolment.ProofOf(code, _home.Key.Id, _relay.Key.Id), _home.Key.Id, _relay.Key.Id));
    }

    [Fact]
    public async Task Door_ToAStrangerWithoutAKey_OpensNothing()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_relay.Address.Host, _relay.Address.Port);
        using var tls = new SslStream(client.GetStream());

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = (_, _, _, _) => true });
            await tls.WriteAsync(HttpUpgrade.Request("relay", HttpUpgrade.NewKey()));
            if (await tls.ReadAsync(new byte[1]) == 0)
            {
                throw new EndOfStreamException();
            }
        });
    }

    [Fact]
    public async Task Door_FullOfStrangersFromOneAddress_ClosesFurtherOnesAndRecovers()
    {
        await _home.EnrolAtAsync(_relay, "home", "relay");
        _relay.Relays.Allow("127.0.0.1", null);
        using var host = new EchoHost();
        var strangers = new List<TcpClient>();
        for (int i = 0; i < RelayDoor.StrangersPerAddressMax + 4; i++)
        {
            var stranger = new TcpClient();
            await stranger.ConnectAsync(_relay.Address.Host, _relay.Address.Port);
            strangers.Add(stranger);
        }

        strangers[^1].ReceiveTimeout = 5000;
        Assert.Equal(0, strangers[^1].GetStream().Read(Encoding.ASCII.GetBytes("x")));
        strangers.ForEach(stranger => stranger.Dispose());
        await using var dialer = await _home.ThroughAsync("relay");
        for (int i = 0; ; i++)
        {
            var dialed = await dialer.DialAsync(host.Address, CancellationToken.None);
            dialed.Socket?.Dispose();
            if (dialed.Socket is not null || i == 50)
            {
                Assert.Null(dialed.Failure);
                break;
            }

            await Task.Delay(50);
        }
    }
}
