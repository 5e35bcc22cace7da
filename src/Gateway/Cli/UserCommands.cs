using System.CommandLine;
using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain user …</c></summary>
static class UserCommands
{
    public static Command Build(Calling calling) =>
        new Verb("user", "Local accounts: list, add, password, role, remove, unlock, totp, sign-ins, sign-out.")
        {
            List(calling), Add(calling), Password(calling), Role(calling), Remove(calling), Unlock(calling), TotpCommands.Build(calling),
            SignInCommands.BuildList(calling), SignInCommands.BuildSignOut(calling),
        };

    internal static Argument<string> NameArgument() => new("name") { Description = "The user." };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "All users.", "user list");
        calling(command, async call => call.Show<UserEndpoints.UserItem[]>(
            await call.Client.GetAsync("/users", call.Cancellation), users => call.Terminal.Table(
            ["NAME", "ROLE", "ADDED", "PASSWORD SET", "CODE", "LOCKED UNTIL"],
            users.Select(user => new[] { user.Name, user.Role, Terminal.Moment(user.Created), Terminal.Moment(user.PasswordChanged),
                user.SecondFactor ? "yes" : "", user.LockedUntil is { } until ? Terminal.Moment(until) : "" }),
            "There is no user.")));
        return command;
    }

    static Verb Add(Calling calling)
    {
        var name = NameArgument();
        var role = new Option<string>("--role") { Description = "user or admin.", DefaultValueFactory = _ => "user" };
        role.AcceptOnlyFromAmong("user", "admin");
        var ask = new Option<bool>(
            "--password-stdin") { Description = "Read the password from a prompt or standard input instead of making one up." };
        var command = new Verb("add", "Adds a user. Makes a password up and shows it once, unless told otherwise.", "user add alice",
            "user add bob --role admin", "user add carol --password-stdin < password.txt") { name, role, ask };
        calling(command, async call =>
        {
            var password = call.Value(ask) ? call.Terminal.NewPassword($"Password for {call.Value(name)}") : null;
            call.Show<UserEndpoints.AddedUser>(
                await call.Client.SendAsync(HttpMethod.Post, "/users",
                    new UserEndpoints.NewUser(call.Value(name), call.Value(role), password), call.Cancellation),
                added =>
                {
                    call.Terminal.Error.WriteLine($"Added {added.Name} ({added.Role}).");
                    if (added.Password is { } made) call.Terminal.Output.WriteLine($"Password (shown this once): {made}");
                });
        });
        return command;
    }

    static Verb Password(Calling calling)
    {
        var name = NameArgument();
        var command = new Verb("password",
            "Sets a password from a prompt or standard input; signs the user out everywhere. For yourself the present password is asked "
            + "(first line of standard input).", "user password alice", "user password alice < new-password.txt") { name };
        calling(command, async call =>
        {
            var me = NodeClient.Read<NodeEndpoints.Me>(await call.Client.GetAsync("/me", call.Cancellation));
            var own = me.Name.Equals(call.Value(name), StringComparison.OrdinalIgnoreCase);
            var current = own ? call.Terminal.Password("Present password") : null;
            var fresh = call.Terminal.NewPassword($"New password for {call.Value(name)}");
            await call.Client.SendAsync(HttpMethod.Put, $"/users/{NodeClient.Escape(call.Value(name))}/password",
                new UserEndpoints.NewPassword(fresh, current), call.Cancellation);
            call.Done($"The password of {call.Value(name)} is changed{(own ? "; sign in again with `remotechain login`" : "")}.");
        });
        return command;
    }

    static Verb Role(Calling calling)
    {
        var (name, role) = (NameArgument(), new Argument<string>("role") { Description = "user or admin." });
        role.AcceptOnlyFromAmong("user", "admin");
        var command = new Verb("role", "Changes a user's role.", "user role alice admin") { name, role };
        calling(command, async call =>
        {
            await call.Client.SendAsync(HttpMethod.Put, $"/users/{NodeClient.Escape(call.Value(name))}/role",
                new UserEndpoints.NewRole(call.Value(role)), call.Cancellation);
            call.Done($"{call.Value(name)} is now {call.Value(role)}.");
        });
        return command;
    }

    static Verb Remove(Calling calling)
    {
        var (name, yes) = (NameArgument(), CommandLine.Yes());
        var command = new Verb("remove", "Removes a user and ends their sessions. Their chains and secrets stay for admins.", "user remove alice --yes") { name,
            yes };
        calling(command, async call =>
        {
            call.Terminal.Confirm($"Remove the user '{call.Value(name)}'?", call.Value(yes));
            await call.Client.DeleteAsync($"/users/{NodeClient.Escape(call.Value(name))}", call.Cancellation);
            call.Done($"The user '{call.Value(name)}' is removed.");
        });
        return command;
    }

    static Verb Unlock(Calling calling)
    {
        var who = new Argument<string>("who") { Description = "The user, or with --address an IP address." };
        var address = new Option<bool>("--address") { Description = "Unlock an address instead of a user." };
        var command = new Verb("unlock", "Ends a lock that failed sign-ins brought about.", "user unlock alice",
            "user unlock --address 192.0.2.17") { who, address };
        calling(command, async call =>
        {
            var kind = call.Value(address) ? "addresses" : "users";
            await call.Client.SendAsync(HttpMethod.Post, $"/{kind}/{NodeClient.Escape(call.Value(who))}/unlock", null, null,
                call.Cancellation);
            call.Done($"{call.Value(who)} is not locked.");
        });
        return command;
    }
}
