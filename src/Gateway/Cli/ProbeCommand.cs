using System.CommandLine;
using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain probe</c></summary>
static class ProbeCommand
{
    static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(500);

    public static Command Build(Calling calling)
    {
        var id = new Argument<string>("session") { Description = "The session, as `session list` shows it; the beginning is enough." };
        var count = new Option<int?>("--count") { HelpName = "N", Description = "How many keys to press (default 20)." };
        var command = new Verb("probe", "Presses keys at a session's host and times the picture; only where its chain has key-probes on.",
            "probe 4f2a", "probe 4f2a --count 5 --json") { id, count };
        calling(command, async call =>
        {
            var path = $"/sessions/{await SessionCommands.FullIdAsync(call, call.Value(id))}/probe";
            var answer = await call.Client.SendAsync(HttpMethod.Post, $"{path}?count={call.Value(count) ?? 20}", null, null, call.Cancellation);
            while (NodeClient.Read<KeyProbeReport>(answer).Running)
            {
                await Task.Delay(s_every, call.Cancellation);
                answer = await call.Client.GetAsync(path, call.Cancellation);
            }

            call.Show<KeyProbeReport>(answer, report => Show(call.Terminal, report));
        });
        return command;
    }

    static void Show(Terminal terminal, KeyProbeReport report)
    {
        terminal.Table(["KEY", "MS", "PRESSED LATE"], report.Presses.Select((press, i) => new[]
        {
            $"{i + 1}",
            press.Nanos is { } nanos ? SessionCommands.Millis(nanos) : $"more than {SessionCommands.Millis(press.WaitedNanos)}",
            SessionCommands.Millis(press.LateNanos),
        }), "No key was pressed.");
        terminal.Error.WriteLine($"From key to picture in the gateway: shortest {SessionCommands.Millis(report.MinNanos)} ms, median "
            + $"{SessionCommands.Millis(report.MedianNanos)} ms, longest {SessionCommands.Millis(report.MaxNanos)} ms; "
            + $"{report.Presses.Count(press => press.Nanos is null)} of {report.Presses.Count} without an answer in time.");
        if (report.Ending.Length > 0) terminal.Error.WriteLine($"Ended after {report.Presses.Count} of {report.Wanted}: {report.Ending}.");
    }
}
