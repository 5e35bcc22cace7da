namespace RemoteChain.Worker.Notices;

/// <summary>Words of a notice: broken into lines, ages in words.</summary>
static class NoticeText
{
    /// <summary>Lines that are shown; what is longer ends with an ellipsis.</summary>
    public const int LinesMax = 6;

    const char Ellipsis = '…';

    /// <summary>Breaks a sentence at blanks so that no line is wider than <paramref name="widthMax"/>; a word that is wider is cut.</summary>
    public static List<string> Wrap(string sentence, GlyphAtlas atlas, int widthMax)
    {
        List<string> lines = [];
        var line = "";
        foreach (var part in sentence.Split((char[])[' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            var word = part;
            while (true)
            {
                var joined = line.Length == 0 ? word : $"{line} {word}";
                if (atlas.Width(joined) <= widthMax)
                {
                    line = joined;
                    break;
                }

                if (line.Length > 0)
                {
                    lines.Add(line);
                    line = "";
                    continue;
                }

                var fits = FittingLetters(word, atlas, widthMax);
                lines.Add(word[..fits]);
                word = word[fits..];
            }
        }

        if (line.Length > 0) lines.Add(line);
        if (lines.Count <= LinesMax) return lines;
        lines.RemoveRange(LinesMax, lines.Count - LinesMax);
        var last = lines[^1];
        while (last.Length > 0 && atlas.Width(last + Ellipsis) > widthMax) last = last[..^1];
        lines[^1] = last.TrimEnd() + Ellipsis;
        return lines;
    }

    /// <summary>"12 s", "3 min", "2 h 5 min": coarse, since a person reads it.</summary>
    public static string Age(long seconds) => seconds switch
    {
        < 0 => "0 s",
        < 120 => $"{seconds} s",
        < 7200 => $"{seconds / 60} min",
        _ => $"{seconds / 3600} h {seconds / 60 % 60} min",
    };

    static int FittingLetters(string word, GlyphAtlas atlas, int widthMax)
    {
        var (width, count) = (0, 0);
        foreach (var letter in word)
        {
            width += atlas.Advance(letter);
            if (width > widthMax) break;
            count++;
        }

        return Math.Max(1, count);
    }
}
