using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Signing in and out of the API.</summary>
static class SignInEndpoints
{
    /// <summary>The word for programs, in a problem's <c>reason</c>, that says: ask for the code and send everything again.</summary>
    public const string CodeRequired = "code-required";

    /// <summary>What a sign-in takes.</summary>
    /// <param name="User">The account.</param>
    /// <param name="Password">Its password.</param>
    /// <param name="Code">The present code of its authenticator, or a recovery code, where it has one.</param>
    public sealed record Credentials(string User, string Password, string? Code = null)
    {
        /// <inheritdoc/>
        public override string ToString() => $"credentials of {User}";
    }

    /// <summary>What a sign-in gives: a bearer token, shown this once.</summary>
    public sealed record SignedIn(string Token, DateTimeOffset Expires, string User, string Role);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/sign-in", PostAsync).AllowAnonymous().RequireRateLimiting(ApiHosting.SignInRate).WithTags("sign-in")
            .WithSummary("Trades account and password, and the code where the account has an authenticator, for a bearer token that holds for a day. "
                + $"A 401 whose `reason` is `{CodeRequired}` asks for the code.")
            .Produces<SignedIn>().ProducesProblem(401).ProducesProblem(429);

        api.MapDelete("/sign-in", Delete).WithTags("sign-in")
            .WithSummary("Revokes the bearer token of this very request.").Produces(204);
    }

    static async Task<IResult> PostAsync(Credentials credentials, HttpContext context, SignIn signIn, BearerTokens tokens,
        CancellationToken cancellationToken)
    {
        var outcome = await signIn.CheckAsync(credentials.User ?? "", credentials.Password ?? "", credentials.Code, Caller.AddressOf(context),
            "api", cancellationToken);
        if (outcome.Accepted)
        {
            var token = tokens.Create(outcome.Account, context.Request.Headers.UserAgent.ToString(), Caller.AddressOf(context).ToString());
            return TypedResults.Ok(new SignedIn(token.Token, token.Expires, outcome.Account.Name, Accounts.Word(outcome.Account.Role)));
        }
        var status = outcome.Refusal switch
        {
            SignInRefusal.Locked => StatusCodes.Status429TooManyRequests,
            SignInRefusal.TooBusy => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status401Unauthorized,
        };
        return outcome.Refusal switch
        {
            SignInRefusal.CodeRequired => ApiProblem.Result(status, outcome.Sentence, CodeRequired),
            SignInRefusal.WrongCode => ApiProblem.Result(status, outcome.Sentence, "code-wrong"),
            _ => ApiProblem.Result(status, outcome.Sentence),
        };
    }

    static IResult Delete(Caller caller, HttpContext context, BearerTokens tokens, AuditLog audit)
    {
        if (tokens.Revoke(context.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim()))
            audit.Append(new(AuditAction.SignedOut, caller.Account.Name, "api", caller.From));
        return TypedResults.NoContent();
    }
}
