using System.Security.Cryptography;
using System.Text;
using RemoteChain.Gateway.Latency.Reports;

namespace RemoteChain.Portal;

/// <summary>The style sheet of reports, which is built into the node because a report that is saved as a file carries it.</summary>
static class ReportStyle
{
    const string Route = "/report.css";

    static readonly string s_text = HtmlReport.StyleSheet;

    /// <summary>Its address, which changes with it.</summary>
    public static string Path { get; } =
        $"{Route}?v={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(s_text)))[..12]}";

    public static void Map(WebApplication app) => app.MapGet(Route, (HttpContext context) =>
    {
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Text(s_text, "text/css; charset=utf-8");
    }).AllowAnonymous();
}
