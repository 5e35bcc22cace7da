using System.CommandLine;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain secret …</c>. Passwords come from a prompt or standard input, never from an argument: arguments are seen by
/// everybody on the machine.</summary>
static class SecretCommands
{
    public static Command Build(Calling calling) =>
        new Verb("secret", "Secrets that chains name: list, set, remove. They can be written, not read back.") { List(calling),
            Set(calling), Remove(calling) };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "Names, users and ages; never the values.", "secret list");
        calling(command, async call => call.Show<SecretEndpoints.SecretItem[]>(
            await call.Client.GetAsync("/secrets", call.Cancellation), secrets => call.Terminal.Table(
            ["NAME", "KIND", "USER", "OWNER", "SET", "USED BY"],
            secrets.Select(secret => new[] { secret.Name, secret.Kind, secret.User, secret.Owner.Length > 0 ? secret.Owner : "(admins)",
                Terminal.Age(secret.Changed), string.Join(", ", secret.Chains) }),
            "There is no secret yet. Make one with `remotechain secret set NAME --user USER`.")));
        return command;
    }

    static Verb Set(Calling calling)
    {
        var name = new Argument<string>("name") { Description = "The secret, as chains name it." };
        var user = new Option<string?>("--user") { Description = "User at the host.", HelpName = "USER" };
        var domain = new Option<string?>("--domain") { Description = "Windows domain at the host.", HelpName = "DOMAIN" };
        var command = new Verb("set",
            "Makes a secret, or sets one anew. Reads the password from a prompt or the first line of standard input.",
            "secret set acme-jump --user u01 --domain ACME", "secret set acme-jump --user u01 < password.txt") { name, user, domain };
        calling(command, async call =>
        {
            var login = call.Value(user) ?? call.Terminal.Ask("User at the host");
            var password = call.Terminal.NewPassword("Password");
            await call.Client.SendAsync(HttpMethod.Put, $"/secrets/{NodeClient.Escape(call.Value(name))}",
                new SecretEndpoints.SecretValue(login, call.Value(domain), password), call.Cancellation);
            call.Done($"The secret '{call.Value(name)}' is set. Chains name it with `credentials: {call.Value(name)}`.");
        });
        return command;
    }

    static Verb Remove(Calling calling)
    {
        var name = new Argument<string>("name") { Description = "The secret." };
        var (yes, force) = (CommandLine.Yes(), new Option<bool>("--force") { Description = "Remove it although chains use it." });
        var command = new Verb("remove", "Removes a secret.", "secret remove acme-jump --yes") { name, yes, force };
        calling(command, async call =>
        {
            call.Terminal.Confirm($"Remove the secret '{call.Value(name)}'? It cannot be brought back.", call.Value(yes));
            await call.Client.DeleteAsync($"/secrets/{NodeClient.Escape(call.Value(name))}?force={(call.Value(force) ? "true" : "false")}",
                call.Cancellation);
            call.Done($"The secret '{call.Value(name)}' is removed.");
        });
        return command;
    }
}
