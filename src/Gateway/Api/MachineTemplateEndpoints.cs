using System.Text;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>What emulated machines are made from. Only admins change templates.</summary>
static class MachineTemplateEndpoints
{
    const string Yaml = "application/yaml";

    public static void Map(RouteGroupBuilder api)
    {
        var templates = api.MapGroup("/machine-templates").WithTags("machines");
        templates.MapGet("", (MachineTemplates all) => all.List()).WithSummary("What machines can be made from, with the documents and what is missing for each.");
        templates.MapPut("/{name}", PutAsync).Accepts<string>(Yaml, "application/json", "text/plain").RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Saves a template, beside the shipped ones or instead of one. Mistakes come back all at once, each with line and column.")
            .Produces(204).ProducesProblem(422);
        templates.MapDelete("/{name}", Remove).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Removes a template; a shipped one of that name holds again. Machines made from it stay as they are.").Produces(204).ProducesProblem(404);
    }

    static async Task<IResult> PutAsync(string name, Caller caller, HttpRequest request, MachineTemplates templates, AuditLog audit,
        CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: false));
        string text = await reader.ReadToEndAsync(cancellationToken);
        var (template, errors) = MachineTemplate.Parse(text);
        if (template is not null && template.Name != name)
            return ApiProblem.Invalid($"The template says that its name is '{template.Name}', not '{name}'.");
        if (template is not null) errors = templates.Save(text, caller.Account.Name);
        if (errors.Count > 0) return ApiProblem.InvalidTemplate(errors);
        audit.Append(new(AuditAction.TemplateSaved, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult Remove(string name, Caller caller, MachineTemplates templates, AuditLog audit)
    {
        if (!templates.Remove(name)) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no own template '{name}'; shipped ones stay.");
        audit.Append(new(AuditAction.TemplateRemoved, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }
}
