using System.CommandLine;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain user sign-ins</c> and <c>user sign-out</c></summary>
static class SignInCommands
{
    public static Verb BuildList(Calling calling)
    {
        var name = UserCommands.NameArgument();
        var command = new Verb("sign-ins", "Where a user is signed in, at the API and in the portal: yourself, or anybody for an admin.",
            "user sign-ins alice") { name };
        calling(command, async call => call.Show<SignInListEndpoints.SignInItem[]>(
            await call.Client.GetAsync($"/users/{NodeClient.Escape(call.Value(name))}/sign-ins", call.Cancellation), signIns => call.Terminal.Table(
            ["ID", "SINCE", "FROM", "LAST USED", "FROM", "CLIENT", ""],
            signIns.Select(signIn => new[] { $"{signIn.Id}", Terminal.Moment(signIn.Since), signIn.Address, Terminal.Age(signIn.Used),
                signIn.UsedAddress, signIn.Client, signIn.IsThis ? "this one" : "" }),
            $"{call.Value(name)} is signed in nowhere.")));
        return command;
    }

    public static Verb BuildSignOut(Calling calling)
    {
        var name = UserCommands.NameArgument();
        var id = new Option<long?>("--id") { HelpName = "ID", Description = "Only this one, as `user sign-ins` shows it." };
        var others = new Option<bool>("--others") { Description = "All but the one that this command uses." };
        var command = new Verb("sign-out", "Revokes a user's sign-ins: all of them, one, or all but this one.", "user sign-out alice",
            "user sign-out alice --id 12", "user sign-out alice --others") { name, id, others };
        calling(command, async call =>
        {
            var path = $"/users/{NodeClient.Escape(call.Value(name))}/sign-ins";
            if (call.Value(id) is { } one)
            {
                await call.Client.DeleteAsync($"{path}/{one}", call.Cancellation);
                call.Done($"Sign-in {one} of {call.Value(name)} is revoked.");
                return;
            }
            call.Show<SignInListEndpoints.Revoked>(await call.Client.DeleteAsync($"{path}?keepThis={(call.Value(others) ? "true" : "false")}", call.Cancellation),
                revoked => call.Terminal.Error.WriteLine(revoked.Count == 1
                    ? $"One sign-in of {call.Value(name)} is revoked." : $"{revoked.Count} sign-ins of {call.Value(name)} are revoked."));
        });
        return command;
    }
}
