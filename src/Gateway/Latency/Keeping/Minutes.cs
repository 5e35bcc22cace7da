namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>Minutes since 1970, as the store counts them.</summary>
static class Minutes
{
    /// <summary>The minute in which a moment lies.</summary>
    public static long Of(DateTimeOffset moment) => (long)Math.Floor(moment.ToUnixTimeMilliseconds() / 60_000.0);
}
