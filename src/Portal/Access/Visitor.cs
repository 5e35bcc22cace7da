using System.Net;
using System.Security.Claims;

namespace RemoteChain.Portal.Access;

/// <summary>Who looks at a page.</summary>
/// <param name="Name">The account.</param>
/// <param name="Role">The role as the API says it: <c>user</c> or <c>admin</c>.</param>
/// <param name="Token">What calls of the API are made with. It stays in this process.</param>
/// <param name="Address">Where the browser is.</param>
sealed record Visitor(string Name, string Role, string Token, string Address)
{
    const string TokenClaim = "remotechain:token";
    const string AddressClaim = "remotechain:address";

    /// <summary>Whether pages for admins are offered. The API decides what they may do.</summary>
    public bool IsAdmin => Role == "admin";

    /// <summary>The address, as the node's audit log wants it.</summary>
    public IPAddress Peer => IPAddress.TryParse(Address, out var address) ? address : IPAddress.None;

    /// <summary>As ASP.NET hands it from the cookie to a page.</summary>
    public ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
        [new(ClaimTypes.Name, Name), new(ClaimTypes.Role, Role), new(TokenClaim, Token), new(AddressClaim, Address)], scheme));

    /// <summary>Back again; null for somebody who has not signed in.</summary>
    public static Visitor? From(ClaimsPrincipal user) => user.FindFirstValue(TokenClaim) is { } token
        ? new(user.Identity?.Name ?? "", user.FindFirstValue(ClaimTypes.Role) ?? "", token, user.FindFirstValue(AddressClaim) ?? "")
        : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Role})";
}
