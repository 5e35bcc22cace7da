using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace RemoteChain.Gateway.Api;

/// <summary>
/// How often an address may try to sign in, and how many reports are made at once, for endpoints that say <c>RequireRateLimiting</c>. The
/// framework's own middleware ticks ten times a second for as long as a node runs, which was half of what a node at rest cost; this one counts
/// when somebody comes.
/// </summary>
sealed class CallRates(TimeProvider time) : IDisposable
{
    const int SignInsPerMinute = 60;

    /// <summary>Addresses that are counted; when there are more, all counts begin anew: the lockout, which forgets nobody, is behind this.</summary>
    const int AddressesMax = 10_000;

    static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    readonly ConcurrencyLimiter _reports = new(new() { PermitLimit = 1, QueueLimit = LatencyEndpoints.ReportsWaitingMax });
    readonly Lock _gate = new();
    readonly Dictionary<IPAddress, (long Began, int Count)> _signIns = [];

    /// <summary>The middleware.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        switch (context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName)
        {
            case ApiHosting.SignInRate when !MaySignIn(Caller.AddressOf(context)):
                await RefuseAsync(context, "Too many sign-ins from this address. Wait a minute.");
                return;
            case LatencyEndpoints.ReportRate:
                using (var turn = await _reports.AcquireAsync(1, context.RequestAborted))
                {
                    await (turn.IsAcquired ? next(context) : RefuseAsync(context, "Too many latency reports are being made. Try again in a moment."));
                }

                return;
            default:
                await next(context);
                return;
        }
    }

    public void Dispose() => _reports.Dispose();

    static Task RefuseAsync(HttpContext context, string sentence) =>
        ApiProblem.Result(StatusCodes.Status429TooManyRequests, sentence).ExecuteAsync(context);

    bool MaySignIn(IPAddress address)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (!_signIns.TryGetValue(address, out var counted) || time.GetElapsedTime(counted.Began, now) >= s_window)
            {
                if (_signIns.Count >= AddressesMax) _signIns.Clear();
                counted = (now, 0);
            }

            _signIns[address] = counted with { Count = counted.Count + 1 };
            return counted.Count < SignInsPerMinute;
        }
    }
}
