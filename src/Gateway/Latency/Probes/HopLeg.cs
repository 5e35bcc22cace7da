using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>One hop that can be asked for an echo.</summary>
/// <param name="LayerNumber">The hop's place in the chain.</param>
/// <param name="AskAsync">Asks once, with a patience; null when no answer came.</param>
public sealed record HopQuestion(int LayerNumber, Func<TimeSpan, CancellationToken, ValueTask<HopRoundTrip?>> AskAsync);

/// <summary>
/// Measures the ways to the hops of one connection while somebody uses the session. Each hop is asked at random moments of its own, so that
/// nothing periodic hides between them and no hop is always asked behind another.
/// </summary>
public sealed class HopLeg : IAsyncDisposable
{
    /// <summary>Echoes of all hops together, at most this many a second on average.</summary>
    private const double RateMax = 10;

    private const double MeanSeconds = 0.8;
    private const double ShortestSeconds = 0.2;

    /// <summary>Longer than the mean of a chain of 32 hops. The window of echoes still holds some.</summary>
    private const double LongestSeconds = 4;

    /// <summary>A hop that stayed away this often in a row is asked only now and then.</summary>
    private const int LostMax = 5;

    private const int RetryTurns = 30;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly HopWays _ways;
    private readonly FrontEchoes _uses;
    private readonly double _meanSeconds;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <summary>Begins.</summary>
    /// <param name="hops">Who can be asked.</param>
    /// <param name="ways">Gets what is measured.</param>
    /// <param name="uses">Tells whether the session is in use.</param>
    public HopLeg(IReadOnlyList<HopQuestion> hops, HopWays ways, FrontEchoes uses)
    {
        (_ways, _uses) = (ways, uses);
        _meanSeconds = Math.Max(MeanSeconds, hops.Count / RateMax);
        ways.Begin(hops.Select(hop => hop.LayerNumber));
        _running = Task.WhenAll(hops.Select(hop => Task.Run(() => AskAsync(hop))));
    }

    /// <summary>Ends; nobody is asked any more when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task AskAsync(HopQuestion hop)
    {
        var random = new Random();
        int lost = 0;
        try
        {
            for (long turn = 0; ; turn++)
            {
                double seconds = -Math.Log(1 - random.NextDouble()) * _meanSeconds;
                await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(seconds, ShortestSeconds, LongestSeconds)), _stopping.Token);
                if (MonotonicClock.NowNanos() - _uses.UsedNanos > HostLeg.UnusedAfterNanos || (lost >= LostMax && turn % RetryTurns != 0))
                {
                    continue;
                }

                if (await OnceAsync(hop) is { } echo)
                {
                    lost = 0;
                    _ways.Add(hop.LayerNumber, MonotonicClock.NowNanos(), echo);
                }
                else
                {
                    lost++;
                    _ways.AddLost(hop.LayerNumber, MonotonicClock.NowNanos());
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async ValueTask<HopRoundTrip?> OnceAsync(HopQuestion hop)
    {
        try
        {
            return await hop.AskAsync(s_patience, _stopping.Token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The hop is gone or going; who uses it hears of that elsewhere.
            return null;
        }
    }
}
