using System.CommandLine;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Chains.Profiles;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain secret …</c>. Passwords come from a prompt or standard input, never from an argument: arguments are seen by
/// everybody on the machine.</summary>
static class SecretCommands
{
    public static Command Build(Calling calling) =>
        new Verb("secret", "Secrets that chains name: list, set, import, remove. They can be written, not read back.") { List(calling),
            Set(calling), Import(calling), Remove(calling) };

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

    static Verb Import(Calling calling)
    {
        var name = new Argument<string>("name") { Description = "The secret, as chains name it." };
        var file = new Argument<string>("file") { Description = "A WireGuard or OpenVPN profile or a private key for SSH; - for standard input." };
        var kind = new Option<string?>("--kind") { Description = "What the file is; found out when not said.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. SecretKindName.All.Where(word => word != SecretKind.Login.Word())]);
        var user = new Option<string?>("--user") { Description = "User whom the tunnel's or the SSH server asks for.", HelpName = "USER" };
        var command = new Verb("import",
            "Keeps a VPN profile or a key as a secret. A password or passphrase that belongs to it comes from a prompt or the first line of "
                + "standard input. What a profile may not do is named, with its line.",
            "secret import acme-site acme.conf", "secret import lab client.ovpn --user u01", "secret import jump-key ~/.ssh/id_ed25519 --user u01")
            { name, file, kind, user };
        calling(command, async call =>
        {
            var (text, path) = ChainCommands.Read(call, call.Value(file));
            var isKind = call.Value(kind) is { } word && SecretKindName.TryParse(word, out var said) ? said : ProfileCheck.KindOf(text)
                ?? throw new CommandException(ExitCode.Failed, $"{path} looks like none of the files that can be imported; say what it is with --kind.");
            var check = ProfileCheck.Of(isKind, text);
            foreach (var note in check.Notes) call.Terminal.Error.WriteLine($"{path}:{note.Line}: {note.Message}.");
            var (login, password) = (call.Value(user) ?? "", "");
            // A file that cannot be used is sent as well: the node refuses it by the same rules, and its audit log tells of it.
            if (check.Errors.Count == 0 && (check.NeedsLogin || check.NeedsPassphrase))
            {
                if (call.Value(file) == "-" && !call.Terminal.Interactive)
                    throw new CommandException(ExitCode.Usage, "The file needs a password, and standard input is the file; give the file by its name.");
                if (check.NeedsLogin && login.Length == 0) login = call.Terminal.Ask("User");
                password = call.Terminal.Password(check.NeedsLogin ? "Password" : "Passphrase of the key");
            }
            await call.Client.SendAsync(HttpMethod.Put, $"/secrets/{NodeClient.Escape(call.Value(name))}",
                new SecretEndpoints.SecretValue(login, "", password, isKind.Word(), text), call.Cancellation);
            call.Done($"The secret '{call.Value(name)}' is set, of kind {isKind.Word()}.");
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
