using System.Globalization;
using RemoteChain.Gateway.Latency.Correlation;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>What a client sent to an xterm on a real host and what that painted, as <c>bench trace</c> recorded it: one event a line,
/// times in microseconds.</summary>
internal sealed class RecordedTrace
{
    private const int Glyph = 9, Line = 18;

    private readonly List<Step> _steps = [];

    internal RecordedTrace(string file)
    {
        string scene = "";
        ulong inputs = 0, areas = 0;
        string path = Path.Combine(AppContext.BaseDirectory, "Latency", "Correlation", file);
        foreach (string[] words in File.ReadLines(path).Select(line => line.Split(',')))
        {
            long nanos = 1_000_000_000 + Number(words[1]) * 1000;
            switch (words[0])
            {
                case "scene":
                    scene = words[2];
                    break;
                case "input":
                    var input = new SentInput(
                        ++inputs, (InputKind)Number(words[2]), (ushort)Number(words[3]), (int)Number(words[4]), (int)Number(words[5]),
                        nanos);
                    _steps.Add(new Step(nanos, scene, input, null));
                    break;
                case "area":
                    var area = new SurfaceRectangle(
                        (int)Number(words[2]), (int)Number(words[3]), (int)Number(words[4]), (int)Number(words[5]));
                    _steps.Add(new Step(nanos, scene, null, new PaintedArea(++areas, area, 1, nanos)));
                    break;
            }
        }
    }

    /// <summary>Feeds everything to a correlator; the answers by input.</summary>
    internal Dictionary<ulong, Answer> Play(Correlator correlator)
    {
        var answers = new Dictionary<ulong, Answer>();
        foreach (var step in _steps.OrderBy(s => s.Nanos))
        {
            if (step.Input is { } input)
            {
                correlator.Sent(input);
            }
            else
            {
                correlator.Painted(step.Area!.Value);
            }

            Take(correlator, answers);
        }

        correlator.Advance(_steps[^1].Nanos + 10_000_000_000);
        Take(correlator, answers);
        return answers;
    }

    /// <summary>The key presses of a scene, in order.</summary>
    internal List<SentInput> Presses(string scene) =>
        [.. _steps.Where(s => s.Scene == scene && s.Input is { } i && Expectations.Of(i) == Expectation.Key).Select(s => s.Input!.Value)];

    /// <summary>
    /// The first keys of a scene, which wrote on one line, each with the area that truly shows it: the n-th key's glyph is n cells from the
    /// first one's, and the first picture that paints this cell and the caret behind it is the answer.
    /// </summary>
    internal List<(SentInput Key, PaintedArea? Area)> Glyphs(string scene, int count)
    {
        var keys = Presses(scene).Take(count).ToList();
        var text = _steps.Where(s => s.Area is { } a && s.Nanos >= keys[0].SentNanos && a.Rectangle.Height == Line
            && a.Rectangle.Width >= 2 * Glyph && a.Rectangle.Width % Glyph == 0).Select(s => s.Area!.Value).ToList();
        var first = text[0].Rectangle;
        return [.. keys.Select((key, n) => (key, Showing(key, first.X + n * Glyph)))];

        PaintedArea? Showing(SentInput key, int cell) => text
            .Where(a => a.ReceivedNanos > key.SentNanos && a.Rectangle.Y == first.Y)
            .Where(a => a.Rectangle.X <= cell && a.Rectangle.Right >= cell + 2 * Glyph)
            .Select(a => (PaintedArea?)a).FirstOrDefault();
    }

    private static void Take(Correlator correlator, Dictionary<ulong, Answer> answers)
    {
        while (correlator.TryTake(out var answer))
        {
            answers.Add(answer.InputId, answer);
        }
    }

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private sealed record Step(long Nanos, string Scene, SentInput? Input, PaintedArea? Area);
}
