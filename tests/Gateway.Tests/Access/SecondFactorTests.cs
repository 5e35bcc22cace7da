using System.Text;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class SecondFactorTests : IDisposable
{
    readonly TestAccess _access = new();
    readonly Account _alice;
    byte[] _key = [];

    public SecondFactorTests() => _alice = _access.Accounts.Add("alice", Role.User, TestAccess.Password)!;

    public void Dispose() => _access.Dispose();

    string Code => Totp.Code(_key, Totp.StepAt(_access.Store.Time.GetUtcNow()));

    IReadOnlyList<string> TurnOn()
    {
        _key = Base32.Bytes(_access.Factors.Begin(_alice)!.Key);
        var recovery = _access.Factors.Confirm(_alice, Code)!;
        _access.Store.Time.Advance(Totp.Step);
        return recovery;
    }

    Task<SignInOutcome> TryAsync(string password, string? code) =>
        _access.SignIn.CheckAsync("alice", password, code, TestAccess.Here, "api", CancellationToken.None);

    Task<SignInOutcome> TypeAsync(string typed) =>
        _access.SignIn.CheckTypedTogetherAsync("alice", typed, TestAccess.Here, "rdp", CancellationToken.None);

    [Fact]
    public async Task Begun_ChangesNothing()
    {
        _access.Factors.Begin(_alice);

        Assert.True((await TryAsync(TestAccess.Password, null)).Accepted);
        Assert.Null(_access.Factors.Confirm(_alice, "000000"));
        Assert.NotNull(_access.Factors.Begin(_alice));
    }

    [Fact]
    public async Task On_PasswordAlone_AsksForTheCodeAndIsNoFailure()
    {
        TurnOn();
        for (var i = 0; i < 10; i++) Assert.Equal(SignInRefusal.CodeRequired, (await TryAsync(TestAccess.Password, null)).Refusal);

        Assert.True((await TryAsync(TestAccess.Password, Code)).Accepted);
        Assert.Null(_access.Factors.Begin(_alice));
    }

    [Fact]
    public async Task Code_WorksOnceAndNoEarlierOneAfterIt()
    {
        TurnOn();
        var (earlier, first) = (Totp.Code(_key, Totp.StepAt(_access.Store.Time.GetUtcNow()) - 1), Code);
        Assert.True((await TryAsync(TestAccess.Password, $" {first[..3]} {first[3..]} ")).Accepted);

        Assert.Equal(SignInRefusal.WrongCode, (await TryAsync(TestAccess.Password, first)).Refusal);
        Assert.Equal(SignInRefusal.WrongCode, (await TryAsync(TestAccess.Password, earlier)).Refusal);
        _access.Restart();
        Assert.Equal(SignInRefusal.WrongCode, (await TryAsync(TestAccess.Password, first)).Refusal);
        _access.Store.Time.Advance(Totp.Step);
        Assert.True((await TryAsync(TestAccess.Password, Code)).Accepted);
    }

    [Fact]
    public async Task Code_UsedToConfirm_DoesNotSignInAsWell()
    {
        _key = Base32.Bytes(_access.Factors.Begin(_alice)!.Key);
        var code = Code;
        Assert.NotNull(_access.Factors.Confirm(_alice, code));
        Assert.Equal(SignInRefusal.WrongCode, (await TryAsync(TestAccess.Password, code)).Refusal);
    }

    [Fact]
    public async Task WrongCodes_LockTheAccountLikeWrongPasswords()
    {
        TurnOn();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(SignInRefusal.WrongCode, (await TryAsync(TestAccess.Password, "000000")).Refusal);
            // Knowing the password must not reset the count of wrong codes.
            if (i < 4) Assert.Equal(SignInRefusal.CodeRequired, (await TryAsync(TestAccess.Password, null)).Refusal);
        }
        Assert.Equal(SignInRefusal.Locked, (await TryAsync(TestAccess.Password, Code)).Refusal);
    }

    [Fact]
    public async Task WrongPassword_WithARightCode_SoundsLikeAnyOtherAndKeepsTheCode()
    {
        TurnOn();
        Assert.Equal(SignInRefusal.WrongCredentials, (await TryAsync("wrong password", Code)).Refusal);
        Assert.True((await TryAsync(TestAccess.Password, Code)).Accepted);
    }

    [Fact]
    public async Task RecoveryCodes_WorkOnceEachAndAreKeptAsHashes()
    {
        var codes = TurnOn();
        Assert.Equal(SecondFactors.RecoveryCodes, codes.Distinct().Count());

        Assert.True((await TryAsync(TestAccess.Password, codes[3].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal))).Accepted);
        Assert.Equal(SignInRefusal.WrongCode, (await TryAsync(TestAccess.Password, codes[3])).Refusal);
        Assert.Equal(SecondFactors.RecoveryCodes - 1, _access.Factors.Find(_alice)!.RecoveryCodes);
        Assert.Contains("recovery code, 9 left", _access.Audit.Read(new(Action: "sign-in-accepted"))[^1].Detail);
    }

    [Fact]
    public async Task Rdp_PasswordWithTheCodeBehindIt_SignsIn()
    {
        TurnOn();
        Assert.Equal(SignInRefusal.CodeRequired, (await TypeAsync(TestAccess.Password)).Refusal);
        Assert.Equal(SignInRefusal.WrongCredentials, (await TypeAsync($"wrong{Code}")).Refusal);
        Assert.Equal(SignInRefusal.WrongCode, (await TypeAsync($"{TestAccess.Password}000000")).Refusal);
        Assert.True((await TypeAsync(TestAccess.Password + Code)).Accepted);
        Assert.Equal(SignInRefusal.WrongCode, (await TypeAsync(TestAccess.Password + Code)).Refusal);
    }

    [Fact]
    public async Task Rdp_PasswordThatEndsInDigits_OfAnAccountWithoutACode_IsThePassword()
    {
        _access.Accounts.SetPassword(_alice, "passwort-123456");
        Assert.True((await TypeAsync("passwort-123456")).Accepted);
    }

    [Fact]
    public async Task Remove_PasswordAloneSignsInAgain()
    {
        TurnOn();
        Assert.True(_access.Factors.Remove(_alice));
        Assert.True((await TryAsync(TestAccess.Password, null)).Accepted);
        Assert.False(_access.Factors.Remove(_alice));
    }

    [Fact]
    public void Key_IsNotInTheDatabaseFile()
    {
        var begun = _access.Factors.Begin(_alice)!;
        var codes = _access.Factors.Confirm(_alice, Totp.Code(_key = Base32.Bytes(begun.Key), Totp.StepAt(_access.Store.Time.GetUtcNow())))!;
        _access.Store.Reopen();
        var file = File.ReadAllBytes(_access.Store.Directory.DatabaseFile);

        Assert.Equal(-1, file.AsSpan().IndexOf(_key));
        Assert.Equal(-1, file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(begun.Key)));
        Assert.All(codes, code => Assert.Equal(-1, file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(code))));
    }
}
