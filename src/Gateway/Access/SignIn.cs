using System.Net;

namespace RemoteChain.Gateway.Access;

/// <summary>Checks account and password, counts failures, and locks. The only place that does.</summary>
public sealed class SignIn
{
    /// <summary>Checks a password. Counts a failure by account and by address, and writes both outcomes to the audit log.</summary>
    /// <param name="user">As typed, without the <c>#chain</c> part.</param>
    /// <param name="password">As typed.</param>
    /// <param name="address">Where the attempt came from.</param>
    /// <param name="door">Which door it came to: <c>rdp</c>, <c>api</c>.</param>
    /// <param name="cancellationToken">Ends the wait; a check that has begun is finished and counted.</param>
    public Task<SignInOutcome> CheckAsync(string user, string password, IPAddress address, string door, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
