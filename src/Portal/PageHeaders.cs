namespace RemoteChain.Portal;

/// <summary>Headers of pages: what a browser may load and run. The API and the reports have stricter ones of their own.</summary>
sealed class PageHeaders : IStartupFilter
{
    /// <summary>Scripts, styles and sockets come from this node alone, and nothing that stands in a page runs. Components do write style
    /// attributes (positions, sizes), which run nothing.</summary>
    public const string ContentSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
        + "base-uri 'self'; frame-ancestors 'none'";

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(AddAsync);
        next(app);
    };

    static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            // Whoever says something of its own (the API, a report) says something stricter.
            if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = ContentSecurity;
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
            // A browser says where a form comes from only under this one; other sites still learn nothing.
            if (!context.Request.Path.StartsWithSegments("/api")) headers["Referrer-Policy"] = "same-origin";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }
}
