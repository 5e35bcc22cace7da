namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>A form that a report, or its samples, can have.</summary>
public sealed class ReportFormat
{
    readonly Func<LatencyReport, string> _write;

    ReportFormat(string name, string contentType, string ending, Func<LatencyReport, string> write) =>
        (Name, ContentType, Ending, _write) = (name, contentType, ending, write);

    /// <summary>For a terminal of 80 columns.</summary>
    public static readonly ReportFormat Text = new("text", "text/plain; charset=utf-8", "txt", TextReport.Write);

    /// <summary>For programs.</summary>
    public static readonly ReportFormat Json = new("json", "application/json", "json", JsonReport.Write);

    /// <summary>One row for each stage of each sample.</summary>
    public static readonly ReportFormat Csv = new("csv", "text/csv; charset=utf-8", "csv", report => CsvReport.Write(report.Samples));

    /// <summary>One file for browsers and printers.</summary>
    public static readonly ReportFormat Html = new("html", "text/html; charset=utf-8", "html", HtmlReport.Write);

    /// <summary>Opens in Perfetto.</summary>
    public static readonly ReportFormat ChromeTrace = new("chrome-trace", "application/json", "trace.json",
        report => TraceReport.Write(report.Subject, report.Samples));

    /// <summary>The sections of <see cref="Html"/> alone, for a page that has them among other things.</summary>
    public static readonly ReportFormat HtmlSections = new("html-sections", "text/html; charset=utf-8", "html", HtmlReport.WriteSections);

    /// <summary>All that people may ask for.</summary>
    public static readonly IReadOnlyList<ReportFormat> All = [Text, Json, Csv, Html, ChromeTrace];

    /// <summary>As people type it.</summary>
    public string Name { get; }

    /// <summary>Media type.</summary>
    public string ContentType { get; }

    /// <summary>Of a file's name, without the dot.</summary>
    public string Ending { get; }

    /// <summary>The format of that name; null when there is none.</summary>
    public static ReportFormat? Find(string name) =>
        name == HtmlSections.Name ? HtmlSections : All.FirstOrDefault(format => format.Name == name);

    /// <summary>Writes a report.</summary>
    public string Write(LatencyReport report) => _write(report);
}
