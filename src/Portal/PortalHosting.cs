using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Radzen;
using RemoteChain.Gateway;
using RemoteChain.Portal.Access;
using RemoteChain.Portal.Calls;
using RemoteChain.Portal.Components;

namespace RemoteChain.Portal;

/// <summary>A node with pages for browsers. The pages are a client of the node's own API: what somebody may see is decided there, once.</summary>
public static class PortalHosting
{
    const string FormCookie = "remotechain-form";
    const int MessageBytesMax = 256 * 1024;

    /// <summary>A web application that is a node with its pages.</summary>
    /// <param name="options">What the node is told.</param>
    /// <param name="replace">Registrations that come last and win; for tests.</param>
    public static WebApplication Build(NodeOptions options, Action<IServiceCollection>? replace = null)
    {
        if (options.IsRelayOnly) return NodeHosting.Build(options, replace);
        var app = NodeHosting.Build(options with { HasPortal = true }, services =>
        {
            services.AddPortal();
            replace?.Invoke(services);
        });
        app.UseAntiforgery();
        app.MapStaticAssets(Path.Combine(AppContext.BaseDirectory, "RemoteChain.Portal.staticwebassets.endpoints.json")).AllowAnonymous();
        // Who may frame a page is said once, with everything else that a page may do (PageHeaders).
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(circuits => circuits.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization();
        SignInPages.Map(app);
        ReportStyle.Map(app);
        Downloads.Map(app);
        return app;
    }

    static void AddPortal(this IServiceCollection services)
    {
        services.AddSingleton<IStartupFilter, PipelineTap>();
        services.AddSingleton<InProcessNode>();
        services.AddScoped<NodeApi>();
        services.AddSingleton<HeldPasswords>();
        services.AddRazorComponents().AddInteractiveServerComponents()
            // A document of a chain is sent whole when it is typed in.
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MessageBytesMax);
        services.AddCascadingAuthenticationState();
        services.AddRadzenComponents();
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, CookieAuthentication>(CookieAuthentication.SchemeName, null)
            .AddPolicyScheme(SchemeChoice.SchemeName, null, policy => policy.ForwardDefaultSelector = SchemeChoice.Choose);
        services.Configure<AuthenticationOptions>(authentication => authentication.DefaultScheme = SchemeChoice.SchemeName);
        services.AddTransient<IStartupFilter, PageHeaders>();
        services.Configure<AntiforgeryOptions>(forms =>
        {
            forms.Cookie.Name = FormCookie;
            forms.Cookie.SameSite = SameSiteMode.Strict;
            forms.SuppressXFrameOptionsHeader = true; // the node's own header already forbids every frame
        });
    }
}
