using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary>Talks to the node's API on behalf of a command. What goes wrong comes out as <see cref="CommandException"/>, a sentence
/// each.</summary>
sealed class NodeClient : IDisposable
{
    const string DefaultNode = "http://127.0.0.1:8080";
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    /// <summary>How bodies are read and written.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    readonly HttpClient _http;

    NodeClient(string node, string? token)
    {
        Node = node;
        _http = new HttpClient { BaseAddress = new(node), Timeout = s_timeout };
        // What a list of sign-ins shows.
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"remotechain on {Environment.MachineName}");
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    /// <summary>The node's address.</summary>
    public string Node { get; }

    /// <summary>
    /// Finds the node and the right to talk to it: the one that is named, else the one that was signed in to, else the one that this
    /// user runs on this machine, whose operator token lies in the data directory.
    /// </summary>
    public static NodeClient Find(string? node, string? dataPath, Login login)
    {
        var local = ReadLine(DataDirectory.NodeAddressFile(dataPath));
        // A data directory that was named on the command line means the node that runs on it.
        var chosen = Normalized(node ?? Environment.GetEnvironmentVariable("REMOTECHAIN_NODE") ?? (dataPath is null ? login.Current : null)
            ?? local ?? DefaultNode);
        var token = (dataPath is null ? login.Token(chosen) : null)
            ?? (local is not null && chosen == Normalized(local) ? ReadLine(DataDirectory.OperatorTokenFile(dataPath)) : null);
        return new(chosen, token);
    }

    /// <summary>Asks, and gives the answer's text.</summary>
    public async Task<string> SendAsync(HttpMethod method, string path, HttpContent? body, string? accept,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}") { Content = body };
        if (accept is not null) request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var response = await AnswerAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text : throw Problem(response.StatusCode, text);
    }

    async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException unreachable)
        {
            throw new CommandException(
                ExitCode.NoNode, $"No node answers at {Node} ({unreachable.InnerException?.Message ?? unreachable.Message}). Start one "
                + "with `remotechain up`, or name another with --node.");
        }
        catch (TaskCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.NoNode, $"The node at {Node} did not answer within {s_timeout.TotalSeconds:0} s ({late.Message})");
        }
    }

    /// <summary>Reads.</summary>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken, string? accept = null) =>
        SendAsync(HttpMethod.Get, path, null, accept, cancellationToken);

    /// <summary>Sends JSON.</summary>
    public Task<string> SendAsync<T>(HttpMethod method, string path, T body, CancellationToken cancellationToken) =>
        SendAsync(method, path, JsonContent.Create(body, options: Json), null, cancellationToken);

    /// <summary>Sends a chain document.</summary>
    public Task<string> SendDocumentAsync(HttpMethod method, string path, string document, CancellationToken cancellationToken) =>
        SendAsync(method, path, new StringContent(document, Encoding.UTF8, "application/yaml"), null, cancellationToken);

    /// <summary>Reads a file.</summary>
    public async Task<byte[]> GetBytesAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1{path}");
        using var response = await AnswerAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw Problem(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Removes.</summary>
    public Task<string> DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, null, null, cancellationToken);

    /// <summary>Reads an answer.</summary>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Json)
        ?? throw new CommandException(ExitCode.Failed, "The node's answer is empty.");

    /// <summary>A name as part of a path.</summary>
    public static string Escape(string name) => Uri.EscapeDataString(name);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    static CommandException Problem(HttpStatusCode status, string text)
    {
        var (title, detail, reason) = ($"The node answered {(int)status}.", "", "");
        try
        {
            var problem = JsonNode.Parse(text);
            title = (string?)problem?["title"] ?? title;
            detail = (string?)problem?["detail"] ?? "";
            reason = (string?)problem?["reason"] ?? "";
        }
        catch (JsonException)
        {
            // Something in between answered, not the node.
        }
        var code = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.Denied,
            HttpStatusCode.NotFound => ExitCode.NotFound,
            _ => ExitCode.Failed,
        };
        if (status == HttpStatusCode.Unauthorized && title.StartsWith("Sign in first", StringComparison.Ordinal))
            title = "You are not signed in to this node: use `remotechain login`, or run as the user that runs the node.";
        return new(code, detail.Length == 0 ? title : $"{title}\n{detail}", reason);
    }

    // A token is as good as a password for a day: not over the open network in clear.
    static string Normalized(string node)
    {
        if (!node.Contains("://", StringComparison.Ordinal)) node = "http://" + node;
        if (!Uri.TryCreate(node, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CommandException(ExitCode.Usage, $"'{node}' is not an address of a node; write it like http://127.0.0.1:8080.");
        if (uri.Scheme == "http" && !uri.IsLoopback)
            throw new CommandException(
                ExitCode.Usage, $"{node} would be spoken to without encryption; use https, or a tunnel to the machine.");
        return uri.GetLeftPart(UriPartial.Authority);
    }

    static string? ReadLine(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
