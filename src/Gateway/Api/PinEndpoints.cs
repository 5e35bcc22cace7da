using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Pinned host certificates: seen, and forgotten when a certificate changed rightly.</summary>
static class PinEndpoints
{
    /// <summary>How many pins were forgotten.</summary>
    public sealed record Forgotten(int Count);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/pins", List).WithTags("pins").WithSummary("Pinned certificates of the chains that the caller may use.");
        api.MapDelete("/pins/{chain}", Forget).WithTags("pins")
            .WithSummary("Forgets a chain's pins, or only that of one `layer` (as the list names it): the next certificate is trusted "
                + "and pinned.")
            .Produces<Forgotten>().ProducesProblem(404);
    }

    static IReadOnlyList<CertificatePin> List(Caller caller, PinStore pins, ChainAccess access) =>
        [.. pins.List().GroupBy(pin => pin.Chain).Where(chain => access.MayUse(caller.Account, chain.Key)).SelectMany(chain => chain)];

    // Whoever may change the chain may point it at another host anyway, so this gives them nothing new.
    static IResult Forget(string chain, string? layer, Caller caller, PinStore pins, ChainStore chains, AuditLog audit)
    {
        if (chains.Find(chain) is not { } stored || !ChainAccess.MayChange(caller.Account, stored))
            return ApiProblem.NotFound($"chain '{chain}'");
        var count = pins.Forget(chain, layer);
        if (count == 0)
            return ApiProblem.Result(StatusCodes.Status404NotFound, layer is null
                ? $"The chain '{chain}' has no pinned certificate." : $"The chain '{chain}' has no pinned certificate for '{layer}'.");
        audit.Append(new(AuditAction.PinForgotten, caller.Account.Name, chain, caller.From, layer ?? "all layers"));
        return TypedResults.Ok(new Forgotten(count));
    }
}
