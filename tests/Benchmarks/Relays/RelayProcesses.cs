using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Relays;

/// <summary>The real programs in a row: at each place a relay node and an HAProxy in TCP mode, at the end the host; and the first node, in here.</summary>
internal sealed class RelayProcesses : IAsyncDisposable
{
    private const int RelayPort = 7443, ProxyPort = 8000, ApiPort = 8081;
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("rc-relays-").FullName;
    private readonly List<Process> _processes = [];
    private readonly DataDirectory _data;
    private readonly Database _database;
    private readonly RelayNode _node;
    private readonly RelayRow _row;

    private RelayProcesses(RelayRow row)
    {
        _row = row;
        _data = DataDirectory.Open(Path.Combine(_folder, "first"));
        _database = new Database(_data.DatabaseFile, TimeProvider.System);
        _node = new RelayNode(NodeKey.LoadOrCreate(_data.Path, TimeProvider.System), new RelayStore(_database), new AuditLog(_database), TimeProvider.System);
    }

    /// <summary>Starts all of them and enrols the first node at each relay.</summary>
    public static async Task<RelayProcesses> StartAsync(RelayRow row, int relays)
    {
        var all = new RelayProcesses(row);
        try
        {
            var host = row.At(relays, Environment.ProcessPath!, ["relay"]);
            host.Environment[RelayHost.Mark] = "1";
            all._processes.Add(Process.Start(host)!);
            for (int i = relays - 1; i >= 0; i--)
            {
                all.StartProxy(i, i == relays - 1 ? $"{row.Host}:{RelayHost.Port}" : $"{RelayRow.Far(i + 1)}:{ProxyPort}");
                await all.StartRelayAsync(i, i == relays - 1 ? $"{row.Host}:{RelayHost.Port}" : $"{RelayRow.Far(i + 1)}:{RelayPort}");
            }

            // Enrolment goes straight to each: the row routes, too.
            for (int i = 0; i < relays; i++)
            {
                BenchmarkOptions.Say($"enrolling relay {i + 1} ...");
                using var invited = JsonDocument.Parse(await all.CommandAsync(i, "invite", "first", "--json"));
                string? why = await all._node.EnrolAsync(
                    invited.RootElement.GetProperty("code").GetString()!, new HostEndpoint(RelayRow.Far(i), RelayPort), $"r{i}", CancellationToken.None);
                if (why is not null)
                {
                    throw new InvalidOperationException(why);
                }
            }

            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <summary>The dialer beyond the first <paramref name="count"/> relays.</summary>
    public async Task<Dialer> ThroughAsync(int count) => (await Hop.FoldAsync(
        Enumerable.Range(0, count).Select(i => new RelayHop(new RelayErrand("bench", i + 2, $"relay r{i}", "bench", $"r{i}"), _node)), CancellationToken.None)).Dialer!;

    /// <summary>The first HAProxy of the row.</summary>
    public static IPEndPoint FirstProxy => new(IPAddress.Parse(RelayRow.Far(0)), ProxyPort);

    /// <summary>What relay <paramref name="i"/> says of itself now.</summary>
    public async Task<JsonDocument> ListAsync(int i) => JsonDocument.Parse(await CommandAsync(i, "list", "--json"));

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        _database.Dispose();
        _data.Dispose();
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void StartProxy(int i, string to)
    {
        string file = Path.Combine(_folder, $"haproxy-{i}.cfg");
        File.WriteAllText(file, $"""
            global
              maxconn 1000
              nbthread 1
            defaults
              mode tcp
              timeout connect 10s
              timeout client 1h
              timeout server 1h
            listen relay
              bind {RelayRow.Far(i)}:{ProxyPort}
              server next {to}

            """);
        _processes.Add(Process.Start(_row.At(i, "haproxy", ["-db", "-q", "-f", file]))!);
    }

    private async Task StartRelayAsync(int i, string allowed)
    {
        BenchmarkOptions.Say($"starting relay {i + 1} ...");
        var start = _row.At(i, Repository.Node, ["relay", "run", "--data", Data(i), "--http", $"127.0.0.1:{ApiPort}", "--listen", $"{RelayRow.Far(i)}:{RelayPort}"]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var process = Process.Start(start)!;
        _processes.Add(process);
        var said = new StringBuilder();
        var ready = new TaskCompletionSource();
        DataReceivedEventHandler hear = (_, line) =>
        {
            lock (said)
            {
                said.AppendLine(line.Data);
            }

            if (line.Data?.Contains("Ctrl+C ends it", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        };
        process.OutputDataReceived += hear;
        process.ErrorDataReceived += hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(s_startTimeout);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"relay {i + 1} did not start; it said: {said}");
        }

        await CommandAsync(i, "allow", allowed);
    }

    private async Task<string> CommandAsync(int i, params string[] words)
    {
        var start = _row.At(i, Repository.Node, ["relay", .. words, "--data", Data(i)]);
        return await Shell.RunAsync(start.FileName, start.ArgumentList);
    }

    private string Data(int i) => Path.Combine(_folder, i.ToString(CultureInfo.InvariantCulture));
}
