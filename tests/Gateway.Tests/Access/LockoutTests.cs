using System.Net;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class LockoutTests : IDisposable
{
    readonly TestAccess _access = new();

    public LockoutTests() => _access.Accounts.Add("alice", Role.User, TestAccess.Password);

    public void Dispose() => _access.Dispose();

    [Fact]
    public async Task CheckAsync_FiveFailuresOfAnAccount_RefusesTheRightPasswordFromAnywhere()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(SignInRefusal.WrongCredentials, (await _access.TryAsync("alice", "wrong password", Address(i))).Refusal);

        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Refusal);
        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("ALICE", TestAccess.Password, TestAccess.There)).Refusal);
    }

    [Fact]
    public async Task CheckAsync_LockTimeIsOver_AcceptsTheRightPassword()
    {
        for (var i = 0; i < 5; i++) await _access.TryAsync("alice", "wrong password", Address(i));

        _access.Store.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Refusal);
        _access.Store.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Accepted);
    }

    [Fact]
    public async Task CheckAsync_TwentyFailuresFromAnAddress_LocksTheAddressForEveryAccount()
    {
        for (var i = 0; i < 20; i++)
            Assert.Equal(SignInRefusal.WrongCredentials, (await _access.TryAsync($"user{i}", "wrong password", TestAccess.Here)).Refusal);

        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Refusal);
        Assert.True((await _access.TryAsync("alice", TestAccess.Password, TestAccess.There)).Accepted);

        _access.Store.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Accepted);
    }

    [Fact]
    public async Task CheckAsync_LoopbackIsNoException()
    {
        for (var i = 0; i < 20; i++) await _access.TryAsync($"user{i}", "wrong password", IPAddress.Loopback);

        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, IPAddress.Loopback)).Refusal);
        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, IPAddress.Loopback.MapToIPv6())).Refusal);
    }

    [Fact]
    public async Task CheckAsync_AddressesOfOneIpv6Network_CountTogether()
    {
        for (var i = 0; i < 20; i++) await _access.TryAsync($"user{i}", "wrong password", IPAddress.Parse($"2001:db8::{i:x}"));

        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, IPAddress.Parse("2001:db8::ffff")))
            .Refusal);
        Assert.True((await _access.TryAsync("alice", TestAccess.Password, IPAddress.Parse("2001:db8:0:1::1"))).Accepted);
    }

    [Fact]
    public async Task CheckAsync_WindowSlides_OldFailuresDoNotCount()
    {
        for (var i = 0; i < 4; i++) await _access.TryAsync("alice", "wrong password", TestAccess.Here);
        _access.Store.Time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        for (var i = 0; i < 4; i++) await _access.TryAsync("alice", "wrong password", TestAccess.Here);

        Assert.True((await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Accepted);
    }

    [Fact]
    public async Task CheckAsync_AfterARestart_IsStillLocked()
    {
        for (var i = 0; i < 5; i++) await _access.TryAsync("alice", "wrong password", TestAccess.Here);
        _access.Restart();

        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, TestAccess.There)).Refusal);
    }

    [Fact]
    public async Task CheckAsync_GuessesSideBySide_AreWorthNoMoreThanOneAfterTheOther()
    {
        var guesses = Enumerable.Range(0, 12).Select(i => _access.TryAsync("alice", "wrong password", Address(i)));
        await Task.WhenAll(guesses);

        Assert.Equal(SignInRefusal.Locked, (await _access.TryAsync("alice", TestAccess.Password, TestAccess.There)).Refusal);
    }

    [Fact]
    public async Task Forget_ByAnAdmin_UnlocksAtOnce()
    {
        for (var i = 0; i < 5; i++) await _access.TryAsync("alice", "wrong password", TestAccess.Here);

        Assert.True(_access.Lockout.Forget("Alice"));

        Assert.True((await _access.TryAsync("alice", TestAccess.Password, TestAccess.Here)).Accepted);
    }

    [Fact]
    public async Task CheckAsync_Locked_IsWrittenOnceAndNotPerAttempt()
    {
        for (var i = 0; i < 30; i++) await _access.TryAsync("alice", "wrong password", TestAccess.Here);

        var actions = _access.Audit.Read(new()).Select(record => record.Action).ToList();
        Assert.Equal(5, actions.Count(action => action == "sign-in-refused"));
        Assert.Single(actions, "account-locked");
    }

    static IPAddress Address(int i) => IPAddress.Parse($"203.0.113.{i + 1}");
}
