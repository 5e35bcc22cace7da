using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>A node that only relays, in the network of a site's router: a real process with a data directory of its own, asked by its commands.</summary>
public sealed class SiteRelay : IAsyncDisposable
{
    private const int ApiPort = 8081;
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30), s_stopTimeout = TimeSpan.FromSeconds(10);

    private readonly string _data = Directory.CreateTempSubdirectory("rc-relay-").FullName;
    private readonly StringBuilder _output = new();
    private readonly string _router;
    private readonly string[] _listen;
    private Process? _process;

    /// <summary>Nothing runs before <see cref="StartAsync"/>.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="site">The site.</param>
    /// <param name="listen">Where other nodes come in; null for nowhere.</param>
    public SiteRelay(Lab lab, string site, string? listen)
    {
        _router = lab.ProcessOf(site).ToString(CultureInfo.InvariantCulture);
        _listen = listen is null ? [] : ["--listen", listen];
    }

    /// <summary>Its process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Everything that it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it, for the first time or again, and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DataReceivedEventHandler hear = (_, line) =>
        {
            lock (_output)
            {
                _output.AppendLine(line.Data);
            }

            if (line.Data?.Contains("Ctrl+C ends it", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        };
        // nsenter becomes the program, so the process is the relay's.
        var process = Process.Start(new ProcessStartInfo(
            "nsenter", InNetwork(["relay", "run", "--data", _data, "--http", $"127.0.0.1:{ApiPort}", .. _listen]))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.OutputDataReceived += hear;
        process.ErrorDataReceived += hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        try
        {
            await ready.Task.WaitAsync(s_startTimeout);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"the relay did not start; it said: {Output}");
        }
    }

    /// <summary>Runs one of its commands; <paramref name="input"/> is what somebody would type.</summary>
    public Task<string> CommandAsync(string? input, params string[] words) =>
        Shell.RunAsync("nsenter", InNetwork([.. words, "--data", _data]), input);

    /// <summary>What its audit log has of one action.</summary>
    public Task<string> AuditAsync(string action) => CommandAsync(null, "audit", "--action", action, "--json");

    /// <summary>A code with which another node can enrol at this one.</summary>
    public async Task<string> InviteAsync(string name)
    {
        using var invited = JsonDocument.Parse(await CommandAsync(null, "relay", "invite", name, "--json"));
        return invited.RootElement.GetProperty("code").GetString()!;
    }

    /// <summary>Sends its process a signal.</summary>
    public Task SignalAsync(string signal) => Shell.RunAsync("kill", [$"-{signal}", ProcessId.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Ends its process.</summary>
    public async Task StopAsync(string signal = "TERM")
    {
        await SignalAsync(signal);
        await _process!.WaitForExitAsync().WaitAsync(s_stopTimeout);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync("KILL");
        }

        Directory.Delete(_data, recursive: true);
    }

    private IEnumerable<string> InNetwork(IEnumerable<string> words) => ["-t", _router, "-n", Repository.Node, .. words];
}
