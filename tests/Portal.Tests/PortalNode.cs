using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RemoteChain.Gateway;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Portal.Tests;

/// <summary>A real node with its pages and its store behind real HTTP on a free port, but without workers and front door.</summary>
public sealed partial class PortalNode : IAsyncLifetime
{
    /// <summary>Of every account that <see cref="Add"/> makes.</summary>
    public const string Password = "correct horse battery";

    WebApplication _app = null!;

    public string Root { get; } = Directory.CreateTempSubdirectory("remotechain-portal-").FullName;
    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _app = PortalHosting.Build(new NodeOptions(Path.Combine(Root, "data"), new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0)), services =>
        {
            foreach (var hosted in services.Where(service => service.ServiceType == typeof(IHostedService)
                && service.ImplementationType?.Namespace?.StartsWith("RemoteChain", StringComparison.Ordinal) == true).ToList()) services.Remove(hosted);
            services.AddSingleton<ISessionDirectory>(new NoSessions());
            services.AddSingleton(provider => new Accounts(provider.GetRequiredService<AccountStore>(), iterations: 1000));
        });
        await _app.StartAsync();
        Url = _app.Urls.First();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public Account Add(string name, Role role = Role.User) => Get<Accounts>().Add(name, role, Password)!;

    /// <summary>A browser without cookies, which follows no redirection.</summary>
    public HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = new(Url) };

    /// <summary>Types account and password into the form, as a browser does.</summary>
    public async Task<HttpResponseMessage> SignInAsync(HttpClient browser, string user, string password = Password, string then = "")
    {
        var page = await browser.GetStringAsync($"/sign-in{then}");
        return await browser.PostAsync($"/sign-in{then}", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in", ["__RequestVerificationToken"] = TokenOf(page), ["Input.User"] = user, ["Input.Password"] = password,
        }));
    }

    /// <summary>A browser in which a new account has signed in.</summary>
    public async Task<HttpClient> VisitorAsync(string name, Role role = Role.User)
    {
        Add(name, role);
        var browser = Browser();
        var response = await SignInAsync(browser, name);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        return browser;
    }

    /// <summary>The anti-forgery token of a page's form.</summary>
    public static string TokenOf(string page) => WebUtility.HtmlDecode(Token().Match(page).Groups[1].Value);

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
