using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Portal.Access;

/// <summary>Turns the portal's cookie into an account. The cookie holds a bearer token and nothing else, so the sign-in is listed, expires and
/// is revoked like every other.</summary>
sealed class CookieAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, BearerTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "Cookie";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SignInCookie.Read(Request) is not { } token) return Task.FromResult(AuthenticateResult.NoResult());
        if (tokens.Find(token) is not { } account) return Task.FromResult(AuthenticateResult.Fail("unknown or expired sign-in"));
        var visitor = new Visitor(account.Name, Accounts.Word(account.Role), token, Caller.AddressOf(Context).ToString());
        return Task.FromResult(AuthenticateResult.Success(new(visitor.ToPrincipal(Scheme.Name), Scheme.Name)));
    }

    // A person is sent to the sign-in and comes back to where they wanted to go; a script is told.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (HttpMethods.IsGet(Request.Method) && Request.Headers.Upgrade.Count == 0)
            Response.Redirect(SignInPages.PathTo(Request.Path + Request.QueryString));
        else
            Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
