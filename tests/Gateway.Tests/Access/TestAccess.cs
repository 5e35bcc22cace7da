using System.Net;
using Microsoft.AspNetCore.DataProtection;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Access;

/// <summary>Accounts, lockout and sign-in over a real store.</summary>
public sealed class TestAccess : IDisposable
{
    public const string Password = "correct horse battery";

    public static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    public static readonly IPAddress There = IPAddress.Parse("198.51.100.7");

    readonly EphemeralDataProtectionProvider _protection = new();

    public TestAccess() => Build();

    public TestStore Store { get; } = new();
    public Accounts Accounts { get; private set; } = null!;
    public AuditLog Audit { get; private set; } = null!;
    public Lockout Lockout { get; private set; } = null!;
    public SecondFactors Factors { get; private set; } = null!;
    public BearerTokens Tokens { get; private set; } = null!;
    public SignIn SignIn { get; private set; } = null!;
    public ConnectionPasses Passes { get; private set; } = null!;

    public Task<SignInOutcome> TryAsync(string user, string password, IPAddress address) =>
        SignIn.CheckAsync(user, password, address, "rdp", CancellationToken.None);

    public void Restart()
    {
        SignIn.Dispose();
        Store.Reopen();
        Build();
    }

    public void Dispose()
    {
        SignIn.Dispose();
        Store.Dispose();
    }

    void Build()
    {
        var accounts = new AccountStore(Store.Database);
        Accounts = new(accounts, iterations: 1000);
        Factors = new(new SecondFactorStore(Store.Database), _protection, Store.Time);
        Tokens = new(new TokenStore(Store.Database), accounts, Store.Time);
        Audit = new(Store.Database);
        Lockout = new(new SignInFailureStore(Store.Database), Audit, LockoutOptions.Default);
        SignIn = new(Accounts, Factors, Lockout, Audit);
        Passes = new(Accounts, Lockout, Audit, Store.Time);
    }
}
