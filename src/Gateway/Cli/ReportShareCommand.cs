using System.CommandLine;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain report share</c>: hands a report to colleagues who may not see the session.</summary>
static class ReportShareCommand
{
    public static Verb Build(Calling calling)
    {
        var subject = new Argument<string?>("session|chain") { Arity = ArgumentArity.ZeroOrOne, Description = "As `report` takes it." };
        var (since, until, load) = ReportCommand.Span();
        var hours = new Option<int?>("--hours") { HelpName = "N", Description = "How long it can be read (default 168, a week)." };
        var list = new Option<bool>("--list") { Description = "Show the reports that you share instead, and who has opened them." };
        var end = new Option<string?>("--end") { HelpName = "ID", Description = "End one: nobody reads it any more." };
        var command = new Verb("share", "Hands a report on, for a span that stands still: prints a link for colleagues with an account on the node.",
            "report share client-site", "report share 4f2a --since 8h --load idle --hours 24", "report share --list", "report share --end k7m2q9xwt4")
        {
            subject, since, until, load, hours, list, end,
        };
        calling(command, async call =>
        {
            if (call.Value(end) is { } ending)
            {
                await call.Client.DeleteAsync($"/report-shares/{NodeClient.Escape(ending)}", call.Cancellation);
                call.Done($"The shared report {ending} has ended.");
            }
            else if (call.Value(list))
            {
                call.Show<ReportShareEndpoints.Shared[]>(await call.Client.GetAsync("/report-shares", call.Cancellation), shares => call.Terminal.Table(
                    ["ID", "CHAIN", "SESSION", "SINCE", "UNTIL", "LOAD", "READABLE UNTIL", "BY", "OPENED BY"],
                    shares.Select(one => new[] { one.Id, one.Chain, one.Session ?? "", Terminal.Moment(one.Since), Terminal.Moment(one.Until), one.Load ?? "",
                        Terminal.Moment(one.Expires), one.SharedBy, string.Join(", ", one.Readers) }), "No report is shared."));
            }
            else
            {
                var path = await ReportCommand.PathAsync(call, call.Value(subject) ?? throw new CommandException(ExitCode.Usage, "Say which session or chain, or --list."));
                await ShareAsync(call, path, new(At("--since", call.Value(since)), At("--until", call.Value(until)), call.Value(load), call.Value(hours)));
            }
        });
        return command;
    }

    static async Task ShareAsync(Call call, string path, ReportShareEndpoints.WantedShare wanted) =>
        call.Show<ReportShareEndpoints.Made>(await call.Client.SendAsync(HttpMethod.Post, $"{path}/shares", wanted, call.Cancellation), made =>
        {
            call.Terminal.Error.WriteLine($"Shared report {made.Share.Id}, readable until {Terminal.Moment(made.Share.Expires)} (the link is shown this once):");
            call.Terminal.Output.WriteLine($"{call.Client.Node}/shared/{made.Share.Id}#{made.Token}");
        });

    static DateTimeOffset? At(string option, string? text) => text is null ? null : ReportCommand.At(option, text);
}
