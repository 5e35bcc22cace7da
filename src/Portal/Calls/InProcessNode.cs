using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace RemoteChain.Portal.Calls;

/// <summary>A request to the API of this process.</summary>
/// <param name="Method">GET, PUT and so on.</param>
/// <param name="Path">The path with its query.</param>
sealed record NodeRequest(string Method, string Path)
{
    /// <summary>The bearer token; null for a stranger.</summary>
    public string? Token { get; init; }

    /// <summary>Where the person is for whom this is asked.</summary>
    public IPAddress From { get; init; } = IPAddress.Loopback;

    /// <summary>The kind of program that the person uses, for the list of sign-ins.</summary>
    public string Agent { get; init; } = "";

    /// <summary>What is sent.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Its media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The wanted media type; empty for what the API gives by itself.</summary>
    public string Accept { get; init; } = "";
}

/// <summary>What came back.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="Body">The bytes.</param>
sealed record NodeResponse(int Status, string ContentType, ReadOnlyMemory<byte> Body);

/// <summary>
/// Asks the API of this very process without a socket. The request goes through the same middleware as one from outside, with the address of the
/// person's browser: rights, rate limits, lockout and audit are what they are everywhere, and nothing is decided a second time by the pages.
/// </summary>
sealed class InProcessNode(IHttpContextFactory contexts)
{
    /// <summary>The node's whole pipeline; set while the host starts.</summary>
    public RequestDelegate Pipeline { private get; set; } = _ => throw new InvalidOperationException("The node has not started.");

    /// <summary>Asks, and waits for the whole answer.</summary>
    public async Task<NodeResponse> SendAsync(NodeRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var response = new InProcessResponse();
        var output = new StreamResponseBodyFeature(body);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(Describe(request));
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(request.Body.Length > 0));
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(output);
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = request.From });
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellationToken });

        var context = contexts.Create(features);
        try
        {
            await Pipeline(context);
            await output.CompleteAsync();
            return new(context.Response.StatusCode, context.Response.ContentType ?? "", body.ToArray());
        }
        finally
        {
            contexts.Dispose(context);
            await response.CompleteAsync();
        }
    }

    static HttpRequestFeature Describe(NodeRequest request)
    {
        var query = request.Path.IndexOf('?', StringComparison.Ordinal);
        IHeaderDictionary headers = new HeaderDictionary();
        headers.Host = "localhost";
        if (request.Token is { } token) headers.Authorization = $"Bearer {token}";
        if (request.Accept.Length > 0) headers.Accept = request.Accept;
        if (request.Agent.Length > 0) headers.UserAgent = request.Agent;
        if (request.Body.Length > 0) (headers.ContentType, headers.ContentLength) = (request.ContentType, request.Body.Length);
        return new()
        {
            Method = request.Method,
            Scheme = "http",
            Protocol = "HTTP/1.1",
            Path = Uri.UnescapeDataString(query < 0 ? request.Path : request.Path[..query]),
            QueryString = query < 0 ? "" : request.Path[query..],
            Headers = headers,
            Body = new MemoryStream(request.Body, writable: false),
        };
    }

    sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
