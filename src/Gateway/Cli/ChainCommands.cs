using System.CommandLine;
using System.Diagnostics;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain chain …</c></summary>
static class ChainCommands
{
    public static Command Build(Calling calling) =>
        new Verb("chain", "Chains: list, show, add, edit, validate, test, history, diff, restore, remove, grant, revoke, kinds.")
        {
            List(calling), Show(calling), Add(calling), Edit(calling), Validate(calling), Test(calling), History(calling), Diff(calling),
                Restore(calling), Remove(calling),
            Grant(calling, "grant", "Lets a user use a chain.", HttpMethod.Put, "may use"),
            Grant(calling, "revoke", "Takes that back.", HttpMethod.Delete, "may no longer use"),
            Kinds(calling),
        };

    static Argument<string> NameArgument() => new("name") { Description = "The chain." };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "All chains that you may use.", "chain list", "chain list --json");
        calling(command, async call => call.Show<ChainEndpoints.ChainItem[]>(
            await call.Client.GetAsync("/chains", call.Cancellation), chains => call.Terminal.Table(
            ["NAME", "LEADS TO", "OWNER", "VERSION", "SAVED", "BY"],
            chains.Select(chain => new[]
            {
                chain.Name, string.Join(" → ", chain.Layers.Where(layer => layer.Kind != "gateway")
                    .Select(layer => $"{layer.Kind} {layer.Summary}".TrimEnd())),
                chain.Owner.Length > 0 ? chain.Owner : "(admins)", $"{chain.Version}", Terminal.Moment(chain.Saved), chain.Author,
            }),
            "There is no chain yet that you may use. Add one with `remotechain chain add FILE`.")));
        return command;
    }

    static Verb Show(Calling calling)
    {
        var (name, version) = (NameArgument(), new Option<int?>("--version") { Description = "An old version.", HelpName = "N" });
        var command = new Verb("show", "Prints a chain's document.", "chain show client-site",
            "chain show client-site --version 3 > old.yaml") { name, version };
        calling(command, async call =>
        {
            var path = $"/chains/{NodeClient.Escape(call.Value(name))}";
            if (call.Value(version) is { } old)
                call.Terminal.Output.Write(await call.Client.GetAsync($"{path}/versions/{old}", call.Cancellation));
            else call.Show<ChainEndpoints.ChainDetail>(await call.Client.GetAsync(path, call.Cancellation), chain =>
                call.Terminal.Output.Write(chain.Document));
        });
        return command;
    }

    static Verb Add(Calling calling)
    {
        var file = new Argument<string>("file") { Description = "The document (YAML or JSON); - reads standard input." };
        var replace = new Option<bool>("--replace") { Description = "Save a new version of a chain that is there already." };
        var command = new Verb("add", "Saves a chain from a file.", "chain add site.yaml", "chain add --replace site.yaml",
            "chain show a | sed s/10.0.0.5/10.0.0.6/ | chain add --replace -") { file, replace };
        calling(command, async call =>
        {
            var (document, path) = Read(call, call.Value(file));
            await SaveAsync(call, NameIn(document, path), document, call.Value(replace) ? null : 0, path);
        });
        return command;
    }

    static Verb Test(Calling calling)
    {
        var name = NameArgument();
        var command = new Verb("test", "Walks a chain once, layer by layer, and says of each whether it works. Opens no session.",
            "chain test client-site", "chain test client-site --json") { name };
        calling(command, async call =>
        {
            var json = await call.Client.SendAsync(HttpMethod.Post, $"/chains/{NodeClient.Escape(call.Value(name))}/test", null, null, call.Cancellation);
            var trial = NodeClient.Read<ChainTrial>(json);
            if (call.AsJson) call.Terminal.Json(json);
            else call.Terminal.Table(["", "LAYER", "", "MS", "STEPS", ""], trial.Layers.Select(layer => new[]
            {
                $"{layer.Number}", layer.Title, Word(layer.Outcome), layer.Millis is { } millis ? $"{millis:0.0}" : "",
                string.Join(", ", layer.Steps.Select(step => $"{step.Name} {step.Millis:0.0}")), layer.Sentence,
            }), "");
            if (!trial.Works) throw new CommandException(ExitCode.Failed, $"{trial.Chain} does not work: see the layer that failed.");
        });
        return command;
    }

    static string Word(TrialOutcome outcome) => outcome switch
    {
        TrialOutcome.Works => "works",
        TrialOutcome.Failed => "FAILED",
        TrialOutcome.NotReached => "not reached",
        _ => "not tested",
    };

    static Verb Validate(Calling calling)
    {
        var file = new Argument<string>("file") { Description = "The document; - reads standard input." };
        var command = new Verb("validate", "Checks a document, and that you may use the secrets that it names, without saving it.",
            "chain validate site.yaml") { file };
        calling(command, async call =>
        {
            var (document, path) = Read(call, call.Value(file));
            var json = await call.Client.SendDocumentAsync(HttpMethod.Post, "/chains/validate", document, call.Cancellation);
            if (call.AsJson) call.Terminal.Json(json);
            var result = NodeClient.Read<ChainEndpoints.Validation>(json);
            if (!result.Valid)
                throw new CommandException(ExitCode.Failed, call.AsJson ? $"{path} is not valid." : Mistakes(path, result.Errors));
            if (!call.AsJson) call.Terminal.Error.WriteLine($"{path} is a valid chain.");
        });
        return command;
    }

    static Verb Edit(Calling calling)
    {
        var name = NameArgument();
        var command = new Verb("edit", "Opens a chain in your editor ($VISUAL, $EDITOR) and saves it when it is valid.",
            "chain edit client-site", "EDITOR=vim chain edit client-site") { name };
        calling(command, call => EditAsync(call, call.Value(name)));
        return command;
    }

    static async Task EditAsync(Call call, string name)
    {
        if (!call.Terminal.Interactive)
            throw new CommandException(ExitCode.Usage,
                "Nobody is here to edit; use `remotechain chain show` and `chain add --replace` instead.");
        var chain = NodeClient.Read<ChainEndpoints.ChainDetail>(await call.Client.GetAsync(
            $"/chains/{NodeClient.Escape(name)}", call.Cancellation));
        var file = Path.Combine(Directory.CreateTempSubdirectory("remotechain-edit-").FullName, $"{name}.yaml");
        await File.WriteAllTextAsync(file, chain.Document, call.Cancellation);
        while (true)
        {
            await RunEditorAsync(file, call.Cancellation);
            var document = await File.ReadAllTextAsync(file, call.Cancellation);
            if (document == chain.Document)
            {
                Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
                call.Done("Nothing was changed.");
                return;
            }
            try
            {
                await SaveAsync(call, name, document, chain.Version, file);
                Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
                return;
            }
            catch (CommandException refused)
            {
                call.Terminal.Error.WriteLine(refused.Message);
                if (call.Terminal.Ask("Edit again? [Y/n]").Trim().StartsWith("n", StringComparison.OrdinalIgnoreCase))
                    throw new CommandException(refused.ExitCode, $"Nothing was saved. Your text is in {file}.");
            }
        }
    }

    static async Task RunEditorAsync(string file, CancellationToken cancellationToken)
    {
        var editor = new[] { "VISUAL", "EDITOR" }.Select(Environment.GetEnvironmentVariable)
            .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value)) ?? "vi";
        // Through the shell, because people put options into the variable; the file name is handed over beside it, not inside.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {editor} \"$1\"", "sh", file]))
            ?? throw new CommandException(ExitCode.Failed, $"The editor '{editor}' does not start.");
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new CommandException(ExitCode.Failed,
                $"The editor '{editor}' ended with status {process.ExitCode}; nothing was saved. Your text is in {file}.");
    }

    static Verb History(Calling calling)
    {
        var name = NameArgument();
        var command = new Verb("history", "Every kept version: when, by whom.", "chain history client-site") { name };
        calling(command, async call => call.Show<ChainVersion[]>(await call.Client.GetAsync(
            $"/chains/{NodeClient.Escape(call.Value(name))}/history", call.Cancellation), versions =>
            call.Terminal.Table(["VERSION", "SAVED", "BY"], versions.Select(
                version => new[] { $"{version.Version}", Terminal.Moment(version.Saved), version.Author }), "It has no history.")));
        return command;
    }

    static Verb Diff(Calling calling)
    {
        var name = NameArgument();
        var (from, to) = (new Option<int?>("--from") { HelpName = "N", Description = "The older version (default: the one before)." },
            new Option<int?>("--to") { HelpName = "N", Description = "The newer version (default: the newest)." });
        var command = new Verb("diff", "What changed between two versions.", "chain diff client-site",
            "chain diff client-site --from 2 --to 5") { name, from, to };
        calling(command, async call =>
        {
            var query = string.Join('&', new[] { ("from", call.Value(from)), ("to", call.Value(to)) }.Where(part => part.Item2 is not null)
                .Select(part => $"{part.Item1}={part.Item2}"));
            var text = await call.Client.GetAsync($"/chains/{NodeClient.Escape(call.Value(name))}/diff?{query}", call.Cancellation);
            if (call.AsJson) call.Terminal.Json(System.Text.Json.JsonSerializer.Serialize(new { diff = text.TrimEnd('\n').Split('\n') }));
            else call.Terminal.Output.Write(text);
        });
        return command;
    }

    static Verb Restore(Calling calling)
    {
        var (name, version) = (NameArgument(), new Argument<int>("version") { Description = "The version to save again." });
        var command = new Verb("restore", "Saves an old version again as the newest; brings a removed chain back.",
            "chain history client-site", "chain restore client-site 3") { name, version };
        calling(command, async call => call.Show<ChainEndpoints.SavedChain>(
            await call.Client.SendAsync(
                HttpMethod.Post, $"/chains/{NodeClient.Escape(call.Value(name))}/restore?version={call.Value(version)}", null, null,
                call.Cancellation),
            saved => call.Terminal.Error.WriteLine(
                $"Version {call.Value(version)} of '{saved.Name}' holds again, as version {saved.Version}.")));
        return command;
    }

    static Verb Remove(Calling calling)
    {
        var (name, yes) = (NameArgument(), CommandLine.Yes());
        var command = new Verb("remove", "Takes a chain out of use. Its history stays; `chain restore` brings it back.",
            "chain remove client-site --yes") { name, yes };
        calling(command, async call =>
        {
            call.Terminal.Confirm($"Remove the chain '{call.Value(name)}'? Its grants and pinned certificates go; its history stays.",
                call.Value(yes));
            await call.Client.DeleteAsync($"/chains/{NodeClient.Escape(call.Value(name))}", call.Cancellation);
            call.Done($"The chain '{call.Value(name)}' is out of use. `remotechain chain restore` brings it back.");
        });
        return command;
    }

    static Verb Grant(Calling calling, string word, string description, HttpMethod method, string outcome)
    {
        var (name, user) = (NameArgument(), new Argument<string>("user") { Description = "The user." });
        var command = new Verb(word, description, $"chain {word} client-site alice") { name, user };
        calling(command, async call =>
        {
            await call.Client.SendAsync(
                method, $"/chains/{NodeClient.Escape(call.Value(name))}/grants/{NodeClient.Escape(call.Value(user))}", null, null,
                call.Cancellation);
            call.Done($"{call.Value(user)} {outcome} '{call.Value(name)}'.");
        });
        return command;
    }

    static Verb Kinds(Calling calling)
    {
        var command = new Verb("kinds", "The kinds of layers and their keys, for writing documents.", "chain kinds");
        calling(command, async call => call.Show<ChainEndpoints.KindItem[]>(
            await call.Client.GetAsync("/chain-kinds", call.Cancellation), kinds =>
        {
            foreach (var kind in kinds)
            {
                call.Terminal.Output.WriteLine($"{kind.Kind}: {kind.Meaning}");
                call.Terminal.Table(["  KEY", "VALUES", "DEFAULT", "MEANING"],
                    kind.Keys.Select(key => new[] { $"  {key.Name}", key.Values, key.Default ?? "(required)", key.Meaning }), "");
                call.Terminal.Output.WriteLine();
            }
        }));
        return command;
    }

    static async Task SaveAsync(Call call, string name, string document, int? expectedVersion, string path)
    {
        // Mistakes that can be seen here are told with the file's name, as editors like it.
        if (ChainDocument.Parse(document) is { IsValid: false } reading)
            throw new CommandException(ExitCode.Failed, Mistakes(path, reading.Errors));
        var query = expectedVersion is { } expected ? $"?expectedVersion={expected}" : "";
        try
        {
            call.Show<ChainEndpoints.SavedChain>(
                await call.Client.SendDocumentAsync(HttpMethod.Put, $"/chains/{NodeClient.Escape(name)}{query}", document,
                    call.Cancellation),
                saved => call.Terminal.Error.WriteLine($"Saved '{saved.Name}', version {saved.Version}."));
        }
        catch (CommandException taken) when (expectedVersion == 0 && taken.Message.Contains("is at version", StringComparison.Ordinal))
        {
            throw new CommandException(taken.ExitCode, $"There is a chain '{name}' already. Add --replace to save a new version of it.");
        }
    }

    internal static (string Document, string Path) Read(Call call, string file)
    {
        if (file == "-") return (call.Terminal.ReadAll(), "standard input");
        try
        {
            return (File.ReadAllText(file), file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{file} cannot be read: {unreadable.Message}");
        }
    }

    static string NameIn(string document, string path)
    {
        var reading = ChainDocument.Parse(document);
        return reading.IsValid ? reading.Chain.Name : throw new CommandException(ExitCode.Failed, Mistakes(path, reading.Errors));
    }

    static string Mistakes(string path, IReadOnlyList<ChainError> errors) =>
        string.Join('\n', errors.Select(error => $"{path}:{error.Line}:{error.Column}: {error.Message}"));
}
