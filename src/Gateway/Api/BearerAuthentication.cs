using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Api;

/// <summary>Turns <c>Authorization: Bearer …</c> into an account: a token from a sign-in, or the operator's.</summary>
sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, BearerTokens tokens, Operator @operator)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "Bearer";

    const string Prefix = "Bearer ";
    const int TokenCharsMax = 128;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        // A browser cannot set a header for a WebSocket; there, and nowhere else, SignalR puts the token into the query.
        if (header.Length == 0 && Request.Path.StartsWithSegments(LatencyHub.Path)) header = Prefix + Request.Query["access_token"];
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || header.Length > Prefix.Length + TokenCharsMax)
            return Task.FromResult(AuthenticateResult.NoResult());

        var token = header[Prefix.Length..].Trim();
        if (token.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
        var signIn = @operator.IsToken(token) ? new KnownSignIn(0, Operator.Account) : tokens.Recognize(token, Caller.AddressOf(Context).ToString());
        if (signIn is null) return Task.FromResult(AuthenticateResult.Fail("unknown or expired token"));

        var account = signIn.Account;
        Context.Features.Set(account);
        Context.Features.Set(signIn);
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.Name, account.Name), new(ClaimTypes.Role, Accounts.Word(account.Role))], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new(new(identity), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return ApiProblem.Result(
            StatusCodes.Status401Unauthorized, "Sign in first: this needs a valid bearer token (POST /api/v1/sign-in).")
            .ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiProblem.Result(StatusCodes.Status403Forbidden, "Only an admin may do this.").ExecuteAsync(Context);
}
