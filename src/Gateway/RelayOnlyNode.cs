using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway;

/// <summary>A running node that only relays: the door for other nodes, and the API for the one who runs it.</summary>
sealed class RelayOnlyNode(
    NodeOptions options, DataDirectory data, Operator @operator, AuditLog audit, RelayNode relays, IServer server,
    IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Open(relays, options);
        lifetime.ApplicationStarted.Register(Announce);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        audit.Append(new(AuditAction.NodeStopped, "", ""));
        File.Delete(DataDirectory.NodeAddressFile(data.Path));
        File.Delete(DataDirectory.OperatorTokenFile(data.Path));
        return Task.CompletedTask;
    }

    /// <summary>Opens the door for other nodes as a node is told to, and dials out to those where it waits.</summary>
    public static void Open(RelayNode relays, NodeOptions options)
    {
        try
        {
            relays.Start(options.Relay);
        }
        catch (SocketException taken)
        {
            throw new NodeStartException($"The door for other nodes cannot listen on {options.Relay}: {taken.Message}. Choose another address.", taken);
        }
    }

    void Announce()
    {
        var http = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        DataDirectory.WritePrivate(DataDirectory.OperatorTokenFile(data.Path), @operator.Token);
        DataDirectory.WritePrivate(DataDirectory.NodeAddressFile(data.Path), http);
        audit.Append(new(AuditAction.NodeStarted, "", "", "", $"HTTP {http}, relay {relays.Door?.Endpoint.ToString() ?? "without a door"}"));
        Console.WriteLine("RemoteChain is ready, as a relay and nothing else.");
        Console.WriteLine($"  Relay {relays.Door?.Endpoint.ToString() ?? "nobody can come in; see `remotechain relay join`"}");
        Console.WriteLine($"  API   {http}/openapi/v1.json");
        Console.WriteLine($"  Data  {data.Path}");
        Console.WriteLine("  Next: remotechain relay invite NAME, then remotechain relay allow HOST:PORT");
        Console.WriteLine("  Ctrl+C ends it.");
    }
}
