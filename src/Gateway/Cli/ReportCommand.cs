using System.CommandLine;
using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Reports;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain report</c>: where the time of a session or a chain went.</summary>
static class ReportCommand
{
    const int EndedSessions = 1000;
    const string FollowedSpan = "1m";
    const string ClearScreen = "\e[H\e[2J\e[3J";

    static readonly TimeSpan s_followEvery = TimeSpan.FromSeconds(2);

    public static Command Build(Calling calling)
    {
        var subject = new Argument<string>("session|chain") { Description = "A chain's name, or a session as `session list` or `session "
            + "ended` shows it; the beginning is enough." };
        var (since, until, load) = Span();
        var format = new Option<string>("--format") { Description = string.Join(", ", ReportFormat.All.Select(known => known.Name))
            + ". chrome-trace opens in Perfetto.", HelpName = "FORMAT", DefaultValueFactory = _ => ReportFormat.Text.Name };
        format.AcceptOnlyFromAmong([.. ReportFormat.All.Select(known => known.Name)]);
        var output = new Option<string?>("--output", "-o") { Description = "Write to this file instead of standard output.", HelpName = "FILE" };
        var follow = new Option<bool>("--follow") { Description = "Show the last minute again and again until Ctrl+C." };
        var command = new Verb("report", "Where the time goes: latency per layer, with a verdict.",
            "report client-site", "report 4f2a --since 8h --load idle", "report client-site --format html --output report.html",
            "report 4f2a --follow") { subject, since, until, load, format, output, follow };
        command.Add(ReportShareCommand.Build(calling));
        calling(command, async call =>
        {
            var path = await PathAsync(call, call.Value(subject));
            var wanted = call.AsJson ? ReportFormat.Json.Name : call.Value(format)!;
            if (call.Value(follow))
            {
                await FollowAsync(call, path, call.Value(since) ?? FollowedSpan, call.Value(load), wanted);
                return;
            }
            var query = Query(call.Value(since), call.Value(until), call.Value(load), wanted);
            var report = await call.Client.GetAsync($"{path}?{query}", call.Cancellation);
            if (call.Value(output) is { } file) await SaveAsync(file, report, call);
            else if (wanted == ReportFormat.Json.Name) call.Terminal.Json(report);
            else await call.Terminal.Output.WriteAsync(report);
        });
        return command;
    }

    /// <summary>The options that say which samples are meant.</summary>
    internal static (Option<string?> Since, Option<string?> Until, Option<string?> Load) Span()
    {
        var since = new Option<string?>("--since") { Description = "How far back (30m, 8h, 2d) or from when on (2026-01-31T08:00). Default: "
            + "1h; with --follow 1m.", HelpName = "AGE|TIME" };
        var until = new Option<string?>("--until") { Description = "Until when, likewise. Default: now.", HelpName = "AGE|TIME" };
        var load = new Option<string?>("--load") { Description = "Only inputs while the picture was otherwise idle, or busy.", HelpName
            = "idle|busy" };
        load.AcceptOnlyFromAmong("idle", "busy");
        return (since, until, load);
    }

    // A chain of that very name comes first: names are chosen by people, and the beginning of an identifier may be one by accident.
    internal static async Task<string> PathAsync(Call call, string subject)
    {
        try
        {
            var chain = $"/chains/{NodeClient.Escape(subject)}";
            await call.Client.GetAsync(chain, call.Cancellation);
            return $"{chain}/latency";
        }
        catch (CommandException none) when (none.ExitCode == ExitCode.NotFound)
        {
            var running = NodeClient.Read<SessionSummary[]>(await call.Client.GetAsync("/sessions", call.Cancellation));
            var ended = NodeClient.Read<SessionRecord[]>(await call.Client.GetAsync($"/sessions/ended?limit={EndedSessions}", call.Cancellation));
            var fits = running.Select(session => session.Id).Concat(ended.Select(session => session.Id))
                .Where(id => id.StartsWith(subject, StringComparison.OrdinalIgnoreCase)).Distinct().ToList();
            if (fits.Count > 1)
                throw new CommandException(ExitCode.Usage, $"'{subject}' fits {fits.Count} sessions: {string.Join(", ", fits)}.");
            // A session that has no record any more may still have samples, or a deleted chain.
            if (fits.Count == 1) return $"/sessions/{NodeClient.Escape(fits[0])}/latency";
            return await ExistsAsync(call, $"/sessions/{NodeClient.Escape(subject)}/latency")
                ?? await ExistsAsync(call, $"/chains/{NodeClient.Escape(subject)}/latency")
                ?? throw new CommandException(ExitCode.NotFound, $"There is no chain and no session '{subject}' that you may see.");
        }
    }

    static async Task<string?> ExistsAsync(Call call, string path)
    {
        try
        {
            await call.Client.GetAsync($"{path}/samples?limit=1", call.Cancellation);
            return path;
        }
        catch (CommandException none) when (none.ExitCode == ExitCode.NotFound)
        {
            return null;
        }
    }

    static async Task FollowAsync(Call call, string path, string span, string? load, string format)
    {
        using var timer = new PeriodicTimer(s_followEvery);
        do
        {
            var report = await call.Client.GetAsync($"{path}?{Query(span, null, load, format)}", call.Cancellation);
            // A screen is drawn over; a file or a pipe gets one report after the other.
            await call.Terminal.Output.WriteAsync(call.Terminal.IsScreen ? ClearScreen + report : report + Environment.NewLine);
            await call.Terminal.Output.FlushAsync(call.Cancellation);
        }
        while (await timer.WaitForNextTickAsync(call.Cancellation));
    }

    static async Task SaveAsync(string file, string report, Call call)
    {
        try
        {
            await File.WriteAllTextAsync(file, report, new UTF8Encoding(false), call.Cancellation);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"The report cannot be written to {file}: {refused.Message}");
        }
        call.Terminal.Error.WriteLine($"The report is in {file}.");
    }

    static string Query(string? since, string? until, string? load, string format)
    {
        var query = new StringBuilder($"format={format}");
        if (since is not null) query.Append("&since=").Append(Moment("--since", since));
        if (until is not null) query.Append("&until=").Append(Moment("--until", until));
        if (load is not null) query.Append("&load=").Append(load);
        return query.ToString();
    }

    static string Moment(string option, string text) => Escaped(At(option, text));

    /// <summary>The moment that an option means.</summary>
    internal static DateTimeOffset At(string option, string text)
    {
        if (ChainDuration.TryParse(text, out var age)) return DateTimeOffset.UtcNow - age;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment)) return moment;
        throw new CommandException(ExitCode.Usage, $"{option} takes an age such as 30m, 8h or 2d, or a time such as 2026-01-31T08:00, not '{text}'.");
    }

    static string Escaped(DateTimeOffset moment) =>
        NodeClient.Escape(moment.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
}
