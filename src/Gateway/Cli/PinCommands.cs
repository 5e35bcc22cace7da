using System.CommandLine;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain pin …</c></summary>
static class PinCommands
{
    public static Command Build(Calling calling) =>
        new Verb("pin", "Certificates of hosts that were trusted at first use: list, forget.") { List(calling), Forget(calling) };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "All pinned certificates of chains that you may use.", "pin list");
        calling(command, async call => call.Show<CertificatePin[]>(await call.Client.GetAsync("/pins", call.Cancellation), pins =>
            call.Terminal.Table(
            ["CHAIN", "LAYER", "SHA-256", "SUBJECT", "FIRST SEEN"],
            pins.Select(pin => new[] { pin.Chain, pin.Layer, pin.Sha256, pin.Subject, Terminal.Moment(pin.FirstSeen) }),
            "No certificate is pinned yet; that happens when a chain is opened for the first time.")));
        return command;
    }

    static Verb Forget(Calling calling)
    {
        var chain = new Argument<string>("chain") { Description = "The chain." };
        var layer = new Option<string?>("--layer") { Description = "Only this layer, as `pin list` names it.", HelpName = "LAYER" };
        var yes = CommandLine.Yes();
        var command = new Verb("forget", "Forgets pinned certificates, after a host's certificate has changed and you know why.",
            "pin forget client-site", "pin forget client-site --layer 'rdp 10.0.0.5:3389' --yes") { chain, layer, yes };
        calling(command, async call =>
        {
            call.Terminal.Confirm($"Forget the pinned certificate of '{call.Value(chain)}'? The next certificate that the host shows "
                + "will be trusted; be sure that it changed rightly.", call.Value(yes));
            var query = call.Value(layer) is { } one ? $"?layer={NodeClient.Escape(one)}" : "";
            call.Show<PinEndpoints.Forgotten>(
                await call.Client.DeleteAsync($"/pins/{NodeClient.Escape(call.Value(chain))}{query}", call.Cancellation),
                forgotten => call.Terminal.Error.WriteLine($"Forgot {forgotten.Count} certificate{(forgotten.Count == 1 ? "" : "s")}."));
        });
        return command;
    }
}
