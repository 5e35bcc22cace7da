using System.CommandLine;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain session share</c>, <c>control</c> and <c>join</c></summary>
static class SharingCommands
{
    public static Verb BuildShare(Calling calling)
    {
        var id = SessionCommands.Id();
        var control = new Option<bool>("--control") { Description = "They may control it; without this they only watch." };
        var guests = new Option<bool>("--guests") { Description = "Also somebody without an account here." };
        var uses = new Option<int?>("--uses") { HelpName = "N", Description = "How many times it works (default 1)." };
        var minutes = new Option<int?>("--minutes") { HelpName = "N", Description = "How long it works (default 60)." };
        var list = new Option<bool>("--list") { Description = "Show the invitations that hold instead." };
        var end = new Option<string?>("--end") { HelpName = "INVITATION", Description = "End one, and take off who came by it." };
        var command = new Verb("share", "Invites others to a running session: prints a code for `session join`, the portal or `POST /invitations/redeem`.",
            "session share 4f2a", "session share 4f2a --control --uses 3 --minutes 30", "session share 4f2a --list", "session share 4f2a --end k7m2q9")
        {
            id, control, guests, uses, minutes, list, end,
        };
        calling(command, async call =>
        {
            var path = $"/sessions/{await SessionCommands.FullIdAsync(call, call.Value(id))}/invitations";
            if (call.Value(end) is { } ending)
            {
                await call.Client.DeleteAsync($"{path}/{NodeClient.Escape(ending)}", call.Cancellation);
                call.Done($"The invitation {ending} has ended.");
                return;
            }
            if (call.Value(list))
            {
                call.Show<Shown[]>(await call.Client.GetAsync(path, call.Cancellation), invitations => call.Terminal.Table(
                    ["INVITATION", "MAY", "USES LEFT", "UNTIL", "GUESTS", "CAME"],
                    invitations.Select(one => new[] { one.Id, one.ViewOnly ? "watch" : "control", $"{one.UsesLeft}", Terminal.Moment(one.Expires),
                        one.Guests ? "yes" : "", string.Join(", ", one.Joined) }), "Nobody is invited."));
                return;
            }
            call.Show<MadeShown>(await call.Client.SendAsync(HttpMethod.Post, path,
                new SharingEndpoints.WantedInvitation(call.Value(control), call.Value(guests), call.Value(uses), call.Value(minutes)), call.Cancellation), made =>
            {
                call.Terminal.Error.WriteLine($"Invitation {made.Invitation.Id}, until {Terminal.Moment(made.Invitation.Expires)} (the code is shown this once):");
                call.Terminal.Output.WriteLine(made.Code);
            });
        });
        return command;
    }

    public static Verb BuildControl(Calling calling)
    {
        var (id, front) = (SessionCommands.Id(), new Argument<int>("front") { Description = "The front's number, as `session show` shows it; 0 for everybody who may." });
        var command = new Verb("control", "Lets one front alone control a session, or everybody again (0).", "session control 4f2a 2", "session control 4f2a 0")
        {
            id, front,
        };
        calling(command, async call =>
        {
            var full = await SessionCommands.FullIdAsync(call, call.Value(id));
            await call.Client.SendAsync(HttpMethod.Put, $"/sessions/{full}/control", new SharingEndpoints.Controller(call.Value(front)), call.Cancellation);
            call.Done(call.Value(front) == 0 ? "Everybody who may controls the session." : $"Front {call.Value(front)} alone controls the session.");
        });
        return command;
    }

    public static Verb BuildJoin(Calling calling)
    {
        var rdp = new Option<string?>("--rdp") { HelpName = "FILE", Description = "Write an .rdp file that joins it, once, within five minutes." };
        var command = new Verb("join", "Uses an invitation, whose code is read from a prompt or standard input.", "session join --rdp shared.rdp") { rdp };
        calling(command, async call =>
        {
            var json = await call.Client.SendAsync(HttpMethod.Post, "/invitations/redeem",
                new SharingEndpoints.GivenInvitation(call.Terminal.Password("Code of the invitation"), null), call.Cancellation);
            var welcome = NodeClient.Read<SharingEndpoints.Welcome>(json);
            if (call.Value(rdp) is { } file)
            {
                var pass = welcome.Pass ?? NodeClient.Read<PassEndpoints.Pass>(await call.Client.SendAsync(HttpMethod.Post,
                    $"/sessions/{welcome.Session}/pass", new SharingEndpoints.GivenInvitation(null, null), call.Cancellation));
                PassCommands.Write(file, pass.Rdp);
            }
            call.Show<SharingEndpoints.Welcome>(json, _ => call.Terminal.Error.WriteLine(
                $"You are {welcome.User} and may {(welcome.ViewOnly ? "watch" : "control")} the session {welcome.Session} of {welcome.Chain}."
                + (call.Value(rdp) is { } written ? $" {written} joins it once, within five minutes." : "")));
        });
        return command;
    }

    // The command line sees what the API answers with, not what the node keeps.
    sealed record Shown(string Id, bool ViewOnly, bool Guests, int UsesLeft, DateTimeOffset Expires, IReadOnlyList<string> Joined);

    sealed record MadeShown(Shown Invitation, string Code);
}
