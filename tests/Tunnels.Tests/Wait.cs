namespace RemoteChain.Tunnels.Tests;

/// <summary>Waits for what another process does.</summary>
static class Wait
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    internal static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    internal static async Task UntilAsync(Func<bool> isSo, string what)
    {
        for (var until = DateTime.UtcNow + s_patience; !isSo(); await Task.Delay(10))
            if (DateTime.UtcNow > until) throw new TimeoutException($"waited {s_patience.TotalSeconds:0} s for {what}");
    }
}
