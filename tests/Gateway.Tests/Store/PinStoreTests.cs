using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Store;

public sealed class PinStoreTests : IDisposable
{
    readonly TestStore _store = new();
    readonly PinStore _pins;
    readonly ChainStore _chains;

    public PinStoreTests()
    {
        _pins = new(_store.Database);
        _chains = new(_store.Database);
        _chains.SaveAnyway("site", "text", "alice", null, []);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void PinFirst_SecondCertificate_DoesNotReplaceTheFirst()
    {
        Assert.Null(_pins.Find("site", "rdp h:3389"));
        Assert.Equal("aa", _pins.PinFirst("site", "rdp h:3389", "AA", "CN=h")!.Sha256);
        Assert.Equal("aa", _pins.PinFirst("site", "rdp h:3389", "bb", "CN=h")!.Sha256);

        Assert.Equal(new CertificatePin("site", "rdp h:3389", "aa", "CN=h", _store.Time.GetUtcNow()), Assert.Single(_pins.List()));
    }

    [Fact]
    public void Forget_OneLayerOrAll_AllowsTheNextCertificate()
    {
        _pins.PinFirst("site", "rdp h:3389", "aa", "");
        _pins.PinFirst("site", "rdp i:3389", "bb", "");

        Assert.Equal(1, _pins.Forget("site", "rdp h:3389"));
        Assert.Equal("cc", _pins.PinFirst("site", "rdp h:3389", "cc", "")!.Sha256);
        Assert.Equal(2, _pins.Forget("site", null));
        Assert.Equal(0, _pins.Forget("site", null));
    }

    [Fact]
    public void DeletedChain_HasNoPins()
    {
        _pins.PinFirst("site", "rdp h:3389", "aa", "");
        _chains.Delete("site");

        Assert.Null(_pins.PinFirst("site", "rdp h:3389", "bb", ""));
        _chains.SaveAnyway("site", "text", "alice", null, []);
        Assert.Null(_pins.Find("site", "rdp h:3389"));
    }
}
