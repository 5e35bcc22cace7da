using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using RemoteChain.Portal.Calls;

namespace RemoteChain.Portal.Access;

/// <summary>What signs somebody out, and the way to the sign-in page.</summary>
static class SignInPages
{
    /// <summary>The sign-in page.</summary>
    public const string Path = "/sign-in";

    /// <summary>The sign-in page that leads on to another one.</summary>
    public static string PathTo(string then) => IsLocal(then) && then != "/" ? $"{Path}?then={Uri.EscapeDataString(then)}" : Path;

    /// <summary>The sign-in page that leads back to the present one. What stands behind a # may be a secret: it stays there, where neither servers nor
    /// their logs see it, and browsers take it along.</summary>
    public static string PathBack(NavigationManager navigation)
    {
        var parts = navigation.ToBaseRelativePath(navigation.Uri).Split('#', 2);
        return PathTo("/" + parts[0]) + (parts.Length == 2 ? "#" + parts[1] : "");
    }

    /// <summary>Whether an address stays on this site: a link must not make our sign-in lead somewhere else.</summary>
    public static bool IsLocal(string? path) =>
        path is ['/', ..] && !(path.Length > 1 && path[1] is '/' or '\\') && !path.Any(char.IsControl);

    public static void Map(WebApplication app) => app.MapPost("/sign-out", SignOutAsync).RequireAuthorization().DisableAntiforgery();

    static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery forms, InProcessNode node, CancellationToken cancellationToken)
    {
        if (!await forms.IsRequestValidAsync(context)) return TypedResults.BadRequest();
        if (Visitor.From(context.User) is { } visitor)
            await node.SendAsync(new(HttpMethods.Delete, "/api/v1/sign-in") { Token = visitor.Token, From = visitor.Peer }, cancellationToken);
        SignInCookie.Remove(context);
        return TypedResults.LocalRedirect(Path);
    }
}
