using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>A fault that somebody wants.</summary>
/// <param name="Layer">Which layer: <c>gateway</c>, <c>network</c>, <c>user</c> or <c>host</c>.</param>
/// <param name="Stage">Which of its stages; see <see cref="FaultPlace"/>.</param>
/// <param name="DelayMillis">How much it adds.</param>
/// <param name="Shape"><c>constant</c>, <c>intermittent</c> or <c>jitter</c>.</param>
/// <param name="SharePercent">Of 100 events, how many are delayed when intermittent.</param>
/// <param name="Session">The session, for the layer <c>gateway</c>; null for the others.</param>
/// <param name="Target">What else it applies to, for people: a lab host, a program. At most <see cref="TargetCharsMax"/> characters.</param>
/// <param name="Seed">Which events are chosen; 0 = any.</param>
/// <param name="ForMillis">It ends by itself after this time, unless prolonged; null = with its session or the node.</param>
public sealed record FaultOrder(string Layer, string Stage, double DelayMillis, string Shape = "constant", int SharePercent = 10,
    string? Session = null, string? Target = null, uint Seed = 0, long? ForMillis = null)
{
    /// <summary>Longest text of <see cref="Target"/>.</summary>
    public const int TargetCharsMax = 100;

    /// <summary>Longest time that can be asked for at once: a day.</summary>
    public const long ForMillisMax = 24 * 3600 * 1000L;
}

/// <summary>A fault that is in force.</summary>
/// <param name="Id">What <c>inject clear</c> takes.</param>
/// <param name="Order">What it is.</param>
/// <param name="By">Who wanted it.</param>
/// <param name="Since">From when on.</param>
/// <param name="Until">When it ends by itself; null = with its session or the node.</param>
/// <param name="Account">What it has really done so far, as the workers counted; null for layers that the node does not hold up itself.</param>
public sealed record Fault(string Id, FaultOrder Order, string By, DateTimeOffset Since, DateTimeOffset? Until, FaultAccount? Account = null)
{
    /// <summary>Layer and stage.</summary>
    public string Place => $"{Order.Layer}/{Order.Stage}";
}

/// <summary>What an injected delay has really done, by the clock of those who waited.</summary>
/// <param name="Events">Events that passed the stage.</param>
/// <param name="Delayed">Those that were held up.</param>
/// <param name="WaitedMillis">How long all together.</param>
/// <param name="LongestMillis">The longest single wait.</param>
public sealed record FaultAccount(long Events, long Delayed, double WaitedMillis, double LongestMillis)
{
    /// <summary>The accounts of all workers of a session as one.</summary>
    public static FaultAccount Of(IReadOnlyCollection<Injected> accounts) => new(
        accounts.Sum(a => (long)a.Events), accounts.Sum(a => (long)a.Delayed), accounts.Sum(a => a.WaitedNanos) / 1e6,
        accounts.Select(a => a.LongestNanos / 1e6).DefaultIfEmpty().Max());
}
