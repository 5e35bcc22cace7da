using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Fronts;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway;

/// <summary>
/// The running node: opens the front door once everything behind it stands, tells local commands where it is, and says on standard
/// output what whoever started it needs to know.
/// </summary>
sealed class Node(
    NodeOptions options, NodeAddress address, DataDirectory data, Operator @operator, Accounts accounts, AuditLog audit, Sandbox sandbox,
    LabChains lab, DemoChain demo, FrontContext fronts, RelayNode relays, IServer server, IHostApplicationLifetime lifetime) : IHostedService, IAsyncDisposable
{
    const string FirstAdmin = "admin";

    static readonly TimeSpan s_warmTimeout = TimeSpan.FromSeconds(30);

    FrontDoor? _door;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var sample = options.LabFile is { } file ? lab.Add(file) : options.Demo ? demo.Add() : null;
        // A client that comes in the first second must not wait for a worker to start.
        try
        {
            await fronts.Pool.WaitUntilWarmAsync(cancellationToken).WaitAsync(s_warmTimeout, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new NodeStartException(
                $"No worker process became ready within {s_warmTimeout.TotalSeconds:0} s; the lines above say why. `remotechain doctor` "
                + "shows what is missing.", late);
        }

        try
        {
            _door = FrontDoor.Open(options.Rdp, options.RdpPortsToTry, fronts);
        }
        catch (SocketException taken)
        {
            throw new NodeStartException($"The RDP front door cannot listen on {options.Rdp}: {taken.Message}. Choose another with --rdp.",
                taken);
        }
        RelayOnlyNode.Open(relays, options);
        address.RdpPort = _door.Endpoint.Port;
        lifetime.ApplicationStarted.Register(() => Announce(sample));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        audit.Append(new(AuditAction.NodeStopped, "", ""));
        File.Delete(DataDirectory.NodeAddressFile(data.Path));
        File.Delete(DataDirectory.OperatorTokenFile(data.Path));
        if (_door is { } door) await door.DisposeAsync();
        // Sessions are ended by the container, which owns them, after this.
    }

    public async ValueTask DisposeAsync()
    {
        if (_door is { } door) await door.DisposeAsync();
    }

    // Once the API listens too: the port may have been chosen only now.
    void Announce(string? sample)
    {
        // Made only now: a start that fails must not leave an admin behind whose password nobody has seen.
        var password = accounts.EnsureFirstAdmin(FirstAdmin);
        var http = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        DataDirectory.WritePrivate(DataDirectory.OperatorTokenFile(data.Path), @operator.Token);
        DataDirectory.WritePrivate(DataDirectory.NodeAddressFile(data.Path), http);
        audit.Append(new(AuditAction.NodeStarted, "", "", "", $"HTTP {http}, RDP {_door!.Endpoint}"));

        var door = _door.Endpoint;
        Console.WriteLine("RemoteChain is ready.");
        if (options.HasPortal) Console.WriteLine($"  Open  {http}/");
        Console.WriteLine($"  RDP   {door}");
        Console.WriteLine($"  API   {http}/openapi/v1.json");
        if (relays.Door is { } others) Console.WriteLine($"  Relay {others.Endpoint}");
        Console.WriteLine($"  Data  {data.Path}");
        if (!sandbox.IsConfined)
            Console.WriteLine(
                "  WARNING: workers run WITHOUT a sandbox (--unsafe-no-sandbox). A hostile host or client can take this machine over.");
        if (options.LabFaults)
            Console.WriteLine(
                "  WARNING: this node obeys `remotechain inject` (--lab-faults): sessions may be slowed down on purpose. For labs only.");
        if (password is not null)
            Console.WriteLine($"  First run: sign in as {FirstAdmin} with the password {password}  (shown this once)");
        Console.WriteLine(sample is null
            ? "  Next: remotechain secret set NAME, remotechain chain add FILE, then open it with an RDP client as user#chain"
            : $"  Try:  xfreerdp3 /v:{door} /u:{FirstAdmin}#{sample} /cert:tofu /dynamic-resolution");
        Console.WriteLine("  Ctrl+C ends it.");
    }
}
