using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain audit</c></summary>
static class AuditCommand
{
    const int ExportPage = 1000;

    public static Command Build(Calling calling)
    {
        var since = new Option<string?>("--since") { Description = "How far back: 30m, 8h, 2d.", HelpName = "AGE" };
        var actor = new Option<string?>("--user") { Description = "Only what this user did.", HelpName = "USER" };
        var action = new Option<string?>("--action") { Description = "Only this action, such as session-opened or sign-in-refused.",
            HelpName = "ACTION" };
        var limit = new Option<int>("--limit") { Description = "At most this many of the newest.", HelpName = "N",
            DefaultValueFactory = _ => 50 };
        var export = new Option<bool>("--export") { Description = "All that fits, oldest first, as JSON lines." };
        var command = new Verb("audit", "Who did what: sessions, sign-ins, changes.",
            "audit", "audit --since 8h --user alice", "audit --action sign-in-refused", "audit --export > audit.jsonl") { since, actor,
                action, limit, export };
        calling(command, async call =>
        {
            var filter = Filter(call.Value(since), call.Value(actor), call.Value(action));
            if (call.Value(export)) await ExportAsync(call, filter);
            else call.Show<AuditRecord[]>(await call.Client.GetAsync($"/audit?limit={call.Value(limit)}{filter}", call.Cancellation),
                records => call.Terminal.Table(
                ["TIME", "ACTION", "USER", "WHAT", "FROM", "DETAIL"],
                records.Select(record => new[] { Terminal.Moment(record.At), record.Action, record.Actor, record.Subject, record.Address,
                    record.Detail }),
                "Nothing fits."));
        });
        return command;
    }

    static string Filter(string? since, string? actor, string? action)
    {
        var filter = "";
        if (since is not null)
        {
            if (!ChainDuration.TryParse(since, out var age))
                throw new CommandException(ExitCode.Usage, $"--since takes an age such as 30m, 8h or 2d, not '{since}'.");
            filter += $"&since={NodeClient.Escape((DateTimeOffset.UtcNow - age).ToString("O", CultureInfo.InvariantCulture))}";
        }
        if (actor is not null) filter += $"&actor={NodeClient.Escape(actor)}";
        if (action is not null) filter += $"&action={NodeClient.Escape(action)}";
        return filter;
    }

    static async Task ExportAsync(Call call, string filter)
    {
        for (long after = 0; ;)
        {
            var page = NodeClient.Read<AuditRecord[]>(await call.Client.GetAsync(
                $"/audit?newest=false&limit={ExportPage}&after={after}{filter}", call.Cancellation));
            if (page.Length == 0) return;
            foreach (var record in page) call.Terminal.Output.WriteLine(JsonSerializer.Serialize(record, NodeClient.Json));
            after = page[^1].Id;
        }
    }
}
