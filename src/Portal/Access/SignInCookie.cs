using System.Net;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Portal.Access;

/// <summary>The cookie of a sign-in.</summary>
static class SignInCookie
{
    const string Name = "remotechain";
    const int TokenCharsMax = 128;

    /// <summary>The token that a browser brought; null for none.</summary>
    public static string? Read(HttpRequest request) =>
        request.Cookies[Name] is { Length: > 0 and <= TokenCharsMax } token ? token : null;

    /// <summary>Gives it to the browser.</summary>
    public static void Write(HttpContext context, string token, DateTimeOffset expires) =>
        context.Response.Cookies.Append(Name, token, Options(context, expires));

    /// <summary>Takes it away.</summary>
    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    static CookieOptions Options(HttpContext context, DateTimeOffset? expires) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = IsEncrypted(context), Path = "/", Expires = expires, IsEssential = true,
    };

    // A TLS proxy on this machine may say so; a lie there only makes the cookie stricter.
    static bool IsEncrypted(HttpContext context) => context.Request.IsHttps
        || (IPAddress.IsLoopback(Caller.AddressOf(context)) && context.Request.Headers["X-Forwarded-Proto"] == "https");
}
