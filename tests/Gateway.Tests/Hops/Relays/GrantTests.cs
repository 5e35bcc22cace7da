using System.Buffers.Text;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

public sealed class GrantTests : IDisposable
{
    private static readonly HostEndpoint s_desk = new("desk.example", 3389);

    private readonly RelaySite _home = new(hasDoor: false), _relay = new(hasDoor: false), _other = new(hasDoor: false);
    private readonly RelayPeer _peer;
    private readonly GrantCheck _check;

    public GrantTests()
    {
        _peer = new RelayPeer("home", _home.Key.PublicKey, null, false, default);
        _check = new GrantCheck(_relay.Key.Id, _relay.Store.Time);
    }

    public void Dispose()
    {
        _home.Dispose();
        _relay.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Use_Good_SaysEverythingThatWasSigned()
    {
        Assert.Null(_check.Use(Grant(_relay), _peer, out var grant));

        Assert.Equal(("site", 3, "session-1", s_desk), (grant.Chain, grant.Layer, grant.Session, grant.Target));
    }

    [Fact]
    public void Use_Again_IsRefused()
    {
        string grant = Grant(_relay);
        _check.Use(grant, _peer, out _);

        Assert.Equal("the grant was used already", _check.Use(grant, _peer, out _));
    }

    [Fact]
    public void Use_TooLate_IsRefusedWithTheAge()
    {
        string grant = Grant(_relay);
        _relay.Store.Time.Advance(RelayGrant.Lifetime + TimeSpan.FromSeconds(2));

        Assert.Equal("the grant expired 2.0 s ago by this relay's clock", _check.Use(grant, _peer, out _));
    }

    // Remembering a nonce until its grant expires is only enough if none lives much longer than it should.
    [Fact]
    public void Use_FromTheFuture_IsRefused()
    {
        _home.Store.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Contains("clocks differ by 300 s", _check.Use(Grant(_relay), _peer, out _));
    }

    [Fact]
    public void Use_ForAnotherRelay_IsRefused() => Assert.Equal("the grant is for another relay", _check.Use(Grant(_other), _peer, out _));

    [Fact]
    public void Use_BroughtByAnotherNode_IsRefused() => Assert.Contains(
        "not signed by the node that brings it", _check.Use(Grant(_relay), _peer with { PublicKey = _other.Key.PublicKey }, out _));

    [Fact]
    public void Use_WithAnyByteChanged_IsRefused()
    {
        byte[] grant = Base64Url.DecodeFromChars(Grant(_relay));
        for (int i = 0; i < grant.Length; i++)
        {
            grant[i] ^= 1;
            Assert.NotNull(_check.Use(Base64Url.EncodeToString(grant), _peer, out _));
            grant[i] ^= 1;
        }

        Assert.Null(_check.Use(Base64Url.EncodeToString(grant), _peer, out _));
    }

    // The base64 of another length's end has bits that mean nothing: two texts for one grant would be two uses.
    [Fact]
    public void Use_WrittenInAnotherWay_IsRefused()
    {
        string grant = Grant(_relay);
        Assert.All([$"{grant}=", $" {grant}", $"{grant}\n"], text => Assert.Equal("what came is no grant", _check.Use(text, _peer, out _)));
    }

    private string Grant(RelaySite to) => RelayGrant.For(to.Key.Id, _home.Store.Time.GetUtcNow(), "site", 3, "session-1", s_desk).Write(_home.Key);
}
