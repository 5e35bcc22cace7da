using System.CommandLine;
using System.Net;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain relay …</c>. Codes come from a prompt or standard input, never from an argument.</summary>
static class RelayCommands
{
    const int ShownKeyChars = 16;

    public static Command Build(Calling calling, Option<string?> data) =>
        new Verb("relay", "Other nodes: enrol them, use them as relays, be one for them.") { List(calling), Invite(calling), Enroll(calling),
            Forget(calling), Join(calling, true), Join(calling, false), Rule(calling, true), Rule(calling, false), Run(data) };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "Enrolled nodes, rules, and what is relayed now.", "relay list", "relay list --json");
        calling(command, async call => call.Show<RelayEndpoints.RelayState>(await call.Client.GetAsync("/relays", call.Cancellation), state =>
        {
            call.Terminal.Output.WriteLine($"This node: key {state.Key[..ShownKeyChars]}, {(state.Listens is null ? "nobody can come in" : $"others come in at {state.Listens}")}.");
            call.Terminal.Table(["NODE", "KEY", "ADDRESS", "STATE", "ENROLLED"],
                state.Peers.Select(peer => new[] { peer.Name, peer.Key[..ShownKeyChars], peer.Address ?? "(dials out)", peer.State, Terminal.Age(peer.Enrolled) }),
                "No other node is enrolled. Begin with `remotechain relay invite NAME` at one of the two.");
            call.Terminal.Table(["ALLOWED", "FOR"], state.Rules.Select(rule => new[] { rule.Rule, rule.Peer ?? "(all enrolled nodes)" }),
                "This node relays to nowhere. Allow something with `remotechain relay allow HOST`.");
            if (state.Streams.Count > 0)
                call.Terminal.Table(["FOR", "CHAIN", "LAYER", "TO", "BYTES UP", "DOWN", "INSIDE UP", "DOWN"],
                    state.Streams.Select(stream => new[] { stream.Peer, stream.Chain, $"{stream.Layer}", stream.Destination, $"{stream.Up.Bytes}",
                        $"{stream.Down.Bytes}", Micros(stream.Up), Micros(stream.Down) }), "");
        }));
        return command;
    }

    static string Micros(RelayEndpoints.Flow flow) => flow.InsideMicros is { } micros ? $"{micros:0} µs" : "–";

    static Verb Invite(Calling calling)
    {
        var name = new Argument<string>("name") { Description = "What the other node shall be called here." };
        var command = new Verb("invite", "Prints a one-time code with which another node can enrol at this one.", "relay invite head-office") { name };
        calling(command, async call => call.Show<RelayEndpoints.Invited>(
            await call.Client.SendAsync(HttpMethod.Post, "/relays/invitations", new RelayEndpoints.Invitation(call.Value(name)), call.Cancellation),
            invited =>
            {
                call.Terminal.Output.WriteLine(invited.Code);
                call.Terminal.Error.WriteLine($"At the other node, before {Terminal.Moment(invited.Expires)}: remotechain relay enroll ADDRESS --name NAME");
            }));
        return command;
    }

    static Verb Enroll(Calling calling)
    {
        var address = new Argument<string>("address") { Description = "Where the other node listens: host:port." };
        var name = new Option<string>("--name") { Description = "What it shall be called here.", HelpName = "NAME", Required = true };
        var command = new Verb("enroll", "Enrols this node at another one, and that one here. Reads that node's code from a prompt or standard input.",
            "relay enroll gw.site-b.example:7443 --name site-b") { address, name };
        calling(command, async call =>
        {
            var code = call.Terminal.Password("Code of the other node");
            await call.Client.SendAsync(HttpMethod.Post, "/relays/enrolments",
                new RelayEndpoints.NewEnrolment(call.Value(name)!, call.Value(address), code), call.Cancellation);
            call.Done($"'{call.Value(name)}' is enrolled. Chains reach through it with `kind: relay`, `node: {call.Value(name)}`, as far as it allows.");
        });
        return command;
    }

    static Verb Forget(Calling calling)
    {
        var name = new Argument<string>("name") { Description = "The node." };
        var yes = CommandLine.Yes();
        var command = new Verb("forget", "Forgets a node: its key opens nothing any more, and what is relayed for it ends.", "relay forget site-b --yes") { name, yes };
        calling(command, async call =>
        {
            call.Terminal.Confirm($"Forget '{call.Value(name)}'? What is relayed for it ends, and it must be enrolled anew.", call.Value(yes));
            await call.Client.DeleteAsync($"/relays/peers/{NodeClient.Escape(call.Value(name))}", call.Cancellation);
            call.Done($"'{call.Value(name)}' is forgotten.");
        });
        return command;
    }

    static Verb Join(Calling calling, bool join)
    {
        var name = new Argument<string>("name") { Description = "The node." };
        var command = join
            ? new Verb("join", "Dials out to an enrolled node and waits there: for a site that lets nobody in.", "relay join head-office") { name }
            : new Verb("leave", "Waits there no more.", "relay leave head-office") { name };
        calling(command, async call =>
        {
            var path = $"/relays/peers/{NodeClient.Escape(call.Value(name))}/join";
            if (join) await call.Client.SendAsync(HttpMethod.Put, path, null, null, call.Cancellation);
            else await call.Client.DeleteAsync(path, call.Cancellation);
            call.Done(join ? $"This node dials out to '{call.Value(name)}' and waits there from now on." : $"This node does not wait at '{call.Value(name)}' any more.");
        });
        return command;
    }

    static Verb Rule(Calling calling, bool allow)
    {
        var rule = new Argument<string>("destination") { Description = "A host, address or network, with ports if not all are meant: 10.0.0.0/24:3389." };
        var peer = new Option<string?>("--for") { Description = "Only for this enrolled node.", HelpName = "NODE" };
        var command = allow
            ? new Verb("allow", "Lets enrolled nodes reach a destination through this one.", "relay allow 10.0.0.0/24:3389", "relay allow desk.example:3389 --for head-office") { rule, peer }
            : new Verb("deny", "Takes such a rule back.", "relay deny 10.0.0.0/24:3389") { rule, peer };
        calling(command, async call =>
        {
            var (destination, node) = (call.Value(rule), call.Value(peer));
            if (allow) await call.Client.SendAsync(HttpMethod.Post, "/relays/rules", new RelayEndpoints.Allowance(destination, node), call.Cancellation);
            else await call.Client.DeleteAsync($"/relays/rules?rule={NodeClient.Escape(destination)}{(node is null ? "" : $"&peer={NodeClient.Escape(node)}")}",
                call.Cancellation);
            call.Done($"{destination} is {(allow ? "allowed" : "not allowed any more")} for {node ?? "all enrolled nodes"}.");
        });
        return command;
    }

    static Verb Run(Option<string?> data)
    {
        var listen = new Option<string?>("--listen") { Description = "Where other nodes come in, such as 0.0.0.0:7443. Without it nobody can; this "
            + "node can still `join` others.", HelpName = "ADDR" };
        var http = new Option<string?>("--http") { Description = "Where the API listens (default 127.0.0.1:8080). A port alone means loopback.", HelpName = "ADDR" };
        var command = new Verb("run", "Runs a node that is only a relay: no RDP port, no workers, no sessions. Ctrl+C ends it.",
            "relay run --listen 0.0.0.0:7443 --data /var/lib/remotechain-relay") { listen, http };
        command.SetAction((line, cancellationToken) =>
        {
            var options = new NodeOptions(line.GetValue(data), NodeCommand.Endpoint("--http", line.GetValue(http)) ?? NodeOptions.HttpDefault, NodeOptions.RdpDefault)
            {
                Relay = NodeCommand.Endpoint("--listen", line.GetValue(listen)), IsRelayOnly = true,
            };
            if (!IPAddress.IsLoopback(options.Http.Address))
                throw new CommandException(ExitCode.Usage, $"The API would be open to the network in clear on {options.Http}. Use a loopback address.");
            return NodeCommand.RunAsync(options, relay => NodeHosting.Build(relay), cancellationToken);
        });
        return command;
    }
}
