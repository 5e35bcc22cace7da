using System.Reflection;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>The node itself: is it well, which version is it, and who am I to it.</summary>
static class NodeEndpoints
{
    /// <summary>Whether the node is well.</summary>
    /// <param name="Status"><c>ok</c>; a node that is not does not answer.</param>
    /// <param name="Sessions">Sessions that run.</param>
    sealed record Health(string Status, int Sessions);

    sealed record Versions(string RemoteChain, string Runtime, string Sqlite);

    public sealed record Me(string Name, string Role);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/health", (ISessionDirectory sessions) => new Health("ok", sessions.List().Count))
            .AllowAnonymous().WithTags("node").WithSummary("Whether the node is well. Needs no sign-in.");

        api.MapGet("/version", (Database database) => new Versions(Version, Environment.Version.ToString(), database.SqliteVersion))
            .WithTags("node").WithSummary("Versions of the node and of what it stands on.");

        api.MapGet("/me", (Caller caller) => new Me(caller.Account.Name, Accounts.Word(caller.Account.Role)))
            .WithTags("node").WithSummary("The account that the bearer token stands for.");
    }

    /// <summary>The version of this build.</summary>
    public static string Version =>
        typeof(NodeEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "unknown";
}
