using System.Text;

namespace RemoteChain.Gateway.Chains;

/// <summary>What changed between two versions of a document, line by line.</summary>
public static class ChainDiff
{
    // Documents are short; a pair beyond this is told as replaced rather than compared in quadratic time.
    const int LinesMax = 2000;

    /// <summary>All lines of both, each with <c>-</c> (only in the first), <c>+</c> (only in the second) or a space in front.</summary>
    public static string Text(string before, string after)
    {
        var (a, b) = (Lines(before), Lines(after));
        var text = new StringBuilder();
        if (a.Length > LinesMax || b.Length > LinesMax)
        {
            foreach (var line in a) Append('-', line);
            foreach (var line in b) Append('+', line);
            return text.ToString();
        }

        // common[i, j]: the length of the longest common subsequence of a from i on and b from j on.
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
            for (var j = b.Length - 1; j >= 0; j--)
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);

        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                Append(' ', a[i++]);
                j++;
            }
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1])) Append('-', a[i++]);
            else Append('+', b[j++]);
        }
        return text.ToString();

        void Append(char mark, string line) => text.Append(mark).Append(' ').Append(line).Append('\n');
    }

    static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
