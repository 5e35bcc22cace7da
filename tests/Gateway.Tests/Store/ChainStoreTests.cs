using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Store;

public sealed class ChainStoreTests : IDisposable
{
    readonly TestStore _store = new();
    readonly ChainStore _chains;
    readonly SecretStore _secrets;
    readonly AccountStore _accounts;

    public ChainStoreTests()
    {
        _chains = new(_store.Database);
        _secrets = new(_store.Database);
        _accounts = new(_store.Database);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Save_Twice_KeepsBothWithAuthorAndTime()
    {
        var alice = _accounts.Add("alice", "user", "x");
        Assert.Equal(1, _chains.SaveAnyway("site", "one", "alice", alice, []));
        _store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, _chains.SaveAnyway("site", "two", "bob", null, []));

        var now = _chains.Find("site")!;
        Assert.Equal(("two", 2, "bob", "alice"), (now.Text, now.Version, now.Author, now.Owner));
        Assert.Equal("one", _chains.FindVersion("site", 1)!.Text);
        Assert.Equal([new(2, "bob", _store.Time.GetUtcNow()), new(1, "alice", _store.Time.GetUtcNow() - TimeSpan.FromHours(1))],
            _chains.History("site"));
    }

    [Fact]
    public void Delete_ThenSave_ContinuesTheHistory()
    {
        _chains.SaveAnyway("site", "one", "alice", null, []);
        Assert.True(_chains.Delete("site"));

        Assert.Null(_chains.Find("site"));
        Assert.Empty(_chains.List());
        Assert.NotNull(_chains.FindDeleted("site"));
        Assert.False(_chains.Delete("site"));
        Assert.Equal(2, _chains.SaveAnyway("site", "two", "alice", null, []));
        Assert.Equal("one", _chains.FindVersion("site", 1)!.Text);
    }

    [Fact]
    public void Save_ManyVersions_KeepsTheNewest()
    {
        for (var i = 0; i < ChainStore.VersionsMax + 5; i++) _chains.SaveAnyway("site", $"v{i}", "alice", null, []);

        var history = _chains.History("site");
        Assert.Equal(ChainStore.VersionsMax, history.Count);
        Assert.Equal(ChainStore.VersionsMax + 5, history[0].Version);
    }

    [Fact]
    public void MayOpen_OnlySecretsTheNewestVersionWasTiedTo()
    {
        _secrets.Save("jump", SecretKind.Login, null, "u", [1]);
        var jump = _secrets.Find("jump")!.Id;
        _chains.SaveAnyway("site", "one", "alice", null, [jump]);
        Assert.True(_chains.MayOpen("site", "jump"));
        Assert.Equal(["site"], _chains.ChainsWith("jump"));

        _chains.SaveAnyway("site", "two", "alice", null, []);
        Assert.False(_chains.MayOpen("site", "jump"));

        // A secret that is made again under an old name is another one.
        _chains.SaveAnyway("site", "three", "alice", null, [jump]);
        _secrets.Delete("jump");
        _secrets.Save("jump", SecretKind.Login, null, "u", [2]);
        Assert.False(_chains.MayOpen("site", "jump"));
    }

    [Fact]
    public void Save_OnAVersionThatIsNotTheNewest_ChangesNothing()
    {
        Assert.Equal(1, _chains.Save("site", "one", "alice", null, [], basedOn: 0));

        Assert.Equal(0, _chains.Save("site", "mine", "bob", null, [], basedOn: 0));
        Assert.Equal(0, _chains.Save("site", "mine", "bob", null, [], basedOn: 2));
        Assert.Equal(0, _chains.Save("other", "mine", "bob", null, [], basedOn: 1));
        Assert.Equal(("one", 1), (_chains.Find("site")!.Text, _chains.Find("site")!.Version));
        Assert.Null(_chains.Find("other"));
    }

    [Fact]
    public void Grant_RemovedAccountOrChain_IsGone()
    {
        var bob = _accounts.Add("bob", "user", "x")!.Value;
        _chains.SaveAnyway("site", "one", "alice", null, []);

        Assert.True(_chains.Grant("site", bob));
        Assert.False(_chains.Grant("site", bob));
        Assert.True(_chains.IsGranted("site", bob));
        Assert.Equal(["bob"], _chains.Grants("site"));

        _chains.Delete("site");
        _chains.SaveAnyway("site", "two", "alice", null, []);
        Assert.False(_chains.IsGranted("site", bob));

        _chains.Grant("site", bob);
        _accounts.Delete(bob);
        Assert.Empty(_chains.Grants("site"));
    }
}
