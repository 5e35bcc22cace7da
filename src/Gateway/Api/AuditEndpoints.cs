using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>The audit log, for admins. It can be read, and nothing else.</summary>
static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/audit", Read).RequireAuthorization(ApiHosting.Admins).WithTags("audit")
            .WithSummary($"The newest records that fit the filter, oldest first (at most {AuditLog.PageMax:N0}). To export all, begin "
                + "with `newest=false` and pass the last `id` as `after` until the answer is empty.");

    static IReadOnlyList<AuditRecord> Read(long? after, DateTimeOffset? since, string? actor, string? action, bool? newest, int? limit,
        AuditLog audit) =>
        audit.Read(new(after ?? 0, since, actor, action, newest ?? true, limit ?? 100));
}
