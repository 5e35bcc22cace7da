using System.CommandLine;
using System.Globalization;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Sessions;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain inject …</c>: faults of a known size, to see whether the blame finds them.</summary>
static class InjectCommands
{
    public static Command Build(Calling calling)
    {
        var place = new Argument<string>("place") { Description = $"Which layer and stage: {string.Join(", ", FaultPlace.All)}." };
        var delay = new Option<string>("--delay") { HelpName = "TIME", Required = true, Description = "How much longer it takes: 5ms, 0.5ms, 200us. "
            + "On networks it is added to the round trip. host/pause: for how long the program is stopped each time." };
        var shape = new Option<string>("--shape") { HelpName = "SHAPE", DefaultValueFactory = _ => "constant",
            Description = "constant, intermittent (the whole delay for --share of the events), or jitter (evenly from 0 to twice the delay)." };
        shape.AcceptOnlyFromAmong("constant", "intermittent", "jitter");
        var share = new Option<string>("--share") { HelpName = "SHARE", DefaultValueFactory = _ => "10%",
            Description = "How many of the events an intermittent delay hits; for host/pause how much of the time the program is stopped." };
        var session = new Option<string?>("--session") { HelpName = "ID", Description = "gateway: which session. Not needed while only one runs." };
        var time = new Option<string?>("--for") { HelpName = "TIME", Description = "End by itself after this time, such as 30s or 5m." };
        var seed = new Option<uint>("--seed") { HelpName = "N", Description = "Choose the same events as another time with this number." };
        var lab = new LabFaultOptions();
        var command = new Verb("inject",
            "Slows one stage down by a known amount, until Ctrl+C. Only where the node was started with --lab-faults.",
            "inject gateway/decode --delay 5ms", "inject gateway/encode --delay 20ms --shape intermittent --share 10% --for 60s",
            "inject network --on desk-1 --delay 30ms --direction down", "inject host --on desk-1 --user alice --delay 5ms", "inject relay --delay 5ms", "inject list", "inject clear")
            { place, delay, shape, share, session, time, seed, List(calling), Clear(calling) };
        lab.AddTo(command);
        calling(command, async call =>
        {
            var (layer, stage) = FaultPlace.Parse(call.Value(place), out var problem) ?? throw new CommandException(ExitCode.Usage, problem!);
            var order = new FaultOrder(layer, stage, Millis(call.Value(delay)!), call.Value(shape)!, Percent(call.Value(share)!),
                layer == FaultPlace.Gateway ? await SessionAsync(call, call.Value(session)) : null, lab.Target(call, layer, stage), call.Value(seed));
            if (!FaultPlace.TryOrder(order, out problem, out _)) throw new CommandException(ExitCode.Usage, problem);
            await HeldFault.RunAsync(call, order, Time(call.Value(time)), () => lab.Begin(call, order));
        });
        return command;
    }

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "Faults that are in force now.", "inject list");
        calling(command, async call => call.Show<Fault[]>(await call.Client.GetAsync("/faults", call.Cancellation), faults => call.Terminal.Table(
            ["ID", "PLACE", "DELAY", "SHAPE", "OF", "BY", "SINCE", "REALLY DELAYED"],
            faults.Select(f => new[] { f.Id, f.Place, $"{f.Order.DelayMillis:0.###} ms",
                f.Order.Shape == "intermittent" ? $"intermittent {f.Order.SharePercent} %" : f.Order.Shape, f.Order.Session ?? f.Order.Target ?? "-", f.By,
                Terminal.Moment(f.Since), f.Account is { } account ? HeldFault.Sentence(account) : "-" }),
            "No fault is in force.")));
        return command;
    }

    static Verb Clear(Calling calling)
    {
        var id = new Argument<string?>("id") { Arity = ArgumentArity.ZeroOrOne, Description = "Which, as `inject list` shows it. Without it: all." };
        var command = new Verb("clear", "Ends faults, also those that another terminal holds.", "inject clear", "inject clear f3") { id };
        calling(command, async call =>
        {
            if (call.Value(id) is { } one)
            {
                await call.Client.DeleteAsync($"/faults/{NodeClient.Escape(one)}", call.Cancellation);
                call.Done($"The fault {one} has ended.");
                return;
            }

            var ended = NodeClient.Read<Fault[]>(await call.Client.DeleteAsync("/faults", call.Cancellation));
            call.Done(ended.Length == 0 ? "No fault was in force." : $"Ended: {string.Join(", ", ended.Select(f => f.Id))}.");
        });
        return command;
    }

    static async Task<string> SessionAsync(Call call, string? beginning)
    {
        if (beginning is not null) return await SessionCommands.FullIdAsync(call, beginning);
        var running = NodeClient.Read<SessionSummary[]>(await call.Client.GetAsync("/sessions", call.Cancellation));
        return running is [var only]
            ? only.Id
            : throw new CommandException(ExitCode.Usage, running.Length == 0
                ? "No session is running: open one first, then inject."
                : $"{running.Length} sessions are running: name one with --session ({string.Join(", ", running.Select(s => s.Id))}).");
    }

    static double Millis(string text)
    {
        var (number, factor) = text switch
        {
            [.. var n, 'm', 's'] => (n, 1.0),
            [.. var n, 'u' or 'µ', 's'] => (n, 0.001),
            [.. var n, 's'] => (n, 1000.0),
            _ => ("", 0),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value * factor
            : throw new CommandException(ExitCode.Usage, $"'{text}' is no delay: write it like 5ms, 0.5ms, 200us or 1s.");
    }

    static int Percent(string text) =>
        int.TryParse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 100
            ? percent
            : throw new CommandException(ExitCode.Usage, $"'{text}' is no share: write it like 10%.");

    static TimeSpan? Time(string? text) => text is null ? null : ChainDuration.TryParse(text, out var time) && time > TimeSpan.Zero
        ? time
        : throw new CommandException(ExitCode.Usage, $"'{text}' is no time: write it like 30s, 5m or 1h.");
}
