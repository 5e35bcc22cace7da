using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RemoteChain.Gateway.Machines;
using RemoteChain.Harness;

namespace RemoteChain.Machines.EndToEnd;

/// <summary>Machines with a network, opened as people open them: a real page of a real server, through rules.</summary>
public sealed class NetworkTests(MachineNode fixture) : IClassFixture<MachineNode>
{
    static readonly TimeSpan s_boot = TimeSpan.FromMinutes(3);

    // Nobody may reach loopback, so the server is asked for by another address of this host.
    static readonly IPAddress? s_own = OwnAddress.First;

    NodeProcess Node => fixture.Node;

    [GuestFact("card/17-virtio_net.ko")]
    public async Task DebianShell_WithRules_FetchesAPageAndIsRefusedTheRestByName()
    {
        Assert.True(s_own is not null, "this host has no address but loopback");
        using TcpListener server = new(IPAddress.Any, 0);
        server.Start();
        var serving = ServeAsync(server);
        int port = ((IPEndPoint)server.LocalEndpoint).Port;
        string template = $"{ShippedMachines.DebianShell.Replace("name: debian-shell", "name: wired", StringComparison.Ordinal)}\nnetwork:\n  allow: [tcp {s_own}:{port}]\n";
        await Node.SendAsync(HttpMethod.Put, "machine-templates/wired", new StringContent(template, Encoding.UTF8, "application/yaml"));
        await fixture.AddChainAsync("wired", "wired");
        await Node.OpenAsync("wired");
        var session = await fixture.AwaitSessionAsync("wired", "\"id\"");
        var machine = $"wired~{JsonDocument.Parse(session).RootElement.GetProperty("id").GetString()}";
        await fixture.AwaitConsoleAsync(machine, "# ", s_boot);
        await fixture.TypeAsync(machine, $"wget -q -O - http://{s_own}:{port}/; wget -q -O - http://{s_own}:9/; wget -q -O - http://other.example/; echo $((6*7))$((6*7))\n");
        var said = await fixture.AwaitConsoleAsync(machine, "4242", MachineNode.Patience);
        Assert.Contains("a page of this host", said, StringComparison.Ordinal);
        Assert.Contains("Connection refused", said, StringComparison.Ordinal);
        Assert.Contains("bad address", said, StringComparison.Ordinal);

        using var machines = await Node.GetAsync("machines");
        var network = machines.RootElement.EnumerateArray().First(one => one.GetProperty("name").GetString() == machine);
        var process = network.GetProperty("processId").GetInt32();
        network = network.GetProperty("network");
        Assert.Equal(1, network.GetProperty("connections").GetInt32());
        var refusals = network.GetProperty("refusals").EnumerateArray().ToDictionary(one => one.GetProperty("to").GetString()!, one => one.GetProperty("why").GetString());
        Assert.Equal($"the rule tcp {s_own}:{port} names the host but not the port", refusals[$"tcp {s_own}:9"]);
        Assert.Contains("dns other.example", refusals.Keys);
        using var audit = await Node.GetAsync("audit?action=machine-network-refused");
        Assert.Contains($"tcp {s_own}:9", audit.RootElement.ToString(), StringComparison.Ordinal);

        // libslirp lives in the machine's own process: however that ends, it is the machine's end and nobody else's.
        await fixture.AddChainAsync("beside", "echo");
        await Node.OpenAsync("beside");
        await fixture.AwaitSessionAsync("beside", "\"state\":\"live\"");
        using (var kill = System.Diagnostics.Process.Start("kill", ["-KILL", $"{process}"])) await kill.WaitForExitAsync();
        var until = DateTime.UtcNow + MachineNode.Patience;
        while (Directory.Exists($"/proc/{process}") && DateTime.UtcNow < until) await Task.Delay(50);
        Assert.False(Directory.Exists($"/proc/{process}"), "its process is still there");
        await fixture.AwaitSessionAsync("beside", "\"state\":\"live\"");
        await Node.EndAsync("wired");
        server.Stop();
        await serving;
    }

    static async Task ServeAsync(TcpListener server)
    {
        try
        {
            while (true)
            {
                using var connection = await server.AcceptTcpClientAsync();
                using var stream = connection.GetStream();
                await stream.ReadExactlyAsync(new byte[16]);
                await stream.WriteAsync("HTTP/1.0 200 OK\r\nContent-Length: 20\r\n\r\na page of this host\n"u8.ToArray());
                // It is the client's turn to close: what it sent and was not read would make this end a reset.
                while (await stream.ReadAsync(new byte[512]) > 0) { }
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
