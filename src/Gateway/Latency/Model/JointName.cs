namespace RemoteChain.Gateway.Latency.Model;

/// <summary>The name of several layers whose time is only known together.</summary>
public static class JointName
{
    /// <summary>Longest name; no longer one can be kept.</summary>
    public const int CharsMax = 128;

    /// <summary>What stands between two of the names.</summary>
    public const string And = " + ";

    /// <summary>For example <c>rdp west-desk + nested east-desk</c>; when too long, the first and the last of them and how many are between.</summary>
    public static string Of(IReadOnlyList<string> layers)
    {
        string all = string.Join(And, layers);
        if (all.Length <= CharsMax || layers.Count < 2)
        {
            return Cut(all, CharsMax);
        }

        string between = layers.Count > 2 ? $"{And}{layers.Count - 2} more{And}" : And;
        int each = (CharsMax - between.Length) / 2;
        return Cut(layers[0], each) + between + Cut(layers[^1], each);
    }

    private static string Cut(string text, int chars) => text.Length <= chars ? text : string.Concat(text.AsSpan(0, chars - 1), "…");
}
