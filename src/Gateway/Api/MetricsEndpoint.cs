using System.Net;
using System.Text;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Latency.Live;

namespace RemoteChain.Gateway.Api;

/// <summary>Who may read the metrics.</summary>
public enum MetricsReaders
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>Admins with their token.</summary>
    Admins,

    /// <summary>Admins, and whoever asks on this machine and not through a proxy.</summary>
    Local,

    /// <summary>Everybody who can reach the API: chain names and how much they are used are then no secret.</summary>
    Everybody,
}

/// <summary><c>/metrics</c> for Prometheus.</summary>
static class MetricsEndpoint
{
    public const string Path = "/metrics";

    // What proxies add. A scraper on this machine sends none of them.
    static readonly string[] s_forwarded = ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP", TrustedProxies.OriginalFor];

    public static void Map(WebApplication app, MetricsReaders readers) => app.MapGet(Path, (HttpContext context, LatencyMetrics metrics) =>
        MayRead(context, readers) ? TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8)
            : readers == MetricsReaders.None ? ApiProblem.Result(StatusCodes.Status404NotFound, "This node shows no metrics.")
            : ApiProblem.Result(StatusCodes.Status401Unauthorized, "Metrics are for admins (with a bearer token) and, unless the node is told "
                + "otherwise, for this machine itself.")).AllowAnonymous().ExcludeFromDescription();

    static bool MayRead(HttpContext context, MetricsReaders readers) => readers switch
    {
        MetricsReaders.None => false,
        MetricsReaders.Everybody => true,
        _ => context.Features.Get<Account>() is { IsAdmin: true } || (readers == MetricsReaders.Local && IsLocal(context)),
    };

    static bool IsLocal(HttpContext context) => IPAddress.IsLoopback(Caller.AddressOf(context))
        && !s_forwarded.Any(context.Request.Headers.ContainsKey);
}
