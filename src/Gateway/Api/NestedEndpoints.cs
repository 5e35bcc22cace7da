using System.Text;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Templates by which clients are started inside desktops. What they type runs as the desktops' users, so only admins change them.</summary>
static class NestedEndpoints
{
    const string Yaml = "application/yaml";

    public static void Map(RouteGroupBuilder api)
    {
        var templates = api.MapGroup("/nested-templates").WithTags("nested");
        templates.MapGet("", (NestedTemplates all) => all.List()).WithSummary("The templates that a layer of kind `nested` may name, with their documents.");
        templates.MapPut("/{name}", PutAsync).Accepts<string>(Yaml, "application/json", "text/plain").RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Saves a template, beside the shipped ones or instead of one. Mistakes come back all at once, each with line and column.")
            .Produces(204).ProducesProblem(422);
        templates.MapDelete("/{name}", Remove).RequireAuthorization(ApiHosting.Admins)
            .WithSummary("Removes a template; a shipped one of that name holds again.").Produces(204).ProducesProblem(404);
    }

    static async Task<IResult> PutAsync(string name, Caller caller, HttpRequest request, NestedTemplates templates, AuditLog audit,
        CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: false));
        string text = await reader.ReadToEndAsync(cancellationToken);
        var (template, errors) = TemplateDocument.Parse(text);
        if (template is not null && template.Name != name)
            return ApiProblem.Invalid($"The template says that its name is '{template.Name}', not '{name}'.");
        if (template is not null) errors = templates.Save(text, caller.Account.Name, out _);
        if (errors.Count > 0) return ApiProblem.InvalidTemplate(errors);
        audit.Append(new(AuditAction.TemplateSaved, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static IResult Remove(string name, Caller caller, NestedTemplates templates, AuditLog audit)
    {
        if (!templates.Remove(name)) return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no own template '{name}'; shipped ones stay.");
        audit.Append(new(AuditAction.TemplateRemoved, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }
}
