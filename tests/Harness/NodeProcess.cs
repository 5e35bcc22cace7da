using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RemoteChain.Harness;

/// <summary>A real node: the built executable with a data directory of its own, on ports of its own.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>The account that the harness adds, an admin.</summary>
    public const string Admin = "tester";

    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly StringBuilder _output;

    // A test run or benchmark that is ended takes its nodes along.
    private static readonly ConcurrentDictionary<Process, string> s_running = [];
    private static readonly PosixSignalRegistration[] s_signals =
        [.. ((PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, _ => EndAll()))];

    private NodeProcess(Process process, StringBuilder output, string dataDirectory, HttpClient api, int rdpPort)
    {
        _process = process;
        _output = output;
        DataDirectory = dataDirectory;
        Api = api;
        RdpPort = rdpPort;
    }

    /// <summary>The node's process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether the node has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Where it keeps everything.</summary>
    public string DataDirectory { get; }

    /// <summary>A client of its API, as the operator.</summary>
    public HttpClient Api { get; }

    /// <summary>Where a browser finds it, without a slash at the end.</summary>
    public string Url => Api.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <summary>The front door's port on 127.0.0.1.</summary>
    public int RdpPort { get; }

    /// <summary>The password of <see cref="Admin"/>.</summary>
    public string AdminPassword { get; } = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());

    /// <summary>Everything that the node has printed.</summary>
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

    /// <summary>Starts a node and waits until it is ready; <see cref="Admin"/> can sign in then.</summary>
    public static Task<NodeProcess> StartAsync(string? dataDirectory = null, params string[] options) =>
        StartAtAsync("127.0.0.1", dataDirectory, options);

    /// <summary>Starts a node whose front door listens at another address than loopback.</summary>
    public static Task<NodeProcess> StartAtAsync(string rdpAddress, string? dataDirectory = null, params string[] options) =>
        StartAsync(Repository.Node, rdpAddress, dataDirectory, options);

    /// <summary>Starts a node with its pages.</summary>
    public static Task<NodeProcess> StartPortalAsync(string? dataDirectory = null, params string[] options) =>
        StartAsync(Repository.Portal, "127.0.0.1", dataDirectory, options);

    private static async Task<NodeProcess> StartAsync(string executable, string rdpAddress, string? dataDirectory, string[] options)
    {
        string data = dataDirectory ?? Directory.CreateTempSubdirectory("rc-node-").FullName;
        int http = FreeRdpProxy.FreePort(), rdp = FreeRdpProxy.FreePort();
        var start = new ProcessStartInfo(
            executable, ["node", "--data", data, "--http", $"127.0.0.1:{http}", "--rdp", $"{rdpAddress}:{rdp}", .. options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        s_running[process] = data;
        GC.KeepAlive(s_signals);
        var output = new StringBuilder();
        DataReceivedEventHandler keep = (_, line) =>
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += keep;
        process.ErrorDataReceived += keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}/api/v1/") };
        var node = new NodeProcess(process, output, data, api, rdp);
        await node.WaitUntilReadyAsync();
        if (dataDirectory is null || !(await node.GetAsync("users")).RootElement.ToString().Contains(Admin, StringComparison.Ordinal))
        {
            await node.AddUserAsync(Admin, node.AdminPassword, "admin");
        }

        return node;
    }

    /// <summary>Adds an account.</summary>
    public async Task AddUserAsync(string name, string password, string role = "user") =>
        await SendAsync(HttpMethod.Post, "users", JsonContent.Create(new { name, password, role }));

    /// <summary>Adds a chain to one host of the lab, with a secret of the same name.</summary>
    public async Task AddHostAsync(string chain, Lab lab, string host, string user, string extraKeys = "")
    {
        var found = lab.Hosts[host];
        await AddHostAsync(chain, found.Address, found.Port, user, lab.Password(host, user), extraKeys);
    }

    /// <summary>Adds a chain to a host, with a secret of the same name.</summary>
    public async Task AddHostAsync(string chain, string address, int port, string user, string password, string extraKeys = "")
    {
        await SendAsync(HttpMethod.Put, $"secrets/{chain}", JsonContent.Create(new { user, password }));
        string document = $"name: {chain}\nlayers:\n  - kind: rdp\n    host: {address}\n    port: {port}\n    credentials: {chain}\n{extraKeys}";
        await SendAsync(HttpMethod.Put, $"chains/{chain}", new StringContent(document, Encoding.UTF8, "application/yaml"));
    }

    /// <summary>Saves a chain of these layers, each written as a chain's document has it, without indentation.</summary>
    public async Task SaveChainAsync(string chain, params string[] layers)
    {
        string document = $"name: {chain}\nlayers:\n" + string.Concat(layers.Select(layer => $"  - {layer.ReplaceLineEndings("\n    ")}\n"));
        await SendAsync(HttpMethod.Put, $"chains/{chain}", new StringContent(document, Encoding.UTF8, "application/yaml"));
    }

    /// <summary>Opens a session of a chain for <see cref="Admin"/>, with nobody looking.</summary>
    public Task OpenAsync(string chain) =>
        SendAsync(HttpMethod.Post, "sessions", JsonContent.Create(new { chain, width = 1024, height = 768, @for = Admin }));

    /// <summary>Ends the session of a chain.</summary>
    public async Task EndAsync(string chain)
    {
        if (await SessionOfAsync(chain) is { } session)
        {
            await SendAsync(HttpMethod.Delete, $"sessions/{session.GetProperty("id").GetString()}");
        }
    }

    /// <summary>Waits until the session of a chain has one of these states.</summary>
    public async Task<JsonElement> WaitForStateAsync(string chain, params string[] states)
    {
        string last = "";
        for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < s_startTimeout; await Task.Delay(30))
        {
            var session = await SessionOfAsync(chain);
            if (session is { } found && states.Contains(found.GetProperty("state").GetString()))
            {
                return found;
            }

            last = $"{session}";
            // A person would have to act.
            if (session?.GetProperty("state").GetString() == "failed") break;
        }

        throw new TimeoutException($"the session of {chain} did not become {string.Join(" or ", states)}; it says: {last}; the node says: {Output}");
    }

    /// <summary>
    /// Every failure that the sessions of a chain have told of, oldest first. From the log, because the API says what is wrong now: the first cause is
    /// gone from there as soon as an attempt to come back has failed for another.
    /// </summary>
    public IReadOnlyList<string> FailuresOf(string chain) =>
        [.. Regex.Matches(Output, $@"of chain {Regex.Escape(chain)}: (?:reconnecting|failed) \((.*)\)\r?$", RegexOptions.Multiline).Select(line => line.Groups[1].Value)];

    /// <summary>Reads from the API.</summary>
    public async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await Api.GetStringAsync(path));

    /// <summary>Calls the API and insists on success.</summary>
    public async Task<string> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var answer = await Api.SendAsync(new HttpRequestMessage(method, path) { Content = content });
        string text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{method} {path}: {answer.StatusCode} {text}");
    }

    /// <summary>The running session of a chain; null when there is none.</summary>
    public async Task<JsonElement?> SessionOfAsync(string chain)
    {
        using var sessions = await GetAsync("sessions");
        foreach (var session in sessions.RootElement.EnumerateArray())
        {
            if (session.GetProperty("chain").GetString() == chain)
            {
                return session.Clone();
            }
        }

        return null;
    }

    /// <summary>The node's worker processes (not their sandboxes).</summary>
    public IReadOnlyList<int> Workers() => ProcessTree.Descendants(ProcessId, "RemoteChain.Wor");

    /// <summary>Stops the node as a service manager does and removes its data. Not with SIGINT: a shell may have started us with it ignored.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Shell.RunAsync("kill", ["-TERM", $"{_process.Id}"]);
            using var limit = new CancellationTokenSource(s_stopTimeout);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                throw new TimeoutException($"the node did not stop within {s_stopTimeout.TotalSeconds} s; it said: {Output}");
            }
        }

        s_running.TryRemove(_process, out _);
        Api.Dispose();
        _process.Dispose();
        Directory.Delete(DataDirectory, recursive: true);
    }

    private static void EndAll()
    {
        foreach (var (process, data) in s_running)
        {
            try
            {
                if (!process.HasExited)
                {
                    using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                    kill.WaitForExit();
                    process.WaitForExit(s_stopTimeout);
                }

                Directory.Delete(data, recursive: true);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                // Somebody else is ending it.
            }
        }
    }

    private async Task WaitUntilReadyAsync()
    {
        long started = Stopwatch.GetTimestamp();
        // The last thing that a starting node does.
        while (!Output.Contains("Ctrl+C ends it", StringComparison.Ordinal))
        {

            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > s_startTimeout)
            {
                throw new InvalidOperationException($"the node did not start; it said: {Output}");
            }

            await Task.Delay(50);
        }

        string token = await File.ReadAllTextAsync(Path.Combine(DataDirectory, "operator.token"));
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
    }
}
