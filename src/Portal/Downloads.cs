using RemoteChain.Portal.Access;
using RemoteChain.Portal.Calls;

namespace RemoteChain.Portal;

/// <summary>
/// What a browser fetches by itself, without a page's socket: pictures, and files to keep. Each is an answer of the API, asked for whoever holds
/// the cookie; only reading, so that a link on another site can do nothing.
/// </summary>
static class Downloads
{
    public static void Map(WebApplication app)
    {
        var files = app.MapGroup("").RequireAuthorization();
        files.MapGet("/thumbnails/{id}", (string id, HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/sessions/{NodeApi.Escape(id)}/thumbnail", null));
        files.MapGet("/thumbnails/machines/{name}", (string name, HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/machines/{NodeApi.Escape(name)}/screenshot", null));
        files.MapGet("/export/machines/{name}.png", (string name, HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/machines/{NodeApi.Escape(name)}/screenshot", $"{name}.png"));
        foreach (var of in (string[])["session", "chain"])
        {
            files.MapGet($"/export/{of}/{{name}}/report.{{ending}}", (string name, string ending, HttpContext context, InProcessNode node) =>
                AnswerAsync(context, node, $"/{of}s/{NodeApi.Escape(name)}/latency{context.Request.QueryString}", $"{name}-latency.{ending}"));
            files.MapGet($"/export/{of}/{{name}}/samples.{{ending}}", (string name, string ending, HttpContext context, InProcessNode node) =>
                AnswerAsync(context, node, $"/{of}s/{NodeApi.Escape(name)}/latency/samples{context.Request.QueryString}", $"{name}-samples.{ending}"));
        }
        files.MapGet("/export/shared/{id}/report.{ending}", (string id, string ending, HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/report-shares/{NodeApi.Escape(id)}/latency{context.Request.QueryString}", $"shared-{id}-latency.{ending}"));
        files.MapGet("/export/shared/{id}/samples.{ending}", (string id, string ending, HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/report-shares/{NodeApi.Escape(id)}/latency/samples{context.Request.QueryString}", $"shared-{id}-samples.{ending}"));
        files.MapGet("/export/audit.json", (HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/audit{context.Request.QueryString}", "audit.json"));
        files.MapGet("/export/chains/{name}.yaml", (string name, HttpContext context, InProcessNode node) =>
            AnswerAsync(context, node, $"/chains/{NodeApi.Escape(name)}", $"{name}.yaml", "application/yaml"));
    }

    static async Task<IResult> AnswerAsync(HttpContext context, InProcessNode node, string path, string? name, string accept = "")
    {
        var visitor = Visitor.From(context.User)!;
        var response = await node.SendAsync(new(HttpMethods.Get, $"/api/v1{path}") { Token = visitor.Token, From = visitor.Peer, Accept = accept },
            context.RequestAborted);
        if (response.Status != StatusCodes.Status200OK) return TypedResults.StatusCode(response.Status);
        // A report is saved, never shown: it would run under this site's name.
        return name is null
            ? TypedResults.Bytes(response.Body, response.ContentType)
            : TypedResults.File(response.Body.ToArray(), response.ContentType, name);
    }
}
