using System.Text;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class SecretVaultTests : IDisposable
{
    const string Document = "name: site\nlayers:\n  - kind: rdp\n    host: h\n    credentials: jump\n";

    readonly TestStore _store = new();
    readonly SecretStore _secrets;
    readonly ChainStore _chains;
    readonly AccountStore _accounts;
    readonly SecretVault _vault;
    readonly ChainAuthoring _authoring;
    readonly Account _alice;
    readonly Account _bob;
    readonly Account _root;

    public SecretVaultTests()
    {
        _secrets = new(_store.Database);
        _chains = new(_store.Database);
        _accounts = new(_store.Database);
        _vault = new(_secrets, _chains, Protection());
        _authoring = new(_chains, _secrets, new(_store.Database));
        _alice = new(_accounts.Add("alice", "user", "x")!.Value, "alice", Role.User);
        _bob = new(_accounts.Add("bob", "user", "x")!.Value, "bob", Role.User);
        _root = new(_accounts.Add("root", "admin", "x")!.Value, "root", Role.Admin);
    }

    public void Dispose() => _store.Dispose();

    IDataProtectionProvider Protection() => DataProtectionProvider.Create(new DirectoryInfo(_store.Directory.KeysDirectory));

    [Fact]
    public void TryOpen_SavedByItsOwner_OpensForTheChain()
    {
        _vault.Save(new("jump", "u01", "ACME", "hunter2-hunter2"), _alice);
        Assert.True(_authoring.Save(_alice, "site", Document, "").Saved);

        Assert.True(_vault.TryOpen("site", "jump", out var secret, out _));
        Assert.Equal(("u01", "ACME", "hunter2-hunter2"), (secret.User, secret.Domain, secret.Password));
        Assert.Equal(@"ACME\u01", _secrets.Find("jump")!.UserName);
    }

    [Fact]
    public void Save_NothingReadableReachesTheDisk()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _alice);
        _store.Database.Write(connection => connection.Execute("create table t (x); drop table t;"));

        foreach (var file in Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("node.lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain("hunter2", reader.ReadToEnd());
        }
    }

    [Fact]
    public void Save_ChainNamesSomebodyElsesSecret_IsRefusedLikeAMissingOne()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _alice);

        var foreign = Assert.Single(_authoring.Save(_bob, "site", Document, "").Errors);
        var missing = Assert.Single(_authoring.Save(_bob, "site", Document.Replace("jump", "none", StringComparison.Ordinal), "").Errors);

        Assert.Equal((5, foreign.Message.Replace("jump", "none", StringComparison.Ordinal)), (foreign.Line, missing.Message));
        Assert.True(_authoring.Save(_root, "site", Document, "").Saved);
    }

    // The owner of a chain to which an admin tied a secret must not be able to send that secret to a host of their choice.
    [Fact]
    public void Save_OwnerEditsAChainWithAnAdminsSecret_LosesTheSecret()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _root);
        Assert.True(_authoring.Save(_alice, "site", Document.Replace("    credentials: jump\n", "", StringComparison.Ordinal), "").Saved);
        Assert.True(_authoring.Save(_root, "site", Document, "").Saved);

        Assert.False(_authoring.Save(_alice, "site", Document.Replace("host: h", "host: evil", StringComparison.Ordinal), "").Saved);
        Assert.True(_vault.TryOpen("site", "jump", out _, out _));
    }

    [Fact]
    public void Save_SomebodyElsesChain_IsRefused()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _bob);
        _chains.SaveAnyway("site", "text", "alice", _alice.Id, []);
        Assert.Contains("belongs to somebody else", _authoring.Save(_bob, "site", Document, "").Refusal);

        _chains.Delete("site");
        Assert.Contains("belongs to somebody else", _authoring.Save(_bob, "site", Document, "").Refusal);
    }

    [Fact]
    public void TryOpen_ChainThatWasNotTied_IsRefusedWithASentence()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _alice);
        _chains.SaveAnyway("site", Document, "bob", _bob.Id, []);

        Assert.False(_vault.TryOpen("site", "jump", out _, out var why));
        Assert.Contains("may not open", why);
        Assert.False(_vault.TryOpen("site", "none", out _, out why));
        Assert.Contains("there is no secret", why);
    }

    [Fact]
    public void TryOpen_SealedValueMovedToAnotherName_DoesNotOpen()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _alice);
        _vault.Save(new("other", "u02", "", "other-password"), _alice);
        _authoring.Save(_alice, "site", Document, "");
        _store.Database.Write(connection =>
            connection.Execute("update secret set sealed = (select sealed from secret where name = 'other') where name = 'jump'"));

        Assert.False(_vault.TryOpen("site", "jump", out _, out var why));
        Assert.Contains("cannot be decrypted", why);
    }

    [Fact]
    public void TryOpen_KeysAreLost_SaysSo()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _alice);
        _authoring.Save(_alice, "site", Document, "");
        foreach (var key in Directory.EnumerateFiles(_store.Directory.KeysDirectory)) File.Delete(key);
        var later = new SecretVault(_secrets, _chains, Protection());

        Assert.False(later.TryOpen("site", "jump", out _, out var why));
        Assert.Contains("keys", why);
    }

    [Fact]
    public void Keys_ArePrivate()
    {
        _vault.Save(new("jump", "u01", "", "hunter2-hunter2"), _alice);

        var keys = Directory.GetFiles(_store.Directory.KeysDirectory);
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
    }
}
