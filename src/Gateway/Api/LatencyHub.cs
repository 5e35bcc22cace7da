using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Latency.Live;
using RemoteChain.Gateway.Sessions;

namespace RemoteChain.Gateway.Api;

/// <summary>Live latency over SignalR at <see cref="Path"/>: the stream <c>Watch(session)</c> gives a <see cref="LiveStrip"/> each second.
/// Browsers, which cannot set headers there, give their token as the query's <c>access_token</c>.</summary>
[Authorize]
sealed class LatencyHub(LiveStrips strips, ISessionDirectory sessions, BearerTokens tokens) : Hub
{
    public const string Path = "/live/latency";

    /// <summary>Strips of a running session that the caller may see, until it ends or the caller stops.</summary>
    public async IAsyncEnumerable<LiveStrip> Watch(string session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var account = Context.GetHttpContext()?.Features.Get<Account>();
        if (account is null || sessions.Find(session) is not { } running
            || !(account.IsAdmin || running.Owner.Equals(account.Name, StringComparison.OrdinalIgnoreCase)))
            throw new HubException($"There is no running session '{session}' that you may use.");
        // A sign-in that is revoked ends what was begun under it.
        using var signedOut = Context.GetHttpContext()?.Features.Get<KnownSignIn>() is { } signIn ? tokens.WatchEnd(signIn, Context.Abort) : null;
        await foreach (var strip in strips.WatchAsync(session, () => sessions.Find(session) is not null, cancellationToken))
            yield return strip;
    }
}
