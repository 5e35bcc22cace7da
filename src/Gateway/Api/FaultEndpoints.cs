using RemoteChain.Gateway.Sessions;

namespace RemoteChain.Gateway.Api;

/// <summary>Faults that are injected on purpose. Only for admins, and only on a node that was started for a lab.</summary>
static class FaultEndpoints
{
    /// <summary>How long a fault shall last from now on.</summary>
    public sealed record Prolonging(long ForMillis);

    public static void Map(RouteGroupBuilder api)
    {
        var faults = api.MapGroup("/faults").WithTags("faults").RequireAuthorization(ApiHosting.Admins);
        faults.MapGet("", ListAsync).WithSummary("Faults that are in force, with what each has really done so far.");
        faults.MapPost("", OrderAsync).WithSummary("Injects a fault; the workers concerned obey when this answers.")
            .Produces<Fault>().ProducesProblem(409).ProducesProblem(422);
        faults.MapPut("/{id}", ProlongAsync).WithSummary("Lets a fault last for a time from now on, for commands that hold it.")
            .Produces(204).ProducesProblem(404).ProducesProblem(422);
        faults.MapDelete("", ClearAllAsync).WithSummary("Ends all faults and answers with their last accounts.");
        faults.MapDelete("/{id}", ClearAsync).WithSummary("Ends one fault and answers with its last account.")
            .Produces<Fault>().ProducesProblem(404);
    }

    static Task<IReadOnlyList<Fault>> ListAsync(KnownFaults faults, CancellationToken cancellationToken) => faults.ListAsync(cancellationToken);

    static async Task<IResult> OrderAsync(FaultOrder order, Caller caller, KnownFaults faults, CancellationToken cancellationToken)
    {
        var (fault, refusal) = await faults.OrderAsync(order, caller.Account.Name, caller.From, cancellationToken);
        return fault is not null ? TypedResults.Ok(fault) : faults.Allowed ? ApiProblem.Invalid(refusal!) : ApiProblem.Conflict(refusal!);
    }

    static async Task<IResult> ProlongAsync(string id, Prolonging prolonging, KnownFaults faults, CancellationToken cancellationToken)
    {
        if (prolonging.ForMillis is <= 0 or > FaultOrder.ForMillisMax) return ApiProblem.Invalid("A fault lasts at most a day, and more than nothing.");
        return await faults.ProlongAsync(id, TimeSpan.FromMilliseconds(prolonging.ForMillis), cancellationToken)
            ? TypedResults.NoContent()
            : ApiProblem.NotFound($"fault '{id}'");
    }

    static Task<IReadOnlyList<Fault>> ClearAllAsync(Caller caller, KnownFaults faults, CancellationToken cancellationToken) =>
        faults.ClearAsync(null, caller.Account.Name, cancellationToken);

    static async Task<IResult> ClearAsync(string id, Caller caller, KnownFaults faults, CancellationToken cancellationToken) =>
        await faults.ClearAsync(id, caller.Account.Name, cancellationToken) is [var fault]
            ? TypedResults.Ok(fault)
            : ApiProblem.NotFound($"fault '{id}'");
}
