using System.CommandLine;
using RemoteChain.Gateway.Sessions.Nested;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain nested …</c></summary>
static class NestedCommands
{
    public static Command Build(Calling calling) =>
        new Verb("nested", "Templates by which clients are started inside desktops: list, show, set, remove.")
        {
            List(calling), Show(calling), Set(calling), Remove(calling),
        };

    static Argument<string> TemplateName() => new("name") { Description = "The template, as `nested list` shows it." };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "The templates that a layer of kind nested may name.", "nested list");
        calling(command, async call => call.Show<TemplateSummary[]>(await call.Client.GetAsync("/nested-templates", call.Cancellation), templates =>
            call.Terminal.Table(["NAME", "ORIGIN", "DESCRIPTION"],
                templates.Select(template => new[] { template.Name, template.Origin, template.Description }), "There is no template.")));
        return command;
    }

    static Verb Show(Calling calling)
    {
        var name = TemplateName();
        var command = new Verb("show", "A template's document, to begin an own one with.", "nested show xfreerdp3 > own.yaml") { name };
        calling(command, async call =>
        {
            var templates = NodeClient.Read<TemplateSummary[]>(await call.Client.GetAsync("/nested-templates", call.Cancellation));
            var template = templates.FirstOrDefault(known => known.Name == call.Value(name))
                ?? throw new CommandException(ExitCode.NotFound, $"There is no template '{call.Value(name)}'.");
            call.Terminal.Output.WriteLine(template.Text.TrimEnd('\n'));
        });
        return command;
    }

    static Verb Set(Calling calling)
    {
        var file = new Argument<string>("file") { Description = "The document; - for standard input." };
        var command = new Verb("set", "Saves a template, beside the shipped ones or instead of one.", "nested set own.yaml") { file };
        calling(command, async call =>
        {
            var (document, path) = ChainCommands.Read(call, call.Value(file));
            var (template, errors) = TemplateDocument.Parse(document);
            if (template is null)
                throw new CommandException(ExitCode.Failed, string.Join('\n', errors.Select(error => $"{path}:{error.Line}:{error.Column}: {error.Message}")));
            await call.Client.SendDocumentAsync(HttpMethod.Put, $"/nested-templates/{NodeClient.Escape(template.Name)}", document, call.Cancellation);
            call.Done($"Saved the template '{template.Name}'.");
        });
        return command;
    }

    static Verb Remove(Calling calling)
    {
        var name = TemplateName();
        var command = new Verb("remove", "Removes a template; a shipped one of that name holds again.", "nested remove own") { name };
        calling(command, async call =>
        {
            await call.Client.DeleteAsync($"/nested-templates/{NodeClient.Escape(call.Value(name))}", call.Cancellation);
            call.Done($"Removed the template '{call.Value(name)}'.");
        });
        return command;
    }
}
