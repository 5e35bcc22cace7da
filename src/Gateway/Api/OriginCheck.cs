using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>
/// Refuses what a page of another site makes a browser send: WebSockets of every kind and all requests that may change something. Browsers
/// say where such a request comes from (RFC 6454); other programs do not, and carry no cookie that a page could abuse.
/// </summary>
static class OriginCheck
{
    /// <summary>The middleware.</summary>
    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 || !MayChange(request) || IsOwn(origin, request.Host)) return next(context);
        context.RequestServices.GetRequiredService<AuditLog>().Append(new(
            AuditAction.OriginRefused, "", request.Path, Caller.AddressOf(context).ToString(), $"from a page of {origin}"));
        return ApiProblem.Forbidden("This comes from a page of another site.").ExecuteAsync(context);
    }

    /// <summary>Whether a page of that origin was served by this node under the name that the request uses. The scheme is left out: a proxy in
    /// front may speak TLS where this node does not.</summary>
    public static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Scheme is "http" or "https"
        && page.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? port == page.Port : page.IsDefaultPort);

    static bool MayChange(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) || request.Headers.Upgrade.Count > 0;
}
