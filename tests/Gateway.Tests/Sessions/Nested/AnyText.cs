namespace RemoteChain.Gateway.Tests.Sessions.Nested;

/// <summary>Texts that are hard to quote, always the same ones.</summary>
static class AnyText
{
    const string Hard = "'\"`$\\(){}[]<>|&;*?!#~%^ \t=+-,.:/@\0\n\r\u2018\u2019\u201Cäß漢07aZ";

    public static IEnumerable<string> Some(int count)
    {
        var random = new Random(27);
        for (int i = 0; i < count; i++) yield return string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Hard[random.Next(Hard.Length)]));
    }
}
