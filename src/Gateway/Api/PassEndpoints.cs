using System.Text;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Connection passes: the short-lived way into one chain with an ordinary RDP client.</summary>
static class PassEndpoints
{
    /// <summary>What a pass is wanted for.</summary>
    /// <param name="Chain">The chain that it opens.</param>
    /// <param name="ViewOnly">Whether the front may only watch.</param>
    /// <param name="For">The account whose session it joins or opens; only an admin may name somebody else.</param>
    /// <param name="Host">How the RDP client reaches the node; without it, as this request did.</param>
    public sealed record NewPass(string Chain, bool? ViewOnly, string? For, string? Host);

    /// <summary>A pass, shown this once.</summary>
    public sealed record Pass(string Id, string Secret, string User, string Chain, bool ViewOnly, DateTimeOffset Expires, string Address,
        string Rdp);

    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/passes", Post).WithTags("passes")
            .WithSummary("Makes a single-use pass for one chain, good for five minutes. With `Accept: application/x-rdp` the answer is "
                + "the .rdp file to open.")
            .Produces<Pass>().Produces<string>(200, RdpFile.MediaType).ProducesProblem(404).ProducesProblem(503);

    static IResult Post(
        NewPass wanted, Caller caller, HttpContext context, Accounts accounts, ChainAccess access, ChainCatalog chains,
            ConnectionPasses passes, NodeAddress node, AuditLog audit)
    {
        var account = caller.Account;
        if (wanted.For is { } name && !name.Equals(account.Name, StringComparison.OrdinalIgnoreCase))
        {
            if (!account.IsAdmin) return ApiProblem.Forbidden("Only an admin may make a pass for somebody else.");
            if (accounts.Find(name) is not { } other)
                return ApiProblem.Result(StatusCodes.Status404NotFound, $"There is no user '{name}'.");
            account = other;
        }
        if (!access.MayUse(account, wanted.Chain ?? "") || chains.Find(wanted.Chain!) is not { } chain)
            return ApiProblem.NotFound($"chain '{wanted.Chain}'");
        if (passes.Create(account, chain.Name, wanted.ViewOnly ?? false) is not { } made)
            return ApiProblem.Result(StatusCodes.Status503ServiceUnavailable,
                "Too many passes are waiting to be used. Wait until some expire.");

        audit.Append(new(AuditAction.PassCreated, caller.Account.Name, chain.Name, caller.From, $"{made.Pass.Id} for {account.Name}"));
        var host = wanted.Host ?? context.Request.Host.Host;
        var size = (chain.Desktop as RdpLayer)?.Size;
        var rdp = RdpFile.Text(host, node.RdpPort, made, size?.Width ?? 0, size?.Height ?? 0);
        if (context.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == RdpFile.MediaType))
            return TypedResults.File(Encoding.UTF8.GetBytes(rdp), RdpFile.MediaType, $"{chain.Name}.rdp");
        return TypedResults.Ok(Show(made, host, node, size?.Width ?? 0, size?.Height ?? 0));
    }

    /// <summary>A pass that was just made, with the file that opens it.</summary>
    public static Pass Show(NewConnectionPass made, string host, NodeAddress node, int width, int height) => new(
        made.Pass.Id, made.Secret, made.Pass.Account.Name, made.Pass.ChainName, made.Pass.ViewOnly, made.Pass.Expires, $"{host}:{node.RdpPort}",
        RdpFile.Text(host, node.RdpPort, made, width, height));
}
