using System.Net;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway.Fronts;

/// <summary>Opens the front door when the node starts, and closes door and sessions when it stops.</summary>
public sealed partial class FrontDoorHost(FrontDoorOptions options, FrontContext context, Sandbox sandbox, ILogger<FrontDoorHost> log)
    : IHostedService
{
    /// <summary>How long the start waits for a first worker; the door opens all the same.</summary>
    private static readonly TimeSpan s_warmTimeout = TimeSpan.FromSeconds(2);

    private FrontDoor? _door;

    /// <summary>Where the door is, once it is open.</summary>
    public IPEndPoint? Endpoint => _door?.Endpoint;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!sandbox.IsConfined)
        {
            LogUnconfined(log);
        }

        _door = FrontDoor.Open(options.Endpoint, options.PortsToTry, context);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_warmTimeout);
        try
        {
            await context.Pool.WaitUntilWarmAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotWarm(log);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await context.Sessions.DisposeAsync();
        if (_door is not null)
        {
            await _door.DisposeAsync();
        }

        await context.Pool.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workers run WITHOUT a sandbox (--unsafe-no-sandbox): a hostile host or client that "
        + "breaks into one has the rights of this process")]
    private static partial void LogUnconfined(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No worker became ready in time; the log says why if none can start")]
    private static partial void LogNotWarm(ILogger logger);
}
