using System.Net;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Api;

/// <summary>Who calls, and from where. Endpoints take it as a parameter.</summary>
/// <param name="Account">The account that the bearer token stands for.</param>
/// <param name="Address">The other end of the connection, or where a proxy that is trusted says that it got the request from.</param>
/// <param name="SignIn">Under which of the account's sign-ins; of number 0 for the operator.</param>
sealed record Caller(Account Account, IPAddress Address, KnownSignIn SignIn)
{
    /// <summary>The address as the audit log keeps it.</summary>
    public string From => Address.ToString();

    /// <summary>Binds the parameter. Only reached behind authorization, so a missing account is a bug.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult<Caller?>(new(
            context.Features.Get<Account>() ?? throw new InvalidOperationException("An endpoint that takes a caller must require one."),
            AddressOf(context),
            context.Features.Get<KnownSignIn>() ?? throw new InvalidOperationException("A caller has signed in somehow.")));

    /// <summary>Whether an account's name is the caller's own.</summary>
    public bool Is(string name) => name.Equals(Account.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where a request comes from. A connection without an address is this process's own (tests).</summary>
    public static IPAddress AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
