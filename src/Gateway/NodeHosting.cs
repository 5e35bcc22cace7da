using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Fronts;
using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Hops.Tunnels;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Live;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway;

/// <summary>Puts a node together. A headless node and a portal both begin here.</summary>
public static class NodeHosting
{
    /// <summary>A web application that is a node: store, access, sessions, front door and API.</summary>
    /// <param name="options">What the node is told.</param>
    /// <param name="replace">Registrations that come last and win; for tests and portals.</param>
    public static WebApplication Build(NodeOptions options, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Files that a portal serves lie beside the program; where somebody happens to stand must not matter.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            // A node that cannot start says so in one sentence, not in a stack trace beside it.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            // It logs every refusal with a stack trace; strangers must not fill the log.
            .AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None)
            // It warns that keys are not encrypted themselves. They are files of 0600 in a directory of 0700; docs/security.md says what
            // that means.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ApiHosting.BodyBytesMax;
            kestrel.Listen(options.Http);
        })
            // A key and its picture go straight on where they arrive: each hand-over to another thread of the pool is another wake-up in their way.
            // "Unsafe" where sockets complete on the thread that waits for all of them; here they complete on threads of the pool.
            .UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.AddGateway(options);
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseHostFiltering();
        app.UseTrustedProxies(options.TrustedProxies);
        app.UseApi(options.IsRelayOnly);
        if (options.IsRelayOnly) return app;
        PixelSocket.Map(app);
        MetricsEndpoint.Map(app, options.Metrics);
        // What counts and sends begins with the node, not with the first who asks.
        app.Services.GetRequiredService<LatencyMetrics>();
        app.Services.GetService<LatencyExport>();
        return app;
    }

    /// <summary>Everything that a node is made of.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton(options).AddSingleton<NodeAddress>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton(_ => DataDirectory.Open(options.DataPath));
        services.AddSingleton(provider => new Database(provider.GetRequiredService<DataDirectory>().DatabaseFile,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ChainStore>().AddSingleton<AccountStore>().AddSingleton<SecretStore>().AddSingleton<PinStore>().AddSingleton<NestedTemplateStore>()
            .AddSingleton<AuditLog>().AddSingleton<SessionRecords>().AddSingleton<SignInFailureStore>().AddSingleton<SecondFactorStore>().AddSingleton<TokenStore>();
        services.AddSingleton<LatencyStore>().AddSingleton<ReportShareStore>().AddSingleton(options.Latency).AddSingleton<LatencyJournal>()
            .AddSingleton<LatencyMetrics>().AddSingleton<LiveStrips>();
        if (options.Otlp is { } collector)
            services.AddSingleton(provider => new LatencyExport(provider.GetRequiredService<LatencyJournal>(), collector, NodeEndpoints.Version));

        services.AddSingleton<ChainCatalog>();
        services.AddSingleton(LockoutOptions.Default).AddSingleton<Lockout>().AddSingleton<SecondFactors>().AddSingleton<SignIn>().AddSingleton<BearerTokens>()
            .AddSingleton<Operator>().AddSingleton<ConnectionPasses>().AddSingleton<Invitations>().AddSingleton<ReportShares>().AddSingleton<PixelTickets>().AddSingleton<ChainAccess>().AddSingleton<ChainAuthoring>();
        services.AddSingleton(provider => new Accounts(provider.GetRequiredService<AccountStore>()));
        services.AddDataProtection().SetApplicationName(SecretVault.ApplicationName);
        services.AddOptions<KeyManagementOptions>().Configure<DataDirectory, ILoggerFactory>((keys, data, log) =>
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(data.KeysDirectory), log));
        services.AddSingleton<SecretVault>();

        services.AddSingleton(provider => CreateSandbox(options, provider.GetRequiredService<DataDirectory>()));
        services.AddSingleton(provider => new WorkerPool(
            provider.GetRequiredService<Sandbox>(), provider.GetRequiredService<DataDirectory>().RuntimeDirectory,
                provider.GetRequiredService<ILogger<WorkerPool>>()));
        services.AddSingleton(provider => new TunnelPool(new TunnelsProcess(options.TunnelsPath,
            Path.Combine(AppContext.BaseDirectory, "tunnels", "RemoteChain.Tunnels"), provider.GetRequiredService<DataDirectory>().RuntimeDirectory),
            options.TunnelGrace));
        services.AddSingleton<RelayStore>().AddSingleton<RelayNode>();
        services.AddSingleton(provider => NodeKey.LoadOrCreate(
            provider.GetRequiredService<DataDirectory>().Path, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ConfinedPrograms>().AddSingleton<HostKeys>();
        services.AddSingleton(provider => new SshClient(
            provider.GetRequiredService<DataDirectory>().RuntimeDirectory, provider.GetRequiredService<ConfinedPrograms>().StartAsync));
        services.AddSingleton<IcmpWire>().AddSingleton<Sessions.Route>().AddSingleton<NestedTemplates>()
            .AddSingleton<MachineStore>().AddSingleton<MachineTemplates>().AddSingleton<MachinePicture>().AddSingleton(_ => new GuestFiles(options.GuestsPath ?? GuestFiles.FolderDefault))
            .AddSingleton(MakeMachineRoom)
            .AddSingleton<SessionContext>().AddSingleton<SessionRegistry>()
            // Made when somebody asks for it: the API stands without workers.
            .AddSingleton(provider => new Lazy<ChainTrials>(() => ActivatorUtilities.CreateInstance<ChainTrials>(provider)));
        if (!options.IsRelayOnly) services.AddHostedService<LatencyRecorder>();
        services.AddSingleton<ISessionDirectory>(provider => options.IsRelayOnly ? new NoSessions() : provider.GetRequiredService<SessionRegistry>());
        services.AddSingleton(provider => new KnownFaults(options.LabFaults, provider.GetRequiredService<ISessionDirectory>(), provider.GetRequiredService<RelayNode>().Hold,
            provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => DoorCertificate.LoadOrCreate(
            provider.GetRequiredService<DataDirectory>().Path, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FrontContext>().AddSingleton<SessionPictures>();

        services.AddApi();
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = AllowedHosts(options.Http));
        services.AddSingleton<LabChains>().AddSingleton<DemoChain>();
        if (options.IsRelayOnly) services.AddHostedService<RelayOnlyNode>();
        else services.AddHostedService<Node>();
        return services;
    }

    // A page on the web can make a browser ask 127.0.0.1 under a name of its own (DNS rebinding); a node on loopback has no such name.
    static List<string> AllowedHosts(IPEndPoint http) => IPAddress.IsLoopback(http.Address) ? ["localhost", "127.0.0.1", "[::1]"] : ["*"];

    static MachineRoom MakeMachineRoom(IServiceProvider provider) => new(
        provider.GetRequiredService<MachineTemplates>(), provider.GetRequiredService<MachineStore>(), provider.GetRequiredService<GuestFiles>(),
        new(() => new ConfinedStart(provider.GetRequiredService<Sandbox>(), provider.GetRequiredService<DataDirectory>().RuntimeDirectory)),
        Path.Combine(AppContext.BaseDirectory, "machine", "RemoteChain.Machines"), provider.GetRequiredService<DataDirectory>().MachinesDirectory,
        MachineWay.Beyond(new TcpDialer(Network.Machine)), provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<TimeProvider>());

    static Sandbox CreateSandbox(NodeOptions options, DataDirectory data)
    {
        var worker = Path.Combine(AppContext.BaseDirectory, "worker", "RemoteChain.Worker");
        var (sandbox, problem) = Sandbox.TryCreate(worker, data.RuntimeDirectory, options.UnsafeNoSandbox);
        return sandbox ?? throw new NodeStartException(
            $"{problem}. Native RDP code must not run unconfined. To accept that risk on this machine, start with --unsafe-no-sandbox.");
    }
}
