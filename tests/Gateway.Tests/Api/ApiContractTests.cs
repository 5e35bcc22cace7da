using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace RemoteChain.Gateway.Tests.Api;

/// <summary>What holds for every endpoint. Goes through the OpenAPI document, so that a new endpoint is held to it as well.</summary>
public sealed class ApiContractTests(TestNode node) : IClassFixture<TestNode>
{
    static readonly string[] s_open = ["GET /api/v1/health", "POST /api/v1/sign-in", "POST /api/v1/invitations/redeem"];

    // Everything that only an admin may do; whatever is not listed must let a user through to its own checks.
    static readonly string[] s_admins =
    [
        "GET /api/v1/users", "POST /api/v1/users", "PUT /api/v1/users/{name}/role", "DELETE /api/v1/users/{name}",
            "POST /api/v1/users/{name}/unlock",
        "POST /api/v1/addresses/{address}/unlock", "GET /api/v1/audit",
        "GET /api/v1/relays", "POST /api/v1/relays/invitations", "POST /api/v1/relays/enrolments", "DELETE /api/v1/relays/peers/{name}",
        "PUT /api/v1/relays/peers/{name}/join", "DELETE /api/v1/relays/peers/{name}/join", "POST /api/v1/relays/rules", "DELETE /api/v1/relays/rules",
        "PUT /api/v1/nested-templates/{name}", "DELETE /api/v1/nested-templates/{name}",
        "PUT /api/v1/machine-templates/{name}", "DELETE /api/v1/machine-templates/{name}",
        "GET /api/v1/faults", "POST /api/v1/faults", "DELETE /api/v1/faults", "PUT /api/v1/faults/{id}", "DELETE /api/v1/faults/{id}",
    ];

    async Task<List<(string Name, HttpMethod Method, string Path, JsonObject Operation)>> OperationsAsync()
    {
        var document = await (await node.Stranger().GetAsync("/openapi/v1.json").OkAsync()).JsonAsync();
        return
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               select ($"{operation.Key.ToUpperInvariant()} {path.Key}", new HttpMethod(operation.Key.ToUpperInvariant()),
                   path.Key.Replace("{version}", "1", StringComparison.Ordinal).Replace("{front}", "1", StringComparison.Ordinal)
                       .Replace("{address}", "192.0.2.9", StringComparison.Ordinal).Replace("{", "no-", StringComparison.Ordinal)
                           .Replace("}", "", StringComparison.Ordinal),
                   operation.Value!.AsObject()),
        ];
    }

    [Fact]
    public async Task OpenApi_EveryOperation_HasASummaryAndATag()
    {
        var operations = await OperationsAsync();

        Assert.True(operations.Count > 30, $"only {operations.Count} operations");
        Assert.All(operations, operation =>
        {
            Assert.True(((string?)operation.Operation["summary"] ?? "").Length > 10, operation.Name);
            Assert.NotEmpty(operation.Operation["tags"]!.AsArray());
        });
    }

    [Fact]
    public async Task EveryOperation_WithoutAToken_IsRefused()
    {
        foreach (var (name, method, path, _) in await OperationsAsync())
        {
            using var response = await node.Stranger().SendAsync(new(method, path) { Content = Body(method) });
            if (s_open.Contains(name)) Assert.NotEqual(HttpStatusCode.Forbidden, response.StatusCode);
            else Assert.StartsWith("Sign in first", await response.ProblemAsync(HttpStatusCode.Unauthorized));
        }
    }

    [Fact]
    public async Task EveryOperation_AsAUser_IsForAdminsExactlyWhereItSaysSo()
    {
        using var user = node.Add("plain-user");
        foreach (var (name, method, path, _) in await OperationsAsync())
        {
            if (name == "DELETE /api/v1/sign-in") continue; // would end this test's own sign-in
            using var response = await user.SendAsync(new(method, path) { Content = Body(method) });
            var forAdmins = response.StatusCode == HttpStatusCode.Forbidden
                && (await response.Content.ReadAsStringAsync()).Contains("Only an admin may do this.", StringComparison.Ordinal);
            Assert.True(forAdmins == s_admins.Contains(name), $"{name} answered {(int)response.StatusCode}");
            Assert.True(response.StatusCode != HttpStatusCode.InternalServerError, name);
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("rco_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("")]
    public async Task WrongToken_IsRefused(string token)
    {
        using var client = node.Stranger();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        await (await client.GetAsync("/api/v1/chains")).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task BrokenJson_IsToldWithItsPlace()
    {
        using var client = node.Operator();
        var response = await client.PostAsync("/api/v1/passes", new StringContent("{\n \"chain\": 5}", Encoding.UTF8, "application/json"));
        Assert.Equal("The body is not the JSON that is expected here: see $.chain in line 2.",
            await response.ProblemAsync(HttpStatusCode.BadRequest));

        response = await client.PostAsJsonAsync("/api/v1/passes", new { chain = "x", vieuOnly = true });
        Assert.Contains("$.vieuOnly", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task HugeBody_IsRefused()
    {
        using var client = node.Operator();
        var response = await client.PutYamlAsync("/api/v1/chains/big", new string('#', 300 * 1024));
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task UnknownAddress_IsAProblem()
    {
        using var client = node.Operator();
        Assert.Contains("/openapi/v1.json", await (await client.GetAsync("/api/v1/nonsense")).ProblemAsync(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task EveryAnswer_CarriesSecurityHeaders()
    {
        using var response = await node.Stranger().GetAsync("/api/v1/health");

        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.False(response.Headers.Contains("Server"));
    }

    // DNS rebinding: a name on the web that resolves to 127.0.0.1.
    [Fact]
    public async Task ForeignHostName_IsRefused()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await node.Stranger().SendAsync(request)).StatusCode);
    }

    static HttpContent? Body(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Delete ? null : JsonContent.Create(new { });
}
