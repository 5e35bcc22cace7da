using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class ChainAccessTests : IDisposable
{
    readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void MayUse_OwnerGrantedAndAdmins_NobodyElse()
    {
        var accounts = new AccountStore(_store.Database);
        var chains = new ChainStore(_store.Database);
        var access = new ChainAccess(chains);
        Account Add(string name, Role role) => new(accounts.Add(name, Accounts.Word(role), "x")!.Value, name, role);
        var (alice, bob, carol, root) = (Add("alice", Role.User), Add("bob", Role.User), Add("carol", Role.User), Add("root", Role.Admin));
        chains.SaveAnyway("site", "text", "alice", alice.Id, []);
        chains.SaveAnyway("other", "text", "root", null, []);
        chains.Grant("site", bob.Id);

        Assert.True(access.MayUse(alice, "site"));
        Assert.True(access.MayUse(bob, "site"));
        Assert.False(access.MayUse(carol, "site"));
        Assert.True(access.MayUse(root, "site"));
        Assert.True(access.MayUse(Operator.Account, "site"));
        Assert.False(access.MayUse(root, "none"));
        Assert.True(ChainAccess.MayChange(alice, chains.Find("site")!));
        Assert.False(ChainAccess.MayChange(bob, chains.Find("site")!));
        Assert.Equal(["site"], access.UsableBy(bob));
        Assert.Equal(["other", "site"], access.UsableBy(root));
        Assert.Empty(access.UsableBy(carol));
    }
}
