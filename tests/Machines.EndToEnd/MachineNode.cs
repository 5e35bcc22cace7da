using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Machines.EndToEnd;

/// <summary>A node with a folder of guests of its own, in which the built ones are found too.</summary>
public sealed class MachineNode : IAsyncLifetime
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly string _guests = Directory.CreateTempSubdirectory("rc-guests-").FullName;

    internal NodeProcess Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        foreach (var file in GuestFactAttribute.Files.Where(file => File.Exists(Path.Combine(GuestFactAttribute.Folder, file))))
            File.CreateSymbolicLink(Path.Combine(_guests, file), Path.Combine(GuestFactAttribute.Folder, file));
        Node = await NodeProcess.StartAsync(null, "--guests", _guests);
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(_guests, recursive: true);
    }

    /// <summary>A template of a kernel of ours, and a chain of the same name to it.</summary>
    internal async Task AddGuestAsync(string name, byte[] kernel)
    {
        await File.WriteAllBytesAsync(Path.Combine(_guests, name), kernel);
        string document = $"name: {name}\nkernel: {name}\nmemory: 16\n";
        await Node.SendAsync(HttpMethod.Put, $"machine-templates/{name}", new StringContent(document, Encoding.UTF8, "application/yaml"));
        await AddChainAsync(name, name);
    }

    /// <summary>A chain to a template.</summary>
    internal Task AddChainAsync(string chain, string template, string more = "") =>
        Node.SaveChainAsync(chain, $"kind: machine\ntemplate: {template}{more}");

    /// <summary>Connects as an RDP client would.</summary>
    internal Viewer Look(string chain)
    {
        var (viewer, failure) = Viewer.Connect("127.0.0.1", Node.RdpPort, options => options with
        {
            User = $"{NodeProcess.Admin}#{chain}", Password = Node.AdminPassword, Security = RdpSecurity.Tls,
        });
        return viewer ?? throw new InvalidOperationException($"no viewer of {chain}: {failure}");
    }

    /// <summary>Waits until a session says something that holds.</summary>
    internal async Task<string> AwaitSessionAsync(string chain, string part)
    {
        var until = DateTime.UtcNow + Patience;
        string last = "";
        while (DateTime.UtcNow < until)
        {
            last = $"{await Node.SessionOfAsync(chain)}";
            if (last.Contains(part, StringComparison.Ordinal)) return last;
            await Task.Delay(50);
        }
        throw new TimeoutException($"the session of {chain} did not say '{part}' but {last}; the node says {Node.Output}");
    }

    /// <summary>Types into a machine's serial port and waits for what it says.</summary>
    internal async Task<string> AwaitConsoleAsync(string machine, string part, TimeSpan patience)
    {
        var until = DateTime.UtcNow + patience;
        string last = "";
        while (DateTime.UtcNow < until)
        {
            using var answer = await Node.Api.GetAsync($"machines/{Uri.EscapeDataString(machine)}/console?from=0");
            // A session is there a moment before its machine.
            if (answer.StatusCode != System.Net.HttpStatusCode.NotFound)
            {
                using var text = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
                last = text.RootElement.GetProperty("text").GetString()!;
                if (last.Contains(part, StringComparison.Ordinal)) return last;
            }
            await Task.Delay(200);
        }
        throw new TimeoutException($"{machine} did not say '{part}' but '{last}'");
    }

    internal Task TypeAsync(string machine, string text) =>
        Node.SendAsync(HttpMethod.Post, $"machines/{Uri.EscapeDataString(machine)}/console", JsonContent.Create(new { text }));
}
