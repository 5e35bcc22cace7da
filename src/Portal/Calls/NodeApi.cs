using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using RemoteChain.Portal.Access;

namespace RemoteChain.Portal.Calls;

/// <summary>The API as pages use it: on behalf of whoever looks, with values and problems instead of statuses.</summary>
sealed class NodeApi(InProcessNode node, AuthenticationStateProvider authentication, NavigationManager navigation)
{
    const string Root = "/api/v1";

    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Who looks; null before the sign-in.</summary>
    public async Task<Visitor?> VisitorAsync() => Visitor.From((await authentication.GetAuthenticationStateAsync()).User);

    /// <summary>Reads.</summary>
    public Task<Answer<T>> GetAsync<T>(string path, CancellationToken cancellationToken = default) =>
        SendAsync<T>(new(HttpMethods.Get, Root + path), Read<T>, cancellationToken);

    /// <summary>Reads text of one media type.</summary>
    public Task<Answer<string>> TextAsync(string path, string accept, CancellationToken cancellationToken = default) =>
        SendAsync(new(HttpMethods.Get, Root + path) { Accept = accept }, Text, cancellationToken);

    /// <summary>Sends JSON (or nothing) and reads an answer.</summary>
    public Task<Answer<T>> SendAsync<T>(string method, string path, object? body = null, CancellationToken cancellationToken = default) =>
        SendAsync<T>(new(method, Root + path) { Body = body is null ? [] : JsonSerializer.SerializeToUtf8Bytes(body, s_json) }, Read<T>,
            cancellationToken);

    /// <summary>Sends JSON (or nothing) where the answer says no more than done.</summary>
    public Task<Answer<string>> DoAsync(string method, string path, object? body = null, CancellationToken cancellationToken = default) =>
        SendAsync(new(method, Root + path) { Body = body is null ? [] : JsonSerializer.SerializeToUtf8Bytes(body, s_json) }, Text,
            cancellationToken);

    /// <summary>Sends a document of a chain.</summary>
    public Task<Answer<T>> SendDocumentAsync<T>(string method, string path, string document, CancellationToken cancellationToken = default) =>
        SendAsync<T>(new(method, Root + path) { Body = Encoding.UTF8.GetBytes(document), ContentType = "application/yaml" }, Read<T>,
            cancellationToken);

    /// <summary>A name as part of a path.</summary>
    public static string Escape(string name) => Uri.EscapeDataString(name);

    async Task<Answer<T>> SendAsync<T>(NodeRequest request, Func<NodeResponse, T> read, CancellationToken cancellationToken)
    {
        var visitor = await VisitorAsync();
        if (visitor is not null) request = request with { Token = visitor.Token, From = visitor.Peer };
        var response = await node.SendAsync(request, cancellationToken);
        if (response.Status is >= 200 and < 300) return new(read(response), null);
        // The sign-in was revoked or has expired while the page was open.
        if (response.Status == StatusCodes.Status401Unauthorized && visitor is not null)
            navigation.NavigateTo(SignInPages.PathBack(navigation), forceLoad: true);
        return new(default, ReadProblem(response));
    }

    static T Read<T>(NodeResponse response) => JsonSerializer.Deserialize<T>(response.Body.Span, s_json)!;

    static string Text(NodeResponse response) => Encoding.UTF8.GetString(response.Body.Span);

    /// <summary>What a refusal says.</summary>
    public static Problem ReadProblem(NodeResponse response)
    {
        var text = Text(response);
        try
        {
            using var problem = JsonDocument.Parse(text);
            return new(response.Status, Member(problem, "title") ?? $"The node answered {response.Status}.", Member(problem, "detail") ?? "",
                Member(problem, "reason") ?? "");
        }
        catch (JsonException)
        {
            return new(response.Status, $"The node answered {response.Status}.", "");
        }
    }

    static string? Member(JsonDocument problem, string name) =>
        problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
