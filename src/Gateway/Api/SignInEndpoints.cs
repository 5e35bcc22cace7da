using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Signing in and out of the API.</summary>
static class SignInEndpoints
{
    /// <summary>What a sign-in takes.</summary>
    public sealed record Credentials(string User, string Password);

    /// <summary>What a sign-in gives: a bearer token, shown this once.</summary>
    public sealed record SignedIn(string Token, DateTimeOffset Expires, string User, string Role);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/sign-in", PostAsync).AllowAnonymous().RequireRateLimiting(ApiHosting.SignInRate).WithTags("sign-in")
            .WithSummary("Trades account and password for a bearer token that holds for a day.")
            .Produces<SignedIn>().ProducesProblem(401).ProducesProblem(429);

        api.MapDelete("/sign-in", Delete).WithTags("sign-in")
            .WithSummary("Revokes the bearer token of this very request.").Produces(204);
    }

    static async Task<IResult> PostAsync(Credentials credentials, HttpContext context, SignIn signIn, BearerTokens tokens,
        CancellationToken cancellationToken)
    {
        var outcome = await signIn.CheckAsync(credentials.User ?? "", credentials.Password ?? "", Caller.AddressOf(context), "api",
            cancellationToken);
        if (outcome.Accepted)
        {
            var token = tokens.Create(outcome.Account);
            return TypedResults.Ok(new SignedIn(token.Token, token.Expires, outcome.Account.Name, Accounts.Word(outcome.Account.Role)));
        }
        var status = outcome.Refusal switch
        {
            SignInRefusal.Locked => StatusCodes.Status429TooManyRequests,
            SignInRefusal.TooBusy => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status401Unauthorized,
        };
        return ApiProblem.Result(status, outcome.Sentence);
    }

    static IResult Delete(Caller caller, HttpContext context, BearerTokens tokens, AuditLog audit)
    {
        if (tokens.Revoke(context.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim()))
            audit.Append(new(AuditAction.SignedOut, caller.Account.Name, "api", caller.From));
        return TypedResults.NoContent();
    }
}
