using System.Net;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Api;

public sealed class MetricsEndpointTests(TestNode node) : IClassFixture<TestNode>
{
    static HttpRequestMessage ThroughAProxy() => new(HttpMethod.Get, "/metrics") { Headers = { { "X-Forwarded-For", "192.0.2.7" } } };

    [Fact]
    public async Task Metrics_FromThisMachine_AreShown()
    {
        var response = await node.Stranger().GetAsync("/metrics").OkAsync();

        Assert.StartsWith("text/plain; version=0.0.4", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.Contains("# TYPE remotechain_latency_stage_seconds histogram", await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_ThroughAProxy_AreForAdmins()
    {
        using var user = node.Add("metrics-user");
        using var admin = node.Add("metrics-admin", Role.Admin);

        Assert.Contains("for admins", await (await node.Stranger().SendAsync(ThroughAProxy())).ProblemAsync(HttpStatusCode.Unauthorized),
            StringComparison.Ordinal);
        await (await user.SendAsync(ThroughAProxy())).ProblemAsync(HttpStatusCode.Unauthorized);
        await admin.SendAsync(ThroughAProxy()).OkAsync();
    }
}
