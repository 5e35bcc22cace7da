using RemoteChain.Gateway.Api;

namespace RemoteChain.Portal.Access;

/// <summary>Which proof of identity counts where: the cookie for pages and their socket, the bearer token for everything that a page of
/// another site could address. A cookie never opens the API, so that no forged request can use it there.</summary>
static class SchemeChoice
{
    public const string SchemeName = "Chosen";

    static readonly PathString[] s_bearerOnly = ["/api", "/openapi", "/live", "/metrics"];

    public static string Choose(HttpContext context) =>
        s_bearerOnly.Any(path => context.Request.Path.StartsWithSegments(path)) ? BearerAuthentication.SchemeName : CookieAuthentication.SchemeName;
}
