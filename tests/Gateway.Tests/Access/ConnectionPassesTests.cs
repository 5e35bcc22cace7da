using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class ConnectionPassesTests : IDisposable
{
    readonly TestAccess _access = new();
    readonly Account _alice;

    public ConnectionPassesTests() => _alice = _access.Accounts.Add("alice", Role.User, TestAccess.Password)!;

    public void Dispose() => _access.Dispose();

    NewConnectionPass Create(bool viewOnly = false) => _access.Passes.Create(_alice, "site", viewOnly)!;

    [Fact]
    public void Redeem_RightSecret_WorksOnce()
    {
        var made = Create(viewOnly: true);

        var pass = _access.Passes.Redeem(made.Pass.Id.ToUpperInvariant(), made.Secret, TestAccess.Here).Pass!;
        Assert.Equal((_alice, "site", true), (pass.Account, pass.ChainName, pass.ViewOnly));
        Assert.Equal(SignInRefusal.WrongCredentials, _access.Passes.Redeem(made.Pass.Id, made.Secret, TestAccess.Here).Refusal);
    }

    [Fact]
    public void Redeem_AfterFiveMinutes_IsRefused()
    {
        var (first, second) = (Create(), Create());
        _access.Store.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.NotNull(_access.Passes.Redeem(first.Pass.Id, first.Secret, TestAccess.Here).Pass);
        _access.Store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_access.Passes.Redeem(second.Pass.Id, second.Secret, TestAccess.Here).Pass);
    }

    [Fact]
    public void Redeem_WrongSecretThrice_EndsThePass()
    {
        var made = Create();
        for (var i = 0; i < 3; i++) Assert.Null(_access.Passes.Redeem(made.Pass.Id, "wrong", TestAccess.There).Pass);

        Assert.Null(_access.Passes.Redeem(made.Pass.Id, made.Secret, TestAccess.Here).Pass);
    }

    [Fact]
    public void Redeem_GuessesFromAnAddress_LockItOut()
    {
        for (var i = 0; i < 20; i++) _access.Passes.Redeem($"rc-{i:D12}", "guess", TestAccess.There);
        var made = Create();

        Assert.Equal(SignInRefusal.Locked, _access.Passes.Redeem(made.Pass.Id, made.Secret, TestAccess.There).Refusal);
        Assert.False(_access.Passes.TryGetNtHash(made.Pass.Id, TestAccess.There, new byte[16]));
        Assert.NotNull(_access.Passes.Redeem(made.Pass.Id, made.Secret, TestAccess.Here).Pass);
    }

    [Fact]
    public void Redeem_AccountRemovedMeanwhile_IsRefused()
    {
        var made = Create();
        _access.Accounts.Delete(_alice);
        _access.Accounts.Add("alice", Role.User, TestAccess.Password);

        Assert.Null(_access.Passes.Redeem(made.Pass.Id, made.Secret, TestAccess.Here).Pass);
    }

    [Fact]
    public void TryGetNtHash_LivePass_GivesTheHashOfItsSecretAndDoesNotUseItUp()
    {
        var made = Create();
        Span<byte> hash = stackalloc byte[16];
        Span<byte> expected = stackalloc byte[16];
        NtHash.Compute(made.Secret, expected);

        Assert.True(_access.Passes.TryGetNtHash(made.Pass.Id, TestAccess.Here, hash));
        Assert.True(hash.SequenceEqual(expected));
        Assert.NotNull(_access.Passes.RedeemProven(made.Pass.Id, TestAccess.Here).Pass);
        Assert.False(_access.Passes.TryGetNtHash(made.Pass.Id, TestAccess.Here, hash));
    }

    [Fact]
    public void TryGetNtHash_AskedForever_EndsThePass()
    {
        var made = Create();
        var hash = new byte[16];
        var answers = Enumerable.Range(0, 30).Count(_ => _access.Passes.TryGetNtHash(made.Pass.Id, TestAccess.Here, hash));

        Assert.Equal(20, answers);
        Assert.Null(_access.Passes.RedeemProven(made.Pass.Id, TestAccess.There).Pass);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rc-")]
    [InlineData("rc-0000000000000000000000")]
    [InlineData("alice")]
    public void Redeem_NotAnId_IsRefused(string id) => Assert.Null(_access.Passes.Redeem(id, "x", TestAccess.Here).Pass);

    [Fact]
    public void Create_ManyPasses_AreUniqueWhereMstscCutsThem()
    {
        var cut = Enumerable.Range(0, 400).Select(_ => Create().Pass.Id[..ConnectionPasses.CookieChars]).ToList();

        Assert.Equal(cut.Count, cut.Distinct().Count());
        Assert.All(cut, start => Assert.True(ConnectionPasses.LooksLikePass(start)));
    }

    [Fact]
    public void Create_TooManyWaiting_IsRefusedUntilTheyExpire()
    {
        while (_access.Passes.Create(_alice, "site", false) is not null) { }
        _access.Store.Time.Advance(ConnectionPasses.Lifetime);

        Assert.NotNull(_access.Passes.Create(_alice, "site", false));
    }

    [Fact]
    public void ToString_NeverShowsTheSecret()
    {
        var made = Create();
        Assert.DoesNotContain(made.Secret, made.ToString());
        Assert.DoesNotContain("hunter2", new Secret("jump", "me", "", "hunter2").ToString());
    }
}
