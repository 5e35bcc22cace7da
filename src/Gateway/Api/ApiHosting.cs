using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.OpenApi;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Api;

/// <summary>Adds the JSON API to a host.</summary>
static class ApiHosting
{
    /// <summary>Policy of endpoints for admins; everything else needs a caller, unless it says that it does not.</summary>
    public const string Admins = "admins";

    /// <summary>Rate limit of the sign-in endpoint, over and above the lockout: hashing costs the node more than asking costs
    /// others.</summary>
    public const string SignInRate = "sign-in";

    /// <summary>Largest body of a request.</summary>
    public const int BodyBytesMax = 256 * 1024;

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddAuthentication(BearerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Admins, policy => policy.RequireRole(Accounts.Word(Role.Admin)));
        services.AddSingleton<LatencySources>();
        services.AddSignalR();
        services.AddProblemDetails();
        services.AddSingleton<CallRates>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "RemoteChain",
                Version = "v1",
                Description = "Chains of remote desktops, the sessions that run on them, and who may do what. Errors are problem+json; "
                    + "`title` is a sentence for people.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [BearerAuthentication.SchemeName] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "A token from POST /api/v1/sign-in, or the operator token from the node's data directory.",
                },
            };
            document.Security = [new() { [new(BearerAuthentication.SchemeName, document)] = [] }];
            return Task.CompletedTask;
        }));
        return services;
    }

    /// <summary>The middleware and the endpoints. Pages that a portal adds later get no restriction from here but the common
    /// headers.</summary>
    /// <param name="app">The host.</param>
    /// <param name="isRelayOnly">Leave everything out that a node without sessions has no use for.</param>
    public static void UseApi(this WebApplication app, bool isRelayOnly)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = ApiProblem.HandleAsync,
            // What a caller did wrong is told to the caller; strangers must not fill the log with stack traces.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException,
        });
        app.Use(AddHeadersAsync);
        app.Use(OriginCheck.RunAsync);
        app.UseStatusCodePages();
        app.Use(app.Services.GetRequiredService<CallRates>().RunAsync);
        app.UseAuthentication();
        app.UseAuthorization();

        if (!isRelayOnly) app.MapHub<LatencyHub>(LatencyHub.Path, hub => hub.Transports = HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents);
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        var api = app.MapGroup("/api/v1").RequireAuthorization();
        NodeEndpoints.Map(api);
        SignInEndpoints.Map(api);
        SignInListEndpoints.Map(api);
        UserEndpoints.Map(api);
        SecondFactorEndpoints.Map(api);
        RelayEndpoints.Map(api);
        AuditEndpoints.Map(api);
        if (!isRelayOnly)
        {
            ChainEndpoints.Map(api);
            SecretEndpoints.Map(api);
            SessionEndpoints.Map(api);
            SharingEndpoints.Map(api);
            PassEndpoints.Map(api);
            PinEndpoints.Map(api);
            NestedEndpoints.Map(api);
            MachineEndpoints.Map(api);
            MachineTemplateEndpoints.Map(api);
            FaultEndpoints.Map(api);
            LatencyEndpoints.Map(api);
            ReportShareEndpoints.Map(api);
        }
        api.MapFallback(() => ApiProblem.Result(StatusCodes.Status404NotFound,
            "There is no such address in this API; /openapi/v1.json lists them."))
            .ExcludeFromDescription();
    }

    static Task AddHeadersAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/openapi"))
        {
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            headers.CacheControl = "no-store";
        }
        return next(context);
    }
}
