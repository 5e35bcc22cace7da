using System.CommandLine;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain login</c> and <c>logout</c></summary>
static class LoginCommands
{
    public static Command BuildLogin(Calling calling, Login login)
    {
        var user = new Option<string?>("--user") { Description = "Your account (asked when it is not given).", HelpName = "USER" };
        var command = new Verb("login", "Signs in to a node for a day. Not needed for the user that runs the node, on the same machine. Standard input that is no "
            + "terminal: the password, and on a second line the code where the account has an authenticator.",
            "login --user alice", "login --node https://gw.example --user alice") { user };
        calling(command, async call =>
        {
            var name = call.Value(user) ?? call.Terminal.Ask("User");
            if (name.Length == 0) throw new CommandException(ExitCode.Usage, "Say who you are with --user.");
            var credentials = new SignInEndpoints.Credentials(name, call.Terminal.Password($"Password of {name} at {call.Client.Node}"));
            string answer;
            try
            {
                answer = await call.Client.SendAsync(HttpMethod.Post, "/sign-in", credentials, call.Cancellation);
            }
            catch (CommandException wanted) when (wanted.Reason == SignInEndpoints.CodeRequired)
            {
                var code = call.Terminal.Password("Code of the authenticator, or a recovery code");
                if (code.Length == 0) throw;
                answer = await call.Client.SendAsync(HttpMethod.Post, "/sign-in", credentials with { Code = code }, call.Cancellation);
            }
            var signedIn = NodeClient.Read<SignInEndpoints.SignedIn>(answer);
            login.Remember(call.Client.Node, signedIn.Token);
            call.Done($"Signed in to {call.Client.Node} as {signedIn.User} ({signedIn.Role}) until {Terminal.Moment(signedIn.Expires)}.");
        });
        return command;
    }

    public static Command BuildLogout(Calling calling, Login login)
    {
        var command = new Verb("logout", "Signs out and forgets the sign-in.", "logout");
        calling(command, async call =>
        {
            if (login.Token(call.Client.Node) is null)
                throw new CommandException(ExitCode.Failed, $"You are not signed in to {call.Client.Node}.");
            try
            {
                await call.Client.DeleteAsync("/sign-in", call.Cancellation);
            }
            catch (CommandException unheard) when (unheard.ExitCode is ExitCode.Denied or ExitCode.NoNode)
            {
                // Expired, or the node is gone: forgotten here all the same.
            }
            login.Forget(call.Client.Node);
            call.Done($"Signed out of {call.Client.Node}.");
        });
        return command;
    }
}
