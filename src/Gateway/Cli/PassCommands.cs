using System.CommandLine;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain pass …</c></summary>
static class PassCommands
{
    public static Command Build(Calling calling) =>
        new Verb("pass", "Connection passes: the way into one chain with an ordinary RDP client.") { Create(calling) };

    static Verb Create(Calling calling)
    {
        var chain = new Argument<string>("chain") { Description = "The chain that it opens." };
        var rdp = new Option<string?>("--rdp") { Description = "Write an .rdp file to open.", HelpName = "FILE" };
        var viewOnly = new Option<bool>("--view-only") { Description = "Only watch." };
        var user = new Option<string?>("--for") { Description = "For somebody else (admins only).", HelpName = "USER" };
        var host = new Option<string?>("--host") { Description = "How the RDP client reaches the node (default: as this command did).",
            HelpName = "HOST" };
        var command = new Verb("create", "Makes a pass that works once, within five minutes.",
            "pass create client-site --rdp site.rdp && xfreerdp3 site.rdp", "pass create client-site --for alice --view-only") { chain,
                rdp, viewOnly, user, host };
        calling(command, async call =>
        {
            var json = await call.Client.SendAsync(HttpMethod.Post, "/passes",
                new PassEndpoints.NewPass(call.Value(chain), call.Value(viewOnly), call.Value(user), call.Value(host)), call.Cancellation);
            var file = call.Value(rdp);
            if (file is not null) Write(file, NodeClient.Read<PassEndpoints.Pass>(json).Rdp);
            call.Show<PassEndpoints.Pass>(json, pass =>
            {
                if (file is not null)
                {
                    call.Terminal.Error.WriteLine(
                        $"{file} opens '{pass.Chain}' once, until {Terminal.Moment(pass.Expires)}. Open it with: xfreerdp3 {file} "
                        + "/cert:tofu");
                    return;
                }
                call.Terminal.Table(["", ""],
                    [["address", pass.Address], ["user", pass.Id], ["password", pass.Secret],
                        ["works", $"once, until {Terminal.Moment(pass.Expires)}"]], "");
            });
        });
        return command;
    }

    internal static void Write(string file, string text)
    {
        try
        {
            DataDirectory.WritePrivate(Path.GetFullPath(file), text);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"{file} cannot be written: {refused.Message}");
        }
    }
}
