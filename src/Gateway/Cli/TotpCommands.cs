using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain user totp …</c></summary>
static class TotpCommands
{
    public static Verb Build(Calling calling) =>
        new("totp", "Codes of an authenticator beside the password: show, setup, confirm, remove.")
        {
            Show(calling), Setup(calling), Confirm(calling), Remove(calling),
        };

    static string Path(string name) => $"/users/{NodeClient.Escape(name)}/second-factor";

    static Verb Show(Calling calling)
    {
        var name = UserCommands.NameArgument();
        var command = new Verb("show", "Whether a user signs in with a code.", "user totp show alice") { name };
        calling(command, async call => call.Show<SecondFactorEndpoints.SecondFactor>(
            await call.Client.GetAsync(Path(call.Value(name)), call.Cancellation), factor => call.Terminal.Output.WriteLine(factor.State switch
            {
                "on" => $"{call.Value(name)} signs in with a code since {Terminal.Moment(factor.Since!.Value)}; {factor.RecoveryCodes} recovery codes are left.",
                "begun" => $"{call.Value(name)} began to set an authenticator up on {Terminal.Moment(factor.Since!.Value)}; no code was shown yet.",
                _ => $"{call.Value(name)} signs in with the password alone.",
            })));
        return command;
    }

    static Verb Setup(Calling calling)
    {
        var name = UserCommands.NameArgument();
        var command = new Verb("setup", "Sets your authenticator up: shows its key once, asks for a code, shows the recovery codes once. Reads the "
            + "password from a prompt or standard input; without a terminal, go on with `user totp confirm`.", "user totp setup alice") { name };
        calling(command, async call =>
        {
            await OwnAsync(call, call.Value(name));
            var json = await call.Client.SendAsync(HttpMethod.Post, Path(call.Value(name)),
                new SecondFactorEndpoints.OwnPassword(call.Terminal.Password("Present password")), call.Cancellation);
            call.Show<SecondFactorEndpoints.Begun>(json, begun =>
            {
                call.Terminal.Error.WriteLine("Give this to your authenticator (shown this once). Nothing changes until it is confirmed.");
                call.Terminal.Table(["", ""], [["key", begun.Key], ["address", begun.Uri]], "");
            });
            if (call.Terminal.Interactive && !call.AsJson) await ConfirmAsync(call, call.Value(name));
        });
        return command;
    }

    static Verb Confirm(Calling calling)
    {
        var name = UserCommands.NameArgument();
        var command = new Verb("confirm", "Turns your authenticator on with a code that it shows, from a prompt or standard input; shows the recovery codes once.",
            "user totp confirm alice") { name };
        calling(command, call => ConfirmAsync(call, call.Value(name)));
        return command;
    }

    static async Task ConfirmAsync(Call call, string name)
    {
        var code = call.Terminal.Password("Code that the authenticator shows now");
        call.Show<SecondFactorEndpoints.Recovery>(
            await call.Client.SendAsync(HttpMethod.Post, $"{Path(name)}/confirm", new SecondFactorEndpoints.ShownCode(code), call.Cancellation), recovery =>
            {
                call.Terminal.Error.WriteLine($"{name} signs in with a code from now on. Keep these recovery codes somewhere safe (shown this once, each works once):");
                foreach (var spare in recovery.Codes) call.Terminal.Output.WriteLine(spare);
            });
    }

    static Verb Remove(Calling calling)
    {
        var name = UserCommands.NameArgument();
        var command = new Verb("remove", "Takes an authenticator away: your own with your password, anybody's as an admin.", "user totp remove alice") { name };
        calling(command, async call =>
        {
            var me = NodeClient.Read<NodeEndpoints.Me>(await call.Client.GetAsync("/me", call.Cancellation));
            var own = me.Name.Equals(call.Value(name), StringComparison.OrdinalIgnoreCase);
            await call.Client.SendAsync(HttpMethod.Post, $"{Path(call.Value(name))}/remove",
                new SecondFactorEndpoints.OwnPassword(own ? call.Terminal.Password("Present password") : null), call.Cancellation);
            call.Done($"{call.Value(name)} signs in with the password alone now.");
        });
        return command;
    }

    static async Task OwnAsync(Call call, string name)
    {
        var me = NodeClient.Read<NodeEndpoints.Me>(await call.Client.GetAsync("/me", call.Cancellation));
        if (!me.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            throw new CommandException(ExitCode.Denied,
                $"You are {me.Name} here, and everybody sets up their own authenticator only: `remotechain login --user {name}` first.");
    }
}
