using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Profiles;

namespace RemoteChain.Gateway.Api;

/// <summary>Errors of the API: problem+json (RFC 9457) whose <c>title</c> is a sentence for people.</summary>
static class ApiProblem
{
    /// <summary>A problem with a sentence.</summary>
    public static IResult Result(int status, string sentence) => TypedResults.Problem(statusCode: status, title: sentence);

    /// <summary>A problem with a sentence for people and a word for programs, as <c>reason</c>.</summary>
    public static IResult Result(int status, string sentence, string reason) => TypedResults.Problem(
        statusCode: status, title: sentence, extensions: new Dictionary<string, object?> { ["reason"] = reason });

    /// <summary>There is no such thing, or the caller may not know of it: deliberately the same.</summary>
    public static IResult NotFound(string what) => Result(StatusCodes.Status404NotFound, $"There is no {what} that you may use.");

    /// <summary>The caller may see it but not do this.</summary>
    public static IResult Forbidden(string sentence) => Result(StatusCodes.Status403Forbidden, sentence);

    /// <summary>What is there stands in the way.</summary>
    public static IResult Conflict(string sentence) => Result(StatusCodes.Status409Conflict, sentence);

    /// <summary>A value that breaks a rule.</summary>
    public static IResult Invalid(string sentence) => Result(StatusCodes.Status422UnprocessableEntity, sentence);

    /// <summary>A chain document with mistakes: all of them, each with its place.</summary>
    public static IResult InvalidChain(IReadOnlyList<ChainError> errors) => TypedResults.Problem(
        statusCode: StatusCodes.Status422UnprocessableEntity,
        title: errors.Count == 1 ? "The chain document has a mistake." : $"The chain document has {errors.Count} mistakes.",
        detail: string.Join('\n', errors),
        extensions: new Dictionary<string, object?> { ["errors"] = errors });

    /// <summary>A template with mistakes: all of them, each with its place.</summary>
    public static IResult InvalidTemplate(IReadOnlyList<ChainError> errors) => TypedResults.Problem(
        statusCode: StatusCodes.Status422UnprocessableEntity,
        title: $"The template cannot be used: {errors[0]}{(errors.Count > 1 ? $", and {errors.Count - 1} more" : "")}.",
        detail: string.Join('\n', errors),
        extensions: new Dictionary<string, object?> { ["errors"] = errors });

    /// <summary>A file with lines that cannot be used: all of them, each with its number.</summary>
    public static IResult InvalidProfile(IReadOnlyList<ProfileRemark> errors) => TypedResults.Problem(
        statusCode: StatusCodes.Status422UnprocessableEntity,
        title: errors.Count == 1 ? "The file cannot be used as it is." : $"The file cannot be used as it is, for {errors.Count} reasons.",
        detail: string.Join('\n', errors),
        extensions: new Dictionary<string, object?> { ["errors"] = errors });

    /// <summary>Turns exceptions into problems. What the caller did wrong is told; a bug is logged and not described.</summary>
    public static async Task HandleAsync(HttpContext context)
    {
        var thrown = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var result = thrown switch
        {
            BadHttpRequestException { InnerException: JsonException json } bad => Result(bad.StatusCode,
                $"The body is not the JSON that is expected here: see {json.Path ?? "$"} in line {(json.LineNumber ?? 0) + 1}."),
            BadHttpRequestException bad => Result(bad.StatusCode, bad.Message),
            _ => Result(StatusCodes.Status500InternalServerError, "The gateway made a mistake; its log has the details."),
        };
        await result.ExecuteAsync(context);
    }
}
