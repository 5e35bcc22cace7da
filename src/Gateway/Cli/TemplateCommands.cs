using System.CommandLine;
using RemoteChain.Gateway.Machines;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain template …</c></summary>
static class TemplateCommands
{
    public static Command Build(Calling calling) =>
        new Verb("template", "What emulated machines are made from: list, show, set, remove, build.") { List(calling), Show(calling), Set(calling), Remove(calling), Build() };

    static Argument<string> TemplateName() => new("name") { Description = "The template, as `template list` shows it." };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "The templates that a layer of kind machine may name.", "template list");
        calling(command, async call => call.Show<MachineTemplateSummary[]>(await call.Client.GetAsync("/machine-templates", call.Cancellation), templates =>
            call.Terminal.Table(["NAME", "ORIGIN", "FILES", "DESCRIPTION"], templates.Select(template => new[]
            {
                template.Name, template.Origin,
                template.Missing.Count == 0 ? "there" : template.Origin == "shipped" ? "not built yet" : $"missing: {string.Join(", ", template.Missing)}",
                template.Description,
            }), "There is no template.")));
        return command;
    }

    static Verb Show(Calling calling)
    {
        var name = TemplateName();
        var command = new Verb("show", "A template's document, to begin an own one with.", "template show debian-shell > own.yaml") { name };
        calling(command, async call =>
        {
            var templates = NodeClient.Read<MachineTemplateSummary[]>(await call.Client.GetAsync("/machine-templates", call.Cancellation));
            var template = templates.FirstOrDefault(known => known.Name == call.Value(name))
                ?? throw new CommandException(ExitCode.NotFound, $"There is no template '{call.Value(name)}'.");
            call.Terminal.Output.WriteLine(template.Text.TrimEnd('\n'));
        });
        return command;
    }

    static Verb Set(Calling calling)
    {
        var file = new Argument<string>("file") { Description = "The document; - for standard input." };
        var command = new Verb("set", "Saves a template, beside the shipped ones or instead of one.", "template set own.yaml") { file };
        calling(command, async call =>
        {
            var (document, path) = ChainCommands.Read(call, call.Value(file));
            var (template, errors) = MachineTemplate.Parse(document);
            if (template is null)
                throw new CommandException(ExitCode.Failed, string.Join('\n', errors.Select(error => $"{path}:{error.Line}:{error.Column}: {error.Message}")));
            await call.Client.SendDocumentAsync(HttpMethod.Put, $"/machine-templates/{NodeClient.Escape(template.Name)}", document, call.Cancellation);
            call.Done($"Saved the template '{template.Name}'.");
        });
        return command;
    }

    static Verb Remove(Calling calling)
    {
        var name = TemplateName();
        var command = new Verb("remove", "Removes a template; a shipped one of that name holds again.", "template remove own") { name };
        calling(command, async call =>
        {
            await call.Client.DeleteAsync($"/machine-templates/{NodeClient.Escape(call.Value(name))}", call.Cancellation);
            call.Done($"Removed the template '{call.Value(name)}'.");
        });
        return command;
    }

    /// <summary>Fetching packages is the script's work, which stands before this program.</summary>
    static Verb Build()
    {
        var name = TemplateName();
        var command = new Verb("build", "Fetches what a shipped template needs from the distribution's packages. Part of ./remotechain, the script.",
            "template build debian-shell") { name };
        command.SetAction(int (_) => throw new CommandException(ExitCode.Usage, "Templates are built by the script of the project's folder: ./remotechain template build NAME"));
        return command;
    }
}
