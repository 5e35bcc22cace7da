using System.Diagnostics;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class SignInTests : IDisposable
{
    readonly TestAccess _access = new();

    public SignInTests() => _access.Accounts.Add("alice", Role.User, TestAccess.Password);

    public void Dispose() => _access.Dispose();

    [Fact]
    public async Task CheckAsync_RightPassword_GivesTheAccount()
    {
        var outcome = await _access.TryAsync("Alice", TestAccess.Password, TestAccess.Here);

        Assert.Equal("alice", outcome.Account!.Name);
        Assert.Equal("sign-in-accepted", Assert.Single(_access.Audit.Read(new())).Action);
    }

    [Theory]
    [InlineData("alice", "")]
    [InlineData("alice", "Correct horse battery")]
    [InlineData("nobody", TestAccess.Password)]
    [InlineData("", "")]
    public async Task CheckAsync_WrongOrUnknown_SoundsTheSame(string user, string password)
    {
        var outcome = await _access.TryAsync(user, password, TestAccess.Here);

        Assert.Equal(SignInRefusal.WrongCredentials, outcome.Refusal);
        Assert.Equal("The account or the password is wrong.", outcome.Sentence);
    }

    [Fact]
    public async Task CheckAsync_PasswordTooLongToBeOne_IsRefused() =>
        Assert.False((await _access.TryAsync("alice", new string('x', 1_000_000), TestAccess.Here)).Accepted);

    // Not exact, but an unknown name must not be told apart by skipping the hash: that is a factor of hundreds, not of two.
    [Fact]
    public void Check_UnknownName_TakesAboutAsLong()
    {
        _access.Accounts.Check("alice", "warm up");
        _access.Accounts.Check("nobody", "warm up");
        var known = Fastest(() => _access.Accounts.Check("alice", "wrong"));
        var unknown = Fastest(() => _access.Accounts.Check("nobody", "wrong"));

        Assert.InRange(unknown / known, 0.3, 3);
    }

    [Fact]
    public async Task SetPassword_OldPasswordAndTokens_AreWorthless()
    {
        var alice = _access.Accounts.Find("alice")!;
        var tokens = _access.Tokens;
        var token = tokens.Create(alice).Token;
        Assert.Equal(alice, tokens.Find(token));

        _access.Accounts.SetPassword(alice, "another long password");

        Assert.Null(tokens.Find(token));
        Assert.False((await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Accepted);
        Assert.True((await _access.TryAsync("alice", "another long password", TestAccess.Here)).Accepted);
    }

    [Fact]
    public void Token_ExpiredOrRevoked_IsWorthless()
    {
        var tokens = _access.Tokens;
        var (first, second) = (tokens.Create(_access.Accounts.Find("alice")!).Token, tokens.Create(_access.Accounts.Find("alice")!).Token);

        Assert.True(tokens.Revoke(first));
        Assert.Null(tokens.Find(first));
        Assert.NotNull(tokens.Find(second));
        _access.Store.Time.Advance(BearerTokens.Lifetime);
        Assert.Null(tokens.Find(second));
    }

    [Fact]
    public void LastAdmin_CannotBeRemovedOrDemoted()
    {
        var root = _access.Accounts.Add("root", Role.Admin, TestAccess.Password)!;
        Assert.False(_access.Accounts.Delete(root));
        Assert.False(_access.Accounts.SetRole(root, Role.User));

        var other = _access.Accounts.Add("other", Role.Admin, TestAccess.Password)!;
        Assert.True(_access.Accounts.SetRole(root, Role.User));
        Assert.False(_access.Accounts.Delete(other));
    }

    [Fact]
    public void EnsureFirstAdmin_OnlyOnceEver()
    {
        using var fresh = new TestAccess();
        var password = fresh.Accounts.EnsureFirstAdmin("admin");

        Assert.NotNull(password);
        Assert.Equal(Role.Admin, fresh.Accounts.Check("admin", password)!.Role);
        Assert.Null(fresh.Accounts.EnsureFirstAdmin("admin"));
    }

    [Theory]
    [InlineData("alice", true)]
    [InlineData("Alice.B@site-1", true)]
    [InlineData("", false)]
    [InlineData("a#b", false)]
    [InlineData("a\\b", false)]
    [InlineData("rc-abc", false)]
    [InlineData("Operator", false)]
    [InlineData("a b", false)]
    public void AccountName_Rule(string name, bool valid) => Assert.Equal(valid, AccountName.IsValid(name));

    static double Fastest(Action action) => Enumerable.Range(0, 5).Min(_ =>
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    });
}
