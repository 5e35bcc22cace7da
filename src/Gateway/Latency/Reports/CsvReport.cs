using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>Samples as a table (RFC 4180): one row for each stage of each sample, durations in nanoseconds.</summary>
static class CsvReport
{
    const string Head = "sample,layer,stage,dur_ns,lo,hi,grade,layer_number,at,input,load,origin,shared,censored\r\n";

    /// <summary>Writes it. A sample without stages has no row.</summary>
    public static string Write(IEnumerable<Sample> samples)
    {
        var text = new StringBuilder(Head);
        var number = 0;
        foreach (var sample in samples)
        {
            number++;
            var about = string.Create(CultureInfo.InvariantCulture,
                $"{sample.At.UtcDateTime:O},{Word(sample.Kind)},{sample.Load.Word()},{Word(sample.Origin)},{sample.SharedPicture},{(sample.Censored ? 1 : 0)}");
            foreach (var time in sample.Times)
                text.Append(CultureInfo.InvariantCulture, $"{number},{Cell(time.Key.LayerName)},{time.Key.Stage.Name()},{time.Nanos},{time.LowNanos},")
                    .Append(CultureInfo.InvariantCulture, $"{time.HighNanos},{time.Grade.Letter()},{time.Key.Layer},{about}\r\n");
        }
        return text.ToString();
    }

    /// <summary>A text as a cell. What a spreadsheet would take for a formula gets an apostrophe before it, which makes it text.</summary>
    internal static string Cell(string text)
    {
        text = Words.Printable(text);
        if (text.TrimStart() is ['=' or '+' or '-' or '@' or '|' or '%', ..]) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n;") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
