using RemoteChain.Gateway.Latency.Keeping;

namespace RemoteChain.Gateway.Sessions;

/// <summary>Reads the stamps of all running sessions a few times a second: one timer for all of them, and next to nothing to do for a session at
/// rest.</summary>
public sealed class LatencyRecorder(SessionRegistry sessions, LatencyJournal journal, ILogger<LatencyRecorder> log) : BackgroundService
{
    /// <summary>The rings hold ten seconds of a fast session; a live strip wants more than one picture a second.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>How often it looks whether there is a session when there was none.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var running = sessions.Running();
            foreach (var session in running)
            {
                Record(session);
            }

            // Set only when it changes: that begins the period anew.
            var next = running.Count == 0 ? s_look : Every;
            if (timer.Period != next)
            {
                timer.Period = next;
            }
        }
    }

    private void Record(SessionRunner session)
    {
        try
        {
            var (samples, matches) = session.Latency.Poll();
            session.Probes.Recorded(samples);
            journal.Add(session.Id, session.ChainName, samples, session.Owner.Name);
            journal.AddMatches(
                session.Id, session.ChainName, matches.Expected, matches.Matched, matches.Expected - matches.Matched, session.Owner.Name);
        }
        catch (Exception ex)
        {
            // The recorder must not end because of one session.
            log.LatencyFault(ex, session.Id);
        }
    }
}
