using System.Globalization;
using System.Net;
using System.Text;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>Writes HTML; every text goes through <see cref="Text"/>.</summary>
static class Html
{
    /// <summary>A text as content or as a quoted attribute.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(Words.Printable(text));

    /// <summary>A share in percent, as content or as a quoted attribute.</summary>
    public static string Percent(double? share) => Text(Words.Percent(share));

    /// <summary>A number for CSS and SVG.</summary>
    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A file that lies beside this type, as it was built in.</summary>
    public static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Html).Assembly.GetManifestResourceStream($"{typeof(Html).Namespace}.{name}")
            ?? throw new InvalidOperationException($"{name} was not built in"));
        return reader.ReadToEnd();
    }

    /// <summary>A section with a heading and a line that says what is shown.</summary>
    public static void Section(this StringBuilder page, string id, string heading, string about, Action content)
    {
        page.Append(CultureInfo.InvariantCulture, $"<section id=\"{id}\"><header><h2>{Text(heading)}</h2><p>{Text(about)}</p></header>\n");
        content();
        page.Append("</section>\n");
    }
}
