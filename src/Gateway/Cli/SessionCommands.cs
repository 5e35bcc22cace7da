using System.CommandLine;
using System.Globalization;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain session …</c></summary>
static class SessionCommands
{
    public static Command Build(Calling calling) =>
        new Verb("session", "Running sessions: list, open, show, keys, share, control, join, kill, detach, ended.") { List(calling), Open(calling), Show(calling), Keys(calling),
            SharingCommands.BuildShare(calling), SharingCommands.BuildControl(calling), SharingCommands.BuildJoin(calling),
            Kill(calling), Detach(calling), Ended(calling) };

    internal static Argument<string> Id() => new("id") { Description = "The session, as `session list` shows it; the beginning is enough." };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "Sessions that run now.", "session list");
        calling(command, async call => call.Show<SessionSummary[]>(await call.Client.GetAsync("/sessions", call.Cancellation), sessions =>
            call.Terminal.Table(
            ["ID", "CHAIN", "OWNER", "STATE", "SERVER", "SIZE", "FRONTS", "AGE", "FAILURE"],
            sessions.Select(session => new[] { session.Id, session.Chain, session.Owner, session.State, session.Host?.Server ?? "-", Size(session),
                $"{session.Fronts.Count}", Terminal.Age(session.Since), session.Failure ?? "" }),
            "No session is running.")));
        return command;
    }

    static Verb Open(Calling calling)
    {
        var chain = new Argument<string>("chain") { Description = "The chain to bring up." };
        var user = new Option<string?>("--for") { HelpName = "USER", Description = "Whose session it is (admins only); default your own." };
        var command = new Verb("open", "Brings up all layers of a chain before anybody looks.", "session open client-site", "session open client-site --for alice")
        {
            chain, user,
        };
        calling(command, async call => call.Show<SessionSummary>(
            await call.Client.SendAsync(HttpMethod.Post, "/sessions", new { chain = call.Value(chain), @for = call.Value(user) }, call.Cancellation),
            session => call.Done($"The session {session.Id} of {session.Chain} is {session.State}.")));
        return command;
    }

    static Verb Show(Calling calling)
    {
        var id = Id();
        var command = new Verb("show", "One session and who looks at it.", "session show 4f2a") { id };
        calling(command, async call =>
        {
            var full = await FullIdAsync(call, call.Value(id));
            call.Show<SessionSummary>(await call.Client.GetAsync($"/sessions/{full}", call.Cancellation), session =>
            {
                call.Terminal.Table(["", ""],
                [
                    ["session", session.Id], ["chain", session.Chain], ["owner", session.Owner], ["state", session.State],
                        ["size", Size(session)],
                    ["control", session.ControlledBy == 0 ? "everybody who may" : $"front {session.ControlledBy}"],
                    ["since", Terminal.Moment(session.Since)], ["failure", session.Failure ?? "none"],
                    .. HostRows(session.Host),
                ], "");
                call.Terminal.Output.WriteLine();
                call.Terminal.Table(["LAYER", "DESKTOP", "STATE", "FAILURE"],
                    session.Desktops.Select(desktop => new[] { $"{desktop.Layer}", desktop.Title, desktop.State, desktop.Failure ?? "" }), "");
                call.Terminal.Output.WriteLine();
                call.Terminal.Table(["FRONT", "USER", "FROM", "CLIENT", "MAY", "SINCE"],
                    session.Fronts.Select(front => new[] { $"{front.Number}", front.Account, front.Address, front.Client, front.ViewOnly
                        ? "watch" : "work", Terminal.Moment(front.Since) }),
                    "Nobody looks at it now.");
            });
        });
        return command;
    }

    static Verb Keys(Calling calling)
    {
        var (id, keys) = (Id(), new Argument<string>("keys") { Description = "Modifiers and one key, joined by +." });
        var layer = new Option<int?>("--layer") { HelpName = "K", Description = "Number of the desktop's layer in the chain (default: the innermost desktop)." };
        var command = new Verb("keys", "Presses keys together in one of a session's desktops.", "session keys 4f2a ctrl+alt+del",
            "session keys 4f2a ctrl+alt+del --layer 3") { id, keys, layer };
        calling(command, async call =>
        {
            var full = await FullIdAsync(call, call.Value(id));
            await call.Client.SendAsync(HttpMethod.Post, $"/sessions/{full}/keys", new { keys = call.Value(keys), layer = call.Value(layer) },
                call.Cancellation);
            call.Done($"{call.Value(keys)} was pressed.");
        });
        return command;
    }

    static Verb Kill(Calling calling)
    {
        var (id, yes) = (Id(), CommandLine.Yes());
        var command = new Verb("kill", "Ends a session; its fronts are told.", "session kill 4f2a", "session kill 4f2a --yes") { id, yes };
        calling(command, async call =>
        {
            var full = await FullIdAsync(call, call.Value(id));
            call.Terminal.Confirm($"End the session {full}? Unsaved work at the host may be lost.", call.Value(yes));
            await call.Client.DeleteAsync($"/sessions/{full}", call.Cancellation);
            call.Done($"The session {full} has ended.");
        });
        return command;
    }

    static Verb Detach(Calling calling)
    {
        var (id, front) = (Id(), new Argument<int>("front") { Description = "The front's number, as `session show` shows it." });
        var command = new Verb("detach", "Takes one front off a session, which goes on.", "session detach 4f2a 2") { id, front };
        calling(command, async call =>
        {
            var full = await FullIdAsync(call, call.Value(id));
            await call.Client.DeleteAsync($"/sessions/{full}/fronts/{call.Value(front)}", call.Cancellation);
            call.Done($"Front {call.Value(front)} is off the session {full}.");
        });
        return command;
    }

    static Verb Ended(Calling calling)
    {
        var limit = new Option<int?>("--limit") { HelpName = "N", Description = "At most this many (default 20)." };
        var command = new Verb("ended", "Sessions that have ended, and why.", "session ended --limit 5") { limit };
        calling(command, async call => call.Show<SessionRecord[]>(await call.Client.GetAsync(
            $"/sessions/ended?limit={call.Value(limit) ?? 20}", call.Cancellation), records => call.Terminal.Table(
            ["ID", "CHAIN", "OWNER", "STARTED", "ENDED", "ENDING"],
            records.Select(record => new[] { record.Id, record.Chain, record.Owner, Terminal.Moment(record.Started),
                Terminal.Moment(record.Ended), record.Ending }),
            "No session has ended yet.")));
        return command;
    }

    // People paste the first few characters; that must not end the wrong session.
    /// <summary>The session that the beginning of an id means.</summary>
    public static async Task<string> FullIdAsync(Call call, string beginning)
    {
        var fits = NodeClient.Read<SessionSummary[]>(await call.Client.GetAsync("/sessions", call.Cancellation))
            .Select(session => session.Id).Where(id => id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)).ToList();
        return fits.Count switch
        {
            1 => fits[0],
            0 => throw new CommandException(ExitCode.NotFound, $"There is no running session '{beginning}' that you may see."),
            _ => throw new CommandException(ExitCode.Usage, $"'{beginning}' fits {fits.Count} sessions: {string.Join(", ", fits)}."),
        };
    }

    static IEnumerable<string[]> HostRows(HostSummary? host)
    {
        if (host is null) yield break;
        yield return ["server", host.Server + (host.GraphicsVersion.Length > 0 ? $", graphics pipeline {host.GraphicsVersion}" : "")];
        foreach (var hop in host.Hops)
            yield return [$"way to {hop.Layer}", hop.WayNanos is { } way
                ? $"{Millis(way)} ms (E, {Millis(hop.WayLowNanos)} to {Millis(hop.WayHighNanos)})" + (hop.InsideNanos is { } inside ? $"; inside {Millis(inside)} ms" : "")
                : hop.IsSilent ? "it answers no echo" : "not measured now"];
        yield return ["way to it", host.TransportNanos is { } nanos
            ? $"{Millis(nanos)} ms (E, {Millis(host.TransportLowNanos)} to {Millis(host.TransportHighNanos)}; doubt: {host.TransportDoubt})"
            : "not measured now" + (host.FloorNanos is { } floor ? $"; at least about {Millis(floor)} ms by the kernel" : "")];
        yield return ["autodetect", host.RoundTripRequests + host.BandwidthRequests == 0
            ? "the server never asked"
            : $"the server asked {host.RoundTripRequests} round trips and {host.BandwidthRequests} bandwidths, all answered; it told {host.AutodetectResults} results"];
        yield return ["frame stamps", host.StampedFrames == 0
            ? "none"
            : $"{host.StampedFrames}; the newest came {host.DelayVariationMillis} ms later than the earliest"];
    }

    internal static string Millis(long? nanos) => nanos is { } known ? (known / 1e6).ToString("0.00", CultureInfo.InvariantCulture) : "-";

    static string Size(SessionSummary session) => session.Width == 0 ? "-" : $"{session.Width}x{session.Height}";
}
