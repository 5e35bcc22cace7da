namespace RemoteChain.Gateway.Chains;

/// <summary>"Did you mean": the nearest of a few known words.</summary>
static class Spelling
{
    const int DistanceMax = 2;
    const int WordCharsMax = 32;

    /// <summary>The known word that a typing slip could have turned into <paramref name="word"/>; null when none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length > WordCharsMax) return null;
        var best = known
            .Select(candidate => (candidate, distance: Distance(word.ToLowerInvariant(), candidate)))
            .Where(match => match.distance <= DistanceMax && match.distance < match.candidate.Length)
            .OrderBy(match => match.distance)
            .FirstOrDefault();
        return best.candidate;
    }

    // Optimal string alignment: insert, delete, replace, and swap of neighbours count one each.
    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
