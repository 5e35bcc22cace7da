using System.Net;
using System.Security.Cryptography;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway.Fronts;

/// <summary>What the operator decides about sessions and their front door.</summary>
/// <param name="Endpoint">Where RDP clients connect; port 0 takes any.</param>
/// <param name="PortsToTry">How many ports from there on may be tried when one is taken.</param>
/// <param name="UnsafeNoSandbox">Run workers without a sandbox.</param>
public sealed record FrontDoorOptions(IPEndPoint Endpoint, int PortsToTry, bool UnsafeNoSandbox);

/// <summary>The part of a node that runs sessions: sandbox, workers, sessions, front door. Registered here, started by the host.</summary>
public static class SessionParts
{
    /// <summary>
    /// Adds everything that sessions need; store and access are registered by the caller.
    /// </summary>
    /// <exception cref="SandboxException">Workers cannot be confined here and the operator has not allowed it otherwise.</exception>
    public static IServiceCollection AddSessionParts(this IServiceCollection services, FrontDoorOptions options)
    {
        string runtimeDirectory = MakeRuntimeDirectory();
        var (sandbox, problem) = Sandbox.TryCreate(
            Path.Combine(AppContext.BaseDirectory, "worker", "RemoteChain.Worker"), runtimeDirectory, options.UnsafeNoSandbox);
        if (sandbox is null)
        {
            throw new SandboxException(
                $"{problem}. Native RDP code must not run unconfined. To accept that risk on this machine, start with --unsafe-no-sandbox.");
        }

        services.AddSingleton(options);
        services.AddSingleton(sandbox);
        services.AddSingleton(provider => new WorkerPool(sandbox, runtimeDirectory, provider.GetRequiredService<ILogger<WorkerPool>>()));
        services.AddSingleton<SessionContext>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<ISessionDirectory>(provider => provider.GetRequiredService<SessionRegistry>());
        services.AddSingleton(provider => DoorCertificate.LoadOrCreate(
            provider.GetRequiredService<DataDirectory>().Path, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FrontContext>();
        services.AddSingleton<FrontDoorHost>();
        services.AddHostedService(provider => provider.GetRequiredService<FrontDoorHost>());
        return services;
    }

    /// <summary>A private directory for control sockets: short, because a socket's path may have 107 bytes, and gone with the machine's
    /// run.</summary>
    private static string MakeRuntimeDirectory()
    {
        string parent = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own && Directory.Exists(own) ? own : Path.GetTempPath();
        string directory = Path.Combine(parent, $"remotechain-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        };
        return directory;
    }
}

/// <summary>Workers cannot be confined on this machine; the message is for the operator.</summary>
public sealed class SandboxException(string message) : Exception(message);
